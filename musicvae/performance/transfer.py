"""Performance transfer: tempo, programs, names and accents of one phrase applied to another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..score.phrase import Part, Phrase, Tempo, chord_map, move_note
from ..theory.meter import MAX_TEMPO
from .dynamics import apply_dynamics


def accents(part: Part, phrase: Phrase) -> dict[int, int]:
    """Mean velocity of a part at each step of the bar where it has an onset."""
    velocities = defaultdict(list)
    for note in part.notes:
        step = (note.start + phrase.lead_in) % phrase.meter.steps_per_bar
        velocities[step].append(note.velocity)
    return {step: round(sum(values) / len(values)) for step, values in velocities.items()}


def transfer_performance(
    phrase: Phrase, other: Phrase, loud: Sequence[Mapping[int, int]] | None = None
) -> Phrase:
    """Play the notes of one phrase like another phrase of the same meter, part by part.

    Length, pick-up, tempos, programs and names are taken from the other phrase. So are velocities:
    each note has the accent of its part at that step of the bar, or the mean of the part's accents
    where there is none; a part that the other phrase rests in keeps its velocities. Timing offsets
    are kept.

    The phrase starts at a bar line, so the rest before the pick-up of the other phrase is removed;
    notes beyond the other's length are cut. Chords move with the notes; a phrase without chords
    gets those of the other.

    Args:
        loud: accents of each part, in place of those of the other phrase.
    """
    loud = loud or [accents(part, other) for part in other.parts]
    parts = zip(phrase.parts, other.parts, loud, strict=True)
    changes = ((change.step - other.lead_in, change.chord) for change in phrase.chords)
    return replace(
        other,
        parts=tuple(
            _transfer_part(part, other_part, other, part_accents)
            for part, other_part, part_accents in parts
        ),
        chords=chord_map(changes, other.steps) if phrase.chords else other.chords,
        edited=False,
    )


def _transfer_part(
    part: Part, other_part: Part, other: Phrase, velocities: Mapping[int, int]
) -> Part:
    lead = other.lead_in
    mean = round(sum(velocities.values()) / len(velocities)) if velocities else None
    notes = []
    for note in part.notes:
        start, end = note.start - lead, min(note.end - lead, other.steps)
        if 0 <= start < end:
            velocity = velocities.get(note.start % other.meter.steps_per_bar, mean)
            played = replace(note, velocity=velocity or note.velocity)
            notes.append(move_note(played, start, end - start))
    return replace(other_part, notes=tuple(notes), lost=())


def mean_tempo(phrase: Phrase) -> float:
    """Microseconds per quarter, averaged over the steps of the phrase."""
    steps = [tempo.step for tempo in phrase.tempos] + [max(1, phrase.steps)]
    spans = zip(phrase.tempos, steps, steps[1:], strict=False)
    return sum(tempo.microseconds * (end - start) for tempo, start, end in spans) / steps[-1]


def scale_tempo(phrase: Phrase, ratio: float) -> Phrase:
    """The phrase with the length of every quarter multiplied by a ratio: 2 is half as fast."""
    scaled = [
        Tempo(tempo.step, max(1, min(MAX_TEMPO, round(tempo.microseconds * ratio))))
        for tempo in phrase.tempos
    ]
    return replace(phrase, tempos=tuple(scaled))


def apply_defaults(phrase: Phrase, microseconds: int, program: int) -> Phrase:
    """The phrase with a tempo, a program for its first part, and dynamics."""
    first = replace(phrase.parts[0], program=program)
    parts = (first, *phrase.parts[1:])
    return apply_dynamics(replace(phrase, tempos=(Tempo(0, microseconds),), parts=parts))
