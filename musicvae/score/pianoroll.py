"""Piano rolls: a part as an array `[T, 128]` of onsets and sustained steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .phrase import DEFAULT_VELOCITY, Note, Part

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
    ended = np.vstack([roll != SUSTAIN, np.ones_like(roll[:1], dtype=bool)])
    steps = np.arange(len(ended))[:, None]
    # the step, at or after each one, from which a note of each pitch no longer sounds
    ends = np.minimum.accumulate(np.where(ended, steps, len(roll))[::-1])[::-1]
    start, pitch = np.nonzero(roll == ONSET)
    rows = np.stack([start, ends[start + 1, pitch] - start, pitch], axis=1)
    return tuple(sorted(Note(at, length, key, velocity) for at, length, key in rows.tolist()))
