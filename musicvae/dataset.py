"""From a folder of MIDI to arrays: distinct windows, split by piece. No torch.

A data set is a folder:

    data.json       codec, counts, why files and windows were left out
    pieces.csv      every piece: file, SHA-256, split, windows
    train.npz  valid.npz  test.npz
        codes       [N, T] or [N, T, channels / 8] (packed bits), uint8, padded
        meters      [N, 3], uint8: numerator, denominator, grid
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from .errors import DatasetError
from .music.codecs import CODECS, Codec, Codes
from .music.position import MAX_WINDOW_STEPS, WIDTH, condition, window_steps
from .music.units import Meter

SPLITS = ("train", "valid", "test")
PADDING = 255
TRANSPOSED_SHARE = 0.25


@dataclass(frozen=True)
class Batch:
    """Windows side by side, as a net reads them; see `nets.Sequences` for the twin in torch.

    Attributes:
        x: `[B, T, channels]`, float32, zeros on padding.
        condition: `[B, T, K]`, float32.
        lengths: `[B]`, int64.
    """

    x: NDArray[np.float32]
    condition: NDArray[np.float32]
    lengths: NDArray[np.int64]


@dataclass(frozen=True)
class Windows:
    """One split of a data set, in memory."""

    codec: Codec
    codes: Codes
    meters: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.meters)

    def __repr__(self) -> str:
        return f"Windows({self.codec.name}, N={len(self)}, meters={len(self.kinds)})"

    @cached_property
    def kinds(self) -> list[Meter]:
        """The meters that occur."""
        return [Meter(*map(int, row)) for row in np.unique(self.meters, axis=0)]

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Steps of each window. `[N]`."""
        known = {meter: window_steps(meter) for meter in self.kinds}
        steps = (known[self.meter(row)] for row in range(len(self)))
        return np.fromiter(steps, dtype=np.int64, count=len(self))

    def meter(self, row: int) -> Meter:
        """Meter of one window."""
        numerator, denominator, grid = map(int, self.meters[row])
        return Meter(numerator, denominator, grid)

    def window(self, row: int) -> Codes:
        """The codes of one window, without padding. `[T]` or `[T, channels]`."""
        codes = self.codes[row, : self.lengths[row]]
        return unpack(self.codec, codes)

    def batch(self, rows: NDArray[np.int64], semitones: NDArray[np.int64] | None = None) -> Batch:
        """Some windows, each moved by its semitones."""
        lengths = self.lengths[rows]
        x = np.zeros((len(rows), lengths.max(), self.codec.channels), dtype=np.float32)
        known = np.zeros((len(rows), lengths.max(), WIDTH), dtype=np.float32)
        for i, row in enumerate(rows):
            codes = self.window(int(row))
            if semitones is not None and semitones[i]:
                codes = self.codec.transpose(codes, int(semitones[i]))
            x[i, : lengths[i]] = self.codec.one_hot(codes)
            known[i, : lengths[i]] = condition(self.meter(int(row)))
        return Batch(x, known, lengths)

    def batches(self, size: int, rng: np.random.Generator | None = None) -> Iterator[Batch]:
        """The whole split once, in batches of windows of one length.

        With a generator the order is drawn and every window is transposed at
        random; without, both stay as they are.
        """
        for rows in self.plan(size, rng):
            yield self.batch(rows, None if rng is None else draw_transpositions(len(rows), rng))

    def plan(self, size: int, rng: np.random.Generator | None = None) -> list[NDArray[np.int64]]:
        """Which windows stand in which batch: all of a batch are of one length.

        So a net spends nothing on padding, and `RNN` need not pack.
        """
        rows = np.arange(len(self)) if rng is None else rng.permutation(len(self))
        batches = []
        for length in np.unique(self.lengths):
            alike = rows[self.lengths[rows] == length]
            batches += [alike[i : i + size] for i in range(0, len(alike), size)]
        if rng is None:
            return batches
        return [batches[i] for i in rng.permutation(len(batches))]


def draw_transpositions(n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Semitones for `n` windows: most stay in their key, the rest go to any of the twelve.

    Every key is learned, yet what is sampled keeps to the keys that people write in.
    """
    return rng.integers(-5, 7, n) * (rng.random(n) < TRANSPOSED_SHARE)


def pack(codec: Codec, codes: Codes) -> Codes:
    """A window as it is stored, padded: `[MAX_WINDOW_STEPS]` or `[MAX_WINDOW_STEPS, C / 8]`."""
    short = MAX_WINDOW_STEPS - len(codes)
    if codes.ndim == 1:
        return np.pad(codes, (0, short), constant_values=PADDING)
    return np.packbits(np.pad(codes, ((0, short), (0, 0))), axis=-1)


def unpack(codec: Codec, stored: Codes) -> Codes:
    """What `pack` stored, still padded."""
    return stored if stored.ndim == 1 else np.unpackbits(stored, axis=-1)[:, : codec.channels]


def open_split(folder: Path | str, split: str) -> Windows:
    """One split of a prepared data set.

    Raises:
        DatasetError: the folder is no data set, or the split holds nothing.
    """
    folder = Path(folder)
    try:
        about = json.loads((folder / "data.json").read_text())
        with (
            (folder / f"{split}.npz").open("rb") as file,
            np.load(file, allow_pickle=False) as arrays,
        ):
            windows = Windows(CODECS[about["codec"]], arrays["codes"], arrays["meters"])
    except (OSError, EOFError, KeyError, TypeError, ValueError, BadZipFile) as error:
        raise DatasetError(
            f"{folder} is no prepared data set; make one with: "
            f"musicvae prepare MIDI_FOLDER -o {folder}"
        ) from error
    if not len(windows):
        raise DatasetError(f"{folder} has no {split} windows: prepare it from more files.")
    return windows
