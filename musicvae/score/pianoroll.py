"""Piano rolls: a part as the array `[T, 128]`, onsets and sustained steps kept apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .phrase import DEFAULT_VELOCITY, Note, Part, remove_overlaps

PITCHES = 128
SUSTAIN = 1
ONSET = 2


def part_to_roll(part: Part, steps: int) -> NDArray[np.uint8]:
    """Paint a part: 2 where a note starts, 1 where it sounds on, 0 elsewhere.

    Shape:
        - Output: `[steps, 128]`, uint8
    """
    roll = np.zeros((steps, PITCHES), dtype=np.uint8)
    for note in part.notes:
        roll[note.start : note.end, note.pitch] = SUSTAIN
        roll[note.start, note.pitch] = ONSET
    return roll


def roll_to_notes(roll: NDArray[np.uint8], velocity: int = DEFAULT_VELOCITY) -> tuple[Note, ...]:
    """Read the notes off a roll; a sustained step with no onset before it is silent.

    Shape:
        - Input: `[T, 128]`, values as `part_to_roll` paints them
    """
    notes = []
    for pitch in np.flatnonzero(roll.any(axis=0)):
        column = roll[:, pitch]
        for start in np.flatnonzero(column == ONSET):
            rest = np.flatnonzero(column[start + 1 :] != SUSTAIN)
            end = start + 1 + rest[0] if len(rest) else len(column)
            notes.append(Note(int(start), int(end - start), int(pitch), velocity))
    return remove_overlaps(notes)
