"""A small hall, as two responses to an impulse: noise that dies away, its treble first."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..arrays import FloatArray
from .synthesis import FALL, RATE

SECONDS = 1.5
"""Length of the response."""

BANDS = ((80.0, 500.0, 1.5, 0.8), (500.0, 2_500.0, 1.2, 1.0), (2_500.0, 8_000.0, 0.7, 0.6))
"""Lowest and highest frequency, seconds to fall by 60 dB, and level of each band of the noise."""

FIRST = 0.012
"""Seconds before the first reflection."""

BUILD_UP = 0.02
"""Seconds in which the reflections become dense."""


@cache
def responses() -> tuple[FloatArray, FloatArray]:
    """The responses on the left and on the right, each with an energy of 1. `[N]` each"""
    random = np.random.default_rng(2)
    return _response(random), _response(random)


def _response(random: np.random.Generator) -> FloatArray:
    count = round(SECONDS * RATE)
    time = np.arange(count) / RATE
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    total = np.zeros(count)
    for low, high, seconds, level in BANDS:
        spectrum = np.fft.rfft(random.standard_normal(count))
        spectrum[(frequency < low) | (frequency >= high)] = 0
        band = np.fft.irfft(spectrum, count)
        band *= level / np.sqrt((band**2).mean())
        total += band * np.exp(-time * FALL / seconds)
    total *= np.clip((time - FIRST) / BUILD_UP, 0, 1)
    total[-RATE // 10 :] *= np.linspace(1, 0, RATE // 10)
    scaled: FloatArray = (total / np.sqrt((total**2).sum())).astype(np.float32)
    return scaled
