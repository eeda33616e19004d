"""Notes of a phrase in ticks."""

from __future__ import annotations

from ..score.phrase import Note, Part, Phrase


def note_ticks(part: Part, phrase: Phrase) -> list[tuple[Note, int, int]]:
    """The notes of a part with their start and end in ticks from step 0 of the phrase.

    An offset moves the whole note, but it ends no later than the phrase or the next onset of
    its pitch.
    """
    end = phrase.steps * phrase.meter.step_ticks
    next_onset: dict[int, int] = {}
    timed = []
    for note in reversed(part.notes):
        on = note.start * phrase.meter.step_ticks + note.offset
        off = on + note.duration * phrase.meter.step_ticks
        timed.append((note, on, min(off, next_onset.get(note.pitch, end))))
        next_onset[note.pitch] = on
    return timed[::-1]
