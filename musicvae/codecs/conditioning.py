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

from ..arrays import FloatArray
from ..score.windows import TWO_BARS, window_steps
from ..theory.meter import MAX_BAR_STEPS, TRIPLET, Meter

MAX_BEAT_STEPS = 12


def width(bars: int) -> int:
    """Features of a step."""
    return MAX_BAR_STEPS + MAX_BAR_STEPS + MAX_BEAT_STEPS + 2 * bars + 2


@cache
def condition(meter: Meter, bars: int = TWO_BARS) -> FloatArray:
    """Features of each step of a window, `[T, width(bars)]`: one-hot parts and two flags.

    >>> condition(Meter(6, 8)).shape
    (24, 82)
    """
    step = np.arange(window_steps(meter, bars))
    parts = [
        np.eye(MAX_BAR_STEPS)[step % meter.steps_per_bar],
        np.eye(MAX_BAR_STEPS)[np.full_like(step, meter.steps_per_bar - 1)],
        np.eye(MAX_BEAT_STEPS)[step % meter.steps_per_bar % meter.steps_per_beat % MAX_BEAT_STEPS],
        np.eye(2 * bars)[step // meter.steps_per_bar],
        np.full((len(step), 1), meter.steps_per_quarter == TRIPLET),
        np.full((len(step), 1), meter.compound),
    ]
    features = np.concatenate(parts, axis=1).astype(np.float32)
    features.setflags(write=False)
    return features
