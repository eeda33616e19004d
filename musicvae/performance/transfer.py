"""How a phrase is played: tempo, program, name and accents, lent to another phrase."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..score.phrase import DEFAULT_VELOCITY, Note, Part, Phrase, Tempo, chord_map, move_note
from ..theory.meter import MAX_TEMPO
from .dynamics import apply_dynamics


def accents(part: Part, phrase: Phrase) -> dict[int, int]:
    """Mean velocity of a part of the phrase at each place in the bar where it strikes."""
    struck = defaultdict(list)
    for note in part.notes:
        struck[_place(phrase, note)].append(note.velocity)
    return {place: round(sum(found) / len(found)) for place, found in struck.items()}


def transfer_performance(
    phrase: Phrase, other: Phrase, loud: Sequence[Mapping[int, int]] | None = None
) -> Phrase:
    """The notes of one phrase in the shape of another of its meter, part by part.

    Length, pick-up, tempos, programs and names are the other's; so is the velocity
    of each part at each place in the bar, and its mean at places where the part is
    silent; what a note is off the grid stays its own. The phrase begins with a whole
    bar, the rests that fill up the other's pick-up included; what lies outside the
    other's length is cut off. Chords go with their notes; where none are told, the
    other's stay.

    Args:
        loud: accents of each part, if they are not the other's own.
    """
    loud = loud or [accents(part, other) for part in other.parts]
    parts = zip(phrase.parts, other.parts, loud, strict=True)
    told = ((change.step - other.lead_in, change.chord) for change in phrase.chords)
    return replace(
        other,
        parts=tuple(_like(mine, theirs, other, own) for mine, theirs, own in parts),
        chords=chord_map(told, other.steps) if phrase.chords else other.chords,
        edited=False,
    )


def _like(mine: Part, theirs: Part, other: Phrase, loud: Mapping[int, int]) -> Part:
    lead = other.lead_in
    usual = round(sum(loud.values()) / len(loud)) if loud else DEFAULT_VELOCITY
    notes = []
    for note in mine.notes:
        start, end = note.start - lead, min(note.end - lead, other.steps)
        if 0 <= start < end:
            velocity = loud.get(note.start % other.meter.steps_per_bar, usual)
            notes.append(move_note(replace(note, velocity=velocity), start, end - start))
    return replace(theirs, notes=tuple(notes))


def mean_tempo(phrase: Phrase) -> float:
    """Microseconds per quarter, averaged over the steps of the phrase."""
    steps = [tempo.step for tempo in phrase.tempos] + [max(1, phrase.steps)]
    lasting = zip(phrase.tempos, steps, steps[1:], strict=False)
    return sum(tempo.microseconds * (end - at) for tempo, at, end in lasting) / steps[-1]


def scale_tempo(phrase: Phrase, ratio: float) -> Phrase:
    """The phrase with all its tempos multiplied: 2 is half as fast."""
    scaled = [
        Tempo(tempo.step, max(1, min(MAX_TEMPO, round(tempo.microseconds * ratio))))
        for tempo in phrase.tempos
    ]
    return replace(phrase, tempos=tuple(scaled))


def apply_defaults(phrase: Phrase, microseconds: int, program: int) -> Phrase:
    """A bare phrase in a tempo, its first part with an instrument, and with expression."""
    first = replace(phrase.parts[0], program=program)
    parts = (first, *phrase.parts[1:])
    return apply_dynamics(replace(phrase, tempos=(Tempo(0, microseconds),), parts=parts))


def _place(phrase: Phrase, note: Note) -> int:
    return (note.start + phrase.lead_in) % phrase.meter.steps_per_bar
