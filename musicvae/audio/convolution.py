"""Fast convolution: a long signal and a short response, block by block."""

from __future__ import annotations

import numpy as np

from ..arrays import FloatArray


def convolve(signal: FloatArray, response: FloatArray) -> FloatArray:
    """A signal through a filter, as long as both together but for one sample. `[N + K - 1]`

    The signal is cut into blocks that overlap in the result, so the memory that it takes is that
    of the result.

    Args:
        signal: `[N]`
        response: the filter's response to an impulse. `[K]`
    """
    size = 1 << max(12, (4 * len(response)).bit_length())
    block = size - len(response) + 1
    spectrum = np.fft.rfft(response, size)
    result = np.zeros(len(signal) + len(response) - 1, np.float32)
    for start in range(0, len(signal), block):
        part = signal[start : start + block]
        if part.any():
            filtered = np.fft.irfft(np.fft.rfft(part, size) * spectrum, size)
            end = min(start + size, len(result))
            result[start:end] += filtered[: end - start]
    return result
