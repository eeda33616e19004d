"""A finished sound, and the WAV file of it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray
from ..atomic_files import write_atomic
from .synthesis import RATE

BYTES = 2
FULL_SCALE = 32_767


@dataclass(frozen=True, eq=False)
class Sound:
    """Music as samples.

    Attributes:
        samples: left and right, whole numbers of 16 bits. `[N, 2]`
        rate: samples per second.
        notices: what of the file could not be read, a clause each.
    """

    samples: NDArray[np.int16] = field(repr=False)
    rate: int = RATE
    notices: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate

    def wav(self) -> bytes:
        """The bytes of a WAV file: 16 bits, stereo."""
        import wave

        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(BYTES)
            file.setframerate(self.rate)
            file.writeframes(self.samples.astype("<i2", copy=False).tobytes())
        return buffer.getvalue()

    def write_wav(self, path: Path | str) -> None:
        """Write a WAV file atomically; an existing file is replaced.

        Raises:
            OutputError: it cannot be written.
        """
        write_atomic(path, self.wav())


def to_sound(mastered: FloatArray, notices: tuple[str, ...] = ()) -> Sound:
    """A sound of 16 bits from one at full scale 1. `[2, N]`"""
    samples = np.empty((mastered.shape[1], 2), np.int16)
    for number, channel in enumerate(mastered):
        samples[:, number] = np.rint(np.clip(channel, -1, 1) * FULL_SCALE)
    return Sound(samples, notices=notices)
