"""Piano rolls: a part as an array `[T, 128]` of onsets and sustained steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .phrase import DEFAULT_VELOCITY, Note, Part, remove_overlaps

PITCHES = 128
SUSTAIN = 1
ONSET = 2


def part_to_roll(part: Part, steps: int) -> NDArray[np.uint8]:
    """Piano roll of a part: 2 where a note starts, 1 where it is sustained, 0 elsewhere.

    Shape:
        - Output: `[steps, 128]`, uint8
    """
    roll = np.zeros((steps, PITCHES), dtype=np.uint8)
    for note in part.notes:
        roll[note.start : note.end, note.pitch] = SUSTAIN
        roll[note.start, note.pitch] = ONSET
    return roll


def roll_to_notes(roll: NDArray[np.uint8], velocity: int = DEFAULT_VELOCITY) -> tuple[Note, ...]:
    """Notes of a piano roll; a sustained step with no onset before it is silent.

    Shape:
        - Input: `[T, 128]`, with the values of `part_to_roll`
    """
    notes = []
    for pitch in np.flatnonzero(roll.any(axis=0)):
        column = roll[:, pitch]
        for start in np.flatnonzero(column == ONSET):
            released = np.flatnonzero(column[start + 1 :] != SUSTAIN)
            end = start + 1 + released[0] if len(released) else len(column)
            notes.append(Note(int(start), int(end - start), int(pitch), velocity))
    return remove_overlaps(notes)
