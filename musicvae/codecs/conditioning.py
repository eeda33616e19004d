"""Meter and position features of each step of a window, which condition encoder and decoder.

They let one model serve every meter, even one it was not trained on: they describe
a step by bar length, position in the bar and position in the beat, not by the name
of its meter.

`bars` is the number of bars that a model was trained on; a window has twice as many
if its bar is shorter than three quarters.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from ..arrays import FloatArray
from ..score.windows import TWO_BARS, window_steps
from ..theory.meter import MAX_BAR_STEPS, TRIPLET, Meter

MAX_BEAT_STEPS = 12
"""Size of the one-hot position in the beat; positions in longer beats wrap around."""

LAGS = (1, 2, 4, 8)
"""Lags, in bars, at which a net can read what stood there."""


def condition_width(bars: int) -> int:
    """Number of features of a step."""
    return MAX_BAR_STEPS + MAX_BAR_STEPS + MAX_BEAT_STEPS + 2 * bars + 2


@cache
def condition_features(meter: Meter, bars: int = TWO_BARS) -> FloatArray:
    """Features of each step of a window: four one-hot groups and two flags. `[T, width(bars)]`

    >>> condition_features(Meter(6, 8)).shape
    (24, 82)
    """
    step = np.arange(window_steps(meter, bars))
    in_bar = step % meter.steps_per_bar
    groups = [
        np.eye(MAX_BAR_STEPS)[in_bar],
        np.eye(MAX_BAR_STEPS)[np.full_like(step, meter.steps_per_bar - 1)],  # length of the bar
        np.eye(MAX_BEAT_STEPS)[in_bar % meter.steps_per_beat % MAX_BEAT_STEPS],
        np.eye(2 * bars)[step // meter.steps_per_bar],  # number of the bar
        np.full((len(step), 1), meter.steps_per_quarter == TRIPLET),
        np.full((len(step), 1), meter.compound),
    ]
    features = np.concatenate(groups, axis=1).astype(np.float32)
    features.setflags(write=False)
    return features


def count_lags(bars: int, lookback: int) -> int:
    """Number of `LAGS` up to `lookback` that are shorter than a window.

    >>> [count_lags(bars, 8) for bars in (2, 4, 8, 16)]
    [1, 2, 3, 4]
    """
    return sum(lag <= lookback and lag < bars for lag in LAGS)


def lag_steps(meter: Meter, bars: int = TWO_BARS) -> list[int]:
    """The `LAGS` that are shorter than a window, in steps of a meter.

    >>> lag_steps(Meter(3, 4), 8)
    [12, 24, 48]
    """
    return [lag * meter.steps_per_bar for lag in LAGS[: count_lags(bars, max(LAGS))]]
