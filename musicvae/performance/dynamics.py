"""Loudness that follows metre, phrase and line, for music that has none of its own.

Pitched parts follow rules in the manner of Friberg, Bresin and Sundberg, Overview of the KTH
rule system for musical performance, Advances in Cognitive Psychology 2, 2006: heavy steps are
louder, a phrase swells and fades, high is loud. How much is our choice. Drums are as loud as
drummers play them at such steps on the mean; see `groove`. Nothing is left to chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from math import pi, sin

from ..score.phrase import DEFAULT_VELOCITY, Part, Phrase
from ..theory.drum_kit import CLASS_OF
from .groove import load_groove

ACCOMPANIMENT_VELOCITY = 64
"""Velocity around which pitched parts play that are not the first, the melody."""

METRIC_ACCENTS = (9, 4, 1, -6, -9)
"""By which a step is louder, by `Meter.level`."""

SWELL = 5
"""From the mean to the height of a phrase, and to its end."""

ARC_BARS = 4
"""About so many bars swell and fade once."""

CONTOUR, STEEPEST = 0.4, 5
"""For each semitone above the mean pitch of a part; and at most."""

INNER_VOICE_SOFTER = 6
"""By which notes are softer under the highest that is struck with them."""


def apply_dynamics(phrase: Phrase) -> Phrase:
    """The phrase with new velocities; the first pitched part leads, the others are softer."""
    swell = phrase_swell(phrase)
    pitched = [number for number, part in enumerate(phrase.parts) if not part.is_drum]
    parts = []
    for number, part in enumerate(phrase.parts):
        usual = DEFAULT_VELOCITY if number in pitched[:1] else ACCOMPANIMENT_VELOCITY
        parts.append(_drummed(part, phrase) if part.is_drum else _sung(part, phrase, usual, swell))
    return replace(phrase, parts=tuple(parts))


def phrase_swell(phrase: Phrase) -> Callable[[int], float]:
    """By how much each step is louder for its place in the arc it lies in, -SWELL to SWELL."""
    arcs = _arcs(phrase)

    def swell(step: int) -> float:
        for start, peak, end in arcs:
            if start <= step < end:
                way = (
                    (step - start) / (peak - start) if step < peak else (end - step) / (end - peak)
                )
                return SWELL * (2 * sin(pi / 2 * way) - 1)
        return 0.0

    return swell


def _arcs(phrase: Phrase) -> list[tuple[int, float, int]]:
    """Where each few bars begin, are loudest, and end.

    That is where the melody is highest, or the middle where it is so near an end.
    """
    bar, lead = phrase.meter.steps_per_bar, phrase.lead_in
    whole = (phrase.steps + lead) // bar
    count = max(1, round(whole / ARC_BARS))
    melody = next((part.notes for part in phrase.parts if not part.is_drum), ())
    arcs = []
    for start, end in pairwise(i * whole // count * bar - lead for i in range(count + 1)):
        inside = [note for note in melody if start <= note.start < end]
        top = max(inside, key=lambda note: (note.pitch, -note.start), default=None)
        middle = (start + end) / 2
        height = top.start if top else middle
        central = start + (end - start) / 4 <= height <= end - (end - start) / 5
        arcs.append((start, height if central else middle, end))
    return arcs


def _sung(part: Part, phrase: Phrase, usual: int, swell: Callable[[int], float]) -> Part:
    centre = sum(note.pitch for note in part.notes) / max(1, len(part.notes))
    top: dict[int, int] = {}
    for note in part.notes:
        top[note.start] = max(note.pitch, top.get(note.start, 0))
    notes = []
    for note in part.notes:
        loud = usual + METRIC_ACCENTS[_level(phrase, note.start)] + swell(note.start)
        loud += max(-STEEPEST, min(STEEPEST, CONTOUR * (note.pitch - centre)))
        loud -= INNER_VOICE_SOFTER if note.pitch < top[note.start] else 0
        notes.append(replace(note, velocity=_velocity(loud)))
    return replace(part, notes=tuple(notes))


def _drummed(part: Part, phrase: Phrase) -> Part:
    """What is no drum of the nine keeps its velocity."""
    _, velocity = load_groove()
    notes = []
    for note in part.notes:
        if note.pitch in CLASS_OF:
            loud = velocity.mean[CLASS_OF[note.pitch]][_level(phrase, note.start)]
            note = replace(note, velocity=_velocity(loud))
        notes.append(note)
    return replace(part, notes=tuple(notes))


def _level(phrase: Phrase, step: int) -> int:
    return phrase.meter.level(step + phrase.lead_in)


def _velocity(loud: float) -> int:
    return max(1, min(127, round(loud)))
