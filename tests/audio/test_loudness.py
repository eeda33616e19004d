"""Loudness and true peak of signals for which the standard says what they are."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.audio.loudness import loudness, true_peak
from musicvae.audio.mastering import CEILING, TARGET, master
from musicvae.audio.synthesis import RATE


def sine(level: float, frequency: float = 997.0, seconds: float = 3.0) -> np.ndarray:
    """A sine in both channels whose peak is `level` dB below full scale. `[2, N]`"""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = 10 ** (level / 20) * np.sin(2 * np.pi * frequency * time)
    return np.stack([wave, wave]).astype(np.float32)


@pytest.mark.parametrize("level", [-40.0, -23.0, -6.0])
def test_a_sine_of_997_hz_is_as_loud_as_its_peak(level: float) -> None:
    """In both channels, within 0.1 LU (EBU Tech 3341, cases 1 and 2)."""
    assert loudness(sine(level)) == pytest.approx(level, abs=0.1)


def test_quiet_and_silent_parts_do_not_count() -> None:
    """Neither silence nor what is 13 LU below (EBU Tech 3341, case 3)."""
    parts = [sine(-36.0), sine(-23.0, seconds=12), sine(-36.0), np.zeros((2, 5 * RATE))]
    sound = np.concatenate(parts, axis=1).astype(np.float32)
    assert loudness(sound) == pytest.approx(-23, abs=0.15)
    assert loudness(np.zeros((2, RATE), np.float32)) == -np.inf


def test_a_peak_between_samples_is_found() -> None:
    """A sine of a quarter of the rate, 45 degrees off the samples, reads 3 dB too low there."""
    time = np.arange(RATE)
    wave = 0.5 * np.sin(np.pi / 2 * time + np.pi / 4)
    sound = np.stack([wave, wave]).astype(np.float32)
    assert true_peak(sound[:, 100:-100]) == pytest.approx(-6.0, abs=0.3)
    assert true_peak(np.zeros((2, 10), np.float32)) == -np.inf


@pytest.mark.parametrize("seed", range(5))
def test_mastering_reaches_its_level_below_its_ceiling(seed: int) -> None:
    """For noise with rare peaks of 20 dB more, in a loop too."""
    random = np.random.default_rng(seed)
    mix = 0.02 * random.standard_normal((2, 4 * RATE)).astype(np.float32)
    mix[:, random.integers(0, mix.shape[1], 20)] *= 10
    for loop in (False, True):
        sound = master(mix, loop=loop)
        assert loudness(sound) == pytest.approx(TARGET, abs=0.3)
        assert true_peak(sound) < CEILING
