"""A mix at the stated loudness, without peaks above the ceiling."""

from __future__ import annotations

import numpy as np

from ..arrays import FloatArray
from .loudness import PEAK_BLOCK, block_peaks, loudness

TARGET = -16.0
"""LUFS of everything that is rendered."""

CEILING = -1.0
"""dB below full scale of the highest true peak."""

MARGIN = 0.1
"""dB by which the limiter stays below the ceiling."""

LOOK_AHEAD = 4
"""Blocks before a peak in which the limiter turns down, and after it in which it turns up."""

MAX_GAIN = 40.0
"""dB by which a very quiet mix is made louder at most."""

ROUNDS = 3
"""How often the loudness that the limiter took is given back."""

TOLERANCE = 0.1
"""LU."""


def master(mix: FloatArray, *, loop: bool = False) -> FloatArray:
    """A mix `[2, N]` at the loudness `TARGET`, with true peaks below `CEILING`.

    Args:
        loop: its end leads into its beginning, also in the limiter.
    """
    level = loudness(mix)
    if np.isneginf(level):  # shorter or quieter than any gate
        return mix
    gain = min(TARGET - level, MAX_GAIN)
    peaks = block_peaks(mix)
    if gain + 20 * np.log10(peaks.max()) <= CEILING - MARGIN:
        return mix * np.float32(10 ** (gain / 20))
    for _ in range(ROUNDS):
        result = _limited(mix, peaks, gain, loop)
        missing = TARGET - loudness(result)
        if abs(missing) < TOLERANCE or gain == MAX_GAIN:
            break
        gain = min(gain + missing, MAX_GAIN)
    return result


def _limited(mix: FloatArray, peaks: FloatArray, gain: float, loop: bool) -> FloatArray:
    """The mix times a gain, turned down around the peaks that would be too high.

    For each block the gain is the lowest that one of its neighbours needs, and then the mean of
    its neighbours: nowhere more than is needed there, and without steps.
    """
    factor = 10 ** (gain / 20)
    ceiling = 10 ** ((CEILING - MARGIN) / 20)
    needed = np.minimum(1, ceiling / np.maximum(factor * peaks, 1e-9))
    reach = 2 * LOOK_AHEAD + 1
    padded = np.pad(needed, reach, mode="wrap" if loop else "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach)
    lowest = windows.min(1)  # of the block and LOOK_AHEAD on each side
    smooth = np.convolve(lowest, np.hanning(reach)[1:-1] / np.hanning(reach).sum(), "valid")
    middles = (np.arange(len(smooth)) - (len(smooth) - len(peaks)) / 2 + 0.5) * PEAK_BLOCK
    curve = np.interp(np.arange(mix.shape[1]), middles, smooth * factor)
    limited: FloatArray = mix * curve.astype(np.float32)
    return limited
