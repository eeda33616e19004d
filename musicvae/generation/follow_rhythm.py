"""Drums that follow the rhythm of other parts, and repeat where that repeats.

The rhythm says how strongly each step is played. The draws of a drum model are tilted towards
strokes at strong steps and away from those at weak ones, kicks and snares most of all; and towards
the strokes of that earlier bar whose rhythm is most like that of the new one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import FloatArray, IntArray
from ..codecs.base import Codes
from ..score.phrase import Part
from ..theory.drum_kit import DRUM_CLASSES

LEVELS = 10
"""Levels of a step of a rhythm: 0 where nothing is played, 9 where it is strongest."""

ANY_STROKE, KICK, SNARE = 2.0, 1.5, 0.75
"""Log-weight of a stroke at the strongest step against a silent one, and more for two drums."""

REPEAT = 0.5
"""Log-weight of each stroke that is as in the bar that is repeated."""

CONTRAST, EVEN = 1.0, 0.05
"""How much ..."""


def rhythm_of(parts: Sequence[Part], steps: int) -> IntArray:
    """How strongly some parts play each step, as levels. `[T]`

    A note is the stronger the louder and the longer it is beside the others of its part. At each
    step the strongest note of each part counts.
    """
    strength = np.zeros(steps)
    for part in parts:
        strength += _strength(part, steps)
    top = strength.max(initial=0.0)
    if not top:
        return np.zeros(steps, int)
    return np.ceil((LEVELS - 1) * strength / top).astype(int)


def _strength(part: Part, steps: int) -> FloatArray:
    strength = np.zeros(steps, np.float32)
    loudness = [note.velocity for note in part.notes]
    softest, span = min(loudness, default=0), max(1, max(loudness, default=0) - min(loudness, default=0))
    for note in part.notes:
        loud = (note.velocity - softest) / span
        strength[note.start] = max(strength[note.start], 0.5 + 0.25 * loud + 0.25 * min(1, note.duration / 4))
    return strength


class FollowRhythm:
    """The log-weights of the steps of a gap.

    Args:
        rhythm: of the gap, `[T]`.
    """

    def __init__(self, rhythm: IntArray, steps_per_bar: int) -> None:
        self.bars = rhythm.reshape(-1, steps_per_bar) / (LEVELS - 1)
        classes = np.arange(1 << len(DRUM_CLASSES))
        self.classes = classes
        self.strokes = ANY_STROKE * (classes > 0) + KICK * (classes & 1) + SNARE * (classes >> 1 & 1)

    def __call__(self, steps: slice, drawn: Codes) -> FloatArray:
        """Log-weights of some steps, given those of the gap before them. `[T, 512]`"""
        size = self.bars.shape[1]
        bars = self.bars[steps.start // size : steps.stop // size]
        accents = bars - bars.mean(axis=1, keepdims=True)
        tilt = accents.reshape(-1, 1) * self.strokes
        before = drawn.reshape(-1, size)
        for number in range(len(bars)):
            if len(before):
                like = before[self._most_alike(steps.start // size + number, len(before))]
                changes = np.bitwise_count(self.classes ^ like[:, None].astype(int))
                tilt[number * size : (number + 1) * size] -= REPEAT * changes
        return tilt.astype(np.float32)

    def _most_alike(self, bar: int, before: int) -> int:
        """The earlier bar whose rhythm is most like that of a bar; of equals the last even one."""
        earlier = np.arange(before)
        distance = np.abs(self.bars[:before] - self.bars[bar]).sum(axis=1)
        odd = (bar - earlier) % 2
        return int(np.lexsort((-earlier, odd, distance))[0])
