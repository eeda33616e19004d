"""How a phrase is played: tempo, program, name and accents, lent to another phrase."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from .notes import DEFAULT_VELOCITY, Note, Phrase, Tempo, chord_map
from .units import MAX_TEMPO


def accents(phrase: Phrase) -> dict[int, int]:
    """Mean velocity of the first part at each place in the bar where it strikes."""
    struck = defaultdict(list)
    for note in phrase.parts[0].notes:
        struck[_place(phrase, note)].append(note.velocity)
    return {place: round(sum(found) / len(found)) for place, found in struck.items()}


def play_like(phrase: Phrase, other: Phrase) -> Phrase:
    """The notes of one phrase in the shape of another of its meter, one part each.

    Length, pick-up, tempos, program and name are the other's; so is the velocity
    at each place in the bar, and its mean at places where the other is silent.
    The phrase begins with a whole bar, the rests that fill up the other's pick-up
    included; what lies outside the other's length is cut off. Chords go with their
    notes; where none are told, the other's stay.
    """
    lead, loud = other.lead_in, accents(other)
    usual = round(sum(loud.values()) / len(loud)) if loud else DEFAULT_VELOCITY
    notes = []
    for note in phrase.parts[0].notes:
        start, end = note.start - lead, min(note.end - lead, other.steps)
        if 0 <= start < end:
            velocity = loud.get(note.start % phrase.meter.bar, usual)
            notes.append(Note(start, end - start, note.pitch, velocity))
    told = ((change.step - lead, change.chord) for change in phrase.chords)
    chords = chord_map(told, other.steps) if phrase.chords else other.chords
    return replace(other, parts=(replace(other.parts[0], notes=tuple(notes)),), chords=chords)


def mean_tempo(phrase: Phrase) -> float:
    """Microseconds per quarter, averaged over the steps of the phrase."""
    steps = [tempo.step for tempo in phrase.tempos] + [max(1, phrase.steps)]
    lasting = zip(phrase.tempos, steps, steps[1:], strict=False)
    return sum(tempo.microseconds * (end - at) for tempo, at, end in lasting) / steps[-1]


def at_pace(phrase: Phrase, ratio: float) -> Phrase:
    """The phrase with all its tempos multiplied: 2 is half as fast."""
    scaled = [
        Tempo(tempo.step, max(1, min(MAX_TEMPO, round(tempo.microseconds * ratio))))
        for tempo in phrase.tempos
    ]
    return replace(phrase, tempos=tuple(scaled))


def dressed(phrase: Phrase, microseconds: int, program: int) -> Phrase:
    """A bare phrase in a tempo and with an instrument."""
    part = replace(phrase.parts[0], program=program)
    return replace(phrase, tempos=(Tempo(0, microseconds),), parts=(part,))


def _place(phrase: Phrase, note: Note) -> int:
    return (note.start + phrase.lead_in) % phrase.meter.bar
