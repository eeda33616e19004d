"""What each step of a window knows before a note is played: meter and place in the bar.

Told this beside each step, one model serves every meter, those it has never
met included: the features are parts (bar length, place, place in the beat),
not names of meters.

A window has so many bars, as a model has learned; twice as many where a bar is
shorter than three quarters.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from .units import MAX_BAR_STEPS, TRIPLET, Meter

MAX_BEAT_STEPS = 12
TWO_BARS = 2
"""The usual window."""

MAX_BARS = 64
"""Of a window."""


def window_bars(meter: Meter, bars: int = TWO_BARS) -> int:
    """Bars in one window: so many, or twice that where a bar is shorter than three quarters.

    >>> [window_bars(Meter(n, d)) for n, d in ((4, 4), (6, 8), (3, 4), (2, 4), (3, 8))]
    [2, 2, 2, 4, 4]
    """
    return 2 * bars if meter.numerator * 4 < 3 * meter.denominator else bars


def window_steps(meter: Meter, bars: int = TWO_BARS) -> int:
    """Steps in one window; 32 for two bars of 4/4, never more than `max_steps`."""
    return window_bars(meter, bars) * meter.bar


def max_steps(bars: int) -> int:
    """Steps of the longest window."""
    return bars * MAX_BAR_STEPS


def width(bars: int) -> int:
    """Features of a step."""
    return MAX_BAR_STEPS + MAX_BAR_STEPS + MAX_BEAT_STEPS + 2 * bars + 2


@cache
def condition(meter: Meter, bars: int = TWO_BARS) -> NDArray[np.float32]:
    """Features of each step of a window, `[T, width(bars)]`: one-hot parts and two flags.

    >>> condition(Meter(6, 8)).shape
    (24, 82)
    """
    step = np.arange(window_steps(meter, bars))
    parts = [
        np.eye(MAX_BAR_STEPS)[step % meter.bar],
        np.eye(MAX_BAR_STEPS)[np.full_like(step, meter.bar - 1)],
        np.eye(MAX_BEAT_STEPS)[step % meter.bar % meter.beat % MAX_BEAT_STEPS],
        np.eye(2 * bars)[step // meter.bar],
        np.full((len(step), 1), meter.grid == TRIPLET),
        np.full((len(step), 1), meter.compound),
    ]
    features = np.concatenate(parts, axis=1).astype(np.float32)
    features.setflags(write=False)
    return features
