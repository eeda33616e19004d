"""What is set on a channel over time: volume, place and pitch bend."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np

from ..arrays import DoubleArray


@dataclass
class Curve:
    """A value that jumps at some times; before the first it is `default`.

    Attributes:
        times: seconds, in order; ticks while a file is read.
    """

    default: float
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def at(self, time: float) -> float:
        """The value at a time."""
        index = bisect_right(self.times, time)
        return self.values[index - 1] if index else self.default

    def changes(self, start: float, end: float) -> bool:
        """Return True if the value changes after `start` and before `end`."""
        first, last = bisect_right(self.times, start), bisect_right(self.times, end)
        return len({self.at(start), *self.values[first:last]}) > 1

    def sampled(self, times: DoubleArray) -> DoubleArray:
        """The values at many times. `[N]`"""
        values = np.array([self.default, *self.values])
        found: DoubleArray = values[np.searchsorted(self.times, times, side="right")]
        return found


@dataclass
class Strip:
    """What is set on one channel of one track, over time.

    Attributes:
        gain: factor by volume and expression; 1 is a volume of 100.
        pan: -1 left to 1 right; None if the file does not say.
        bend: semitones.
    """

    gain: Curve = field(default_factory=lambda: Curve(1.0))
    pan: float | None = None
    bend: Curve = field(default_factory=lambda: Curve(0.0))
