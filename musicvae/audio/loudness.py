"""Integrated loudness and true peak after ITU-R BS.1770-4, for sound of two channels at `RATE`.

A signal is filtered as a head hears it (K-weighting), and its power is averaged over blocks of
400 ms, without those that are silent or much quieter than the rest.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from ..arrays import DoubleArray, FloatArray
from .convolution import convolve
from .synthesis import RATE

BLOCK, STEP = round(0.4 * RATE), round(0.1 * RATE)
OFFSET = -0.691
ABSOLUTE_GATE, RELATIVE_GATE = -70.0, -10.0
"""LUFS, and LU below the mean of what passes the first gate."""

RESPONSE = 4_096
"""Samples of the response of the K filter; what comes after is below -100 dB."""

OVERSAMPLING, TAPS = 4, 12
PEAK_BLOCK = 64
"""Samples for which one peak is found."""


def loudness(sound: FloatArray) -> float:
    """Integrated loudness in LUFS; -inf for silence.

    Args:
        sound: `[2, N]`, full scale at 1.
    """
    steps = max(BLOCK // STEP, -(-sound.shape[1] // STEP))
    power = np.zeros(steps)
    for channel in sound:
        weighted = convolve(channel, _k_response())[: channel.size]
        padded = np.pad(weighted, (0, steps * STEP - channel.size)).reshape(steps, STEP)
        power += np.einsum("ij,ij->i", padded, padded, dtype=np.float64)
    sums = np.convolve(power, np.ones(BLOCK // STEP), "valid") / BLOCK
    loud = sums[_lufs(sums) > ABSOLUTE_GATE]
    if not loud.size:
        return -np.inf
    gated = loud[_lufs(loud) > _lufs(loud.mean()) + RELATIVE_GATE]
    return float(_lufs(gated.mean()))


def _lufs(power: DoubleArray | np.floating) -> DoubleArray:
    with np.errstate(divide="ignore"):
        levels: DoubleArray = OFFSET + 10 * np.log10(power)
    return levels


@cache
def _k_response() -> FloatArray:
    """The response of the K filter to an impulse: a high shelf, then a high pass. `[RESPONSE]`

    The formulas give the coefficients of BS.1770 at 48 kHz, and those of the same filters at other
    rates (De Man, Evaluation of implementations of the EBU R128 loudness measurement, 2018).
    """
    shelf_gain = 10 ** (3.999843853973347 / 20)
    k = np.tan(np.pi * 1681.974450955533 / RATE)
    q, middle = 0.7071752369554196, shelf_gain**0.4996667741545416
    norm = 1 + k / q + k * k
    shelf = (
        np.array([shelf_gain + middle * k / q + k * k, 2 * (k * k - shelf_gain)])[:, None] / norm
    )
    last = (shelf_gain - middle * k / q + k * k) / norm
    poles = (2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm)
    impulse = np.zeros(RESPONSE)
    impulse[0] = 1
    shelved = _biquad(impulse, (float(shelf[0, 0]), float(shelf[1, 0]), last), poles)
    k, q = np.tan(np.pi * 38.13547087602444 / RATE), 0.5003270373238773
    norm = 1 + k / q + k * k
    poles = (2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm)
    return _biquad(shelved, (1.0, -2.0, 1.0), poles).astype(np.float32)


def _biquad(
    signal: DoubleArray, zeros: tuple[float, float, float], poles: tuple[float, float]
) -> DoubleArray:
    """A signal through a filter of second order."""
    result = np.zeros_like(signal)
    x1 = x2 = y1 = y2 = 0.0
    for index, x in enumerate(signal.tolist()):
        y = zeros[0] * x + zeros[1] * x1 + zeros[2] * x2 - poles[0] * y1 - poles[1] * y2
        x1, x2, y1, y2 = x, x1, y, y1
        result[index] = y
    return result


def block_peaks(sound: FloatArray) -> FloatArray:
    """The true peak of both channels in each block of `PEAK_BLOCK` samples. `[blocks]`

    Between samples, the signal is read at four times the rate.

    Args:
        sound: `[2, N]`
    """
    count = -(-sound.shape[1] // PEAK_BLOCK)
    peaks = np.zeros(count, np.float32)
    for channel in sound:
        for phase in _phases():
            between = channel if phase is None else np.convolve(channel, phase, "same")
            between = np.abs(between)
            padded = np.pad(between, (0, count * PEAK_BLOCK - len(between)))
            np.maximum(peaks, padded.reshape(count, PEAK_BLOCK).max(1), out=peaks)
    return peaks


@cache
def _phases() -> tuple[FloatArray | None, ...]:
    """Filters that read a signal 1/4, 1/2 and 3/4 of the way to the next sample; None for 0."""
    place = np.arange(TAPS + 1) - TAPS // 2
    phases: list[FloatArray | None] = [None]
    for number in range(1, OVERSAMPLING):
        distance = place + number / OVERSAMPLING
        window = np.cos(np.pi * distance / (TAPS + 2)) ** 2
        phases.append((np.sinc(distance) * window).astype(np.float32))
    return tuple(phases)


def true_peak(sound: FloatArray) -> float:
    """The highest level of a sound `[2, N]` in dB below full scale; -inf for silence."""
    peak = block_peaks(sound).max(initial=0.0)
    return float(20 * np.log10(peak)) if peak else -np.inf
