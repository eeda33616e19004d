"""What each step of a window knows before a note is played: meter and place in the bar.

Told this beside each step, one model serves every meter, those it has never
met included: the features are parts (bar length, place, place in the beat),
not names of meters.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from .units import MAX_BAR_STEPS, TRIPLET, Meter

MAX_BEAT_STEPS = 12
MAX_WINDOW_BARS = 4
MAX_WINDOW_STEPS = 2 * MAX_BAR_STEPS
WIDTH = MAX_BAR_STEPS + MAX_BAR_STEPS + MAX_BEAT_STEPS + MAX_WINDOW_BARS + 2
SUMMARY_WIDTH = MAX_BAR_STEPS + 2


def window_bars(meter: Meter) -> int:
    """Bars in one window: 2, or 4 where a bar is shorter than three quarters.

    >>> [window_bars(Meter(n, d)) for n, d in ((4, 4), (6, 8), (3, 4), (2, 4), (3, 8))]
    [2, 2, 2, 4, 4]
    """
    return 4 if meter.numerator * 4 < 3 * meter.denominator else 2


def window_steps(meter: Meter) -> int:
    """Steps in one window; 32 in 4/4, never more than `MAX_WINDOW_STEPS`."""
    return window_bars(meter) * meter.bar


@cache
def condition(meter: Meter) -> NDArray[np.float32]:
    """Features of each step of a window, `[T, WIDTH]`: one-hot parts and two flags.

    >>> condition(Meter(6, 8)).shape
    (24, 82)
    """
    step = np.arange(window_steps(meter))
    parts = [
        np.eye(MAX_BAR_STEPS)[step % meter.bar],
        np.eye(MAX_BAR_STEPS)[np.full_like(step, meter.bar - 1)],
        np.eye(MAX_BEAT_STEPS)[step % meter.bar % meter.beat % MAX_BEAT_STEPS],
        np.eye(MAX_WINDOW_BARS)[step // meter.bar],
        np.full((len(step), 1), meter.grid == TRIPLET),
        np.full((len(step), 1), meter.compound),
    ]
    features = np.concatenate(parts, axis=1).astype(np.float32)
    features.setflags(write=False)
    return features


@cache
def summary(meter: Meter) -> NDArray[np.float32]:
    """Those features that all steps of a window share, `[SUMMARY_WIDTH]`.

    >>> summary(Meter(6, 8)).nonzero()[0].tolist()
    [11, 33]
    """
    length = np.eye(MAX_BAR_STEPS)[meter.bar - 1]
    features = np.array([*length, meter.grid == TRIPLET, meter.compound], dtype=np.float32)
    features.setflags(write=False)
    return features
