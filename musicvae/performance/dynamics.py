"""Dynamics: velocities from meter, phrase and pitch, for music that has none of its own.

Pitched parts follow rules like those of Friberg, Bresin and Sundberg, Overview of the KTH rule
system for musical performance, Advances in Cognitive Psychology 2, 2006: strong beats are louder,
a phrase swells and fades, higher notes are louder. The amounts are our choice. Drums have the mean
velocity of drummers at such a step; see `groove`. Nothing is random.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from math import pi, sin

from ..score.phrase import DEFAULT_VELOCITY, Note, Part, Phrase
from ..theory.drum_kit import DRUM_CLASS
from .groove import load_groove

ACCOMPANIMENT_VELOCITY = 64
"""Mean velocity of pitched parts after the first, which is the melody."""

METRIC_ACCENTS = (9, 4, 1, -6, -9)
"""Velocity added to a step, by `Meter.level`."""

SWELL = 5
"""Velocity from the mean of a phrase to its peak, and down to its ends."""

ARC_BARS = 4
"""About how many bars swell and fade once."""

CONTOUR, MAX_CONTOUR = 0.4, 5
"""Velocity for each semitone above the mean pitch of a part, and the most in all."""

INNER_VOICE_SOFTER = 6
"""How much softer a note is below the highest one with the same onset."""


def apply_dynamics(phrase: Phrase) -> Phrase:
    """The phrase with new velocities; pitched parts after the first are softer."""
    swell = phrase_swell(phrase)
    pitched = [number for number, part in enumerate(phrase.parts) if not part.is_drum]
    parts = []
    for number, part in enumerate(phrase.parts):
        mean = DEFAULT_VELOCITY if number in pitched[:1] else ACCOMPANIMENT_VELOCITY
        parts.append(
            _drum_dynamics(part, phrase)
            if part.is_drum
            else _pitched_dynamics(part, phrase, mean, swell)
        )
    return replace(phrase, parts=tuple(parts))


def change_loudness(phrase: Phrase, changes: Sequence[tuple[int, int]]) -> Phrase:
    """The phrase with velocities added to the notes that begin from some bars on.

    Args:
        changes: bar, from 0, and velocity to add, in order.
    """
    if not changes:
        return phrase
    starts = [bar * phrase.meter.steps_per_bar for bar, _ in changes]

    def louder(note: Note) -> Note:
        _, added = changes[max(0, bisect_right(starts, note.start + phrase.lead_in) - 1)]
        return replace(note, velocity=_midi_velocity(note.velocity + added))

    parts = (replace(part, notes=tuple(map(louder, part.notes))) for part in phrase.parts)
    return replace(phrase, parts=tuple(parts))


def phrase_swell(phrase: Phrase) -> Callable[[int], float]:
    """Function of a step: velocity added for its position in a swell, -SWELL to SWELL."""
    arcs = _arcs(phrase)

    def swell(step: int) -> float:
        for start, peak, end in arcs:
            if start <= step < end:
                rising = step < peak
                height = (step - start) / (peak - start) if rising else (end - step) / (end - peak)
                return SWELL * (2 * sin(pi / 2 * height) - 1)
        return 0.0

    return swell


def _arcs(phrase: Phrase) -> list[tuple[int, float, int]]:
    """Start, peak and end of each swell.

    The peak is the highest note of the melody, or the middle if that note is close to an end.
    """
    bar, lead = phrase.meter.steps_per_bar, phrase.lead_in
    bars = (phrase.steps + lead) // bar
    count = max(1, round(bars / ARC_BARS))
    melody = next((part.notes for part in phrase.parts if not part.is_drum), ())
    arcs = []
    for start, end in pairwise(i * bars // count * bar - lead for i in range(count + 1)):
        inside = [note for note in melody if start <= note.start < end]
        top = max(inside, key=lambda note: (note.pitch, -note.start), default=None)
        middle = (start + end) / 2
        peak = top.start if top else middle
        is_central = start + (end - start) / 4 <= peak <= end - (end - start) / 5
        arcs.append((start, peak if is_central else middle, end))
    return arcs


def _pitched_dynamics(part: Part, phrase: Phrase, mean: int, swell: Callable[[int], float]) -> Part:
    mean_pitch = sum(note.pitch for note in part.notes) / max(1, len(part.notes))
    top: dict[int, int] = {}
    for note in part.notes:
        top[note.start] = max(note.pitch, top.get(note.start, 0))
    notes = []
    for note in part.notes:
        velocity = mean + METRIC_ACCENTS[_level(phrase, note.start)] + swell(note.start)
        velocity += max(-MAX_CONTOUR, min(MAX_CONTOUR, CONTOUR * (note.pitch - mean_pitch)))
        velocity -= INNER_VOICE_SOFTER if note.pitch < top[note.start] else 0
        notes.append(replace(note, velocity=_midi_velocity(velocity)))
    return replace(part, notes=tuple(notes))


def _drum_dynamics(part: Part, phrase: Phrase) -> Part:
    """Mean velocities of drummers; a note outside the nine drum classes keeps its velocity."""
    _, groove = load_groove()
    notes = []
    for note in part.notes:
        if note.pitch in DRUM_CLASS:
            velocity = groove.mean[DRUM_CLASS[note.pitch]][_level(phrase, note.start)]
            note = replace(note, velocity=_midi_velocity(velocity))
        notes.append(note)
    return replace(part, notes=tuple(notes))


def _level(phrase: Phrase, step: int) -> int:
    return phrase.meter.level(step + phrase.lead_in)


def _midi_velocity(velocity: float) -> int:
    return max(1, min(127, round(velocity)))
