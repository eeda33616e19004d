"""The prepared data set: distinct windows as arrays on disk, split by piece. No torch.

A data set is a folder:

    data.json       format, codec, bars, counts, reasons why files and windows were left out
    pieces.csv      every piece: file, SHA-256, split, number of windows; weight, if asked for
    train-00000.codes.npy  train-00000.meters.npy  train-00001.codes.npy ...
        codes       [N, T], [N, T, parts] or [N, T, channels / 8] (packed bits), padded
        meters      [N, 3], uint8: numerator, denominator, steps per quarter

    train.pieces.npy
        row of pieces.csv of each window [N], uint32; older data sets have none

and the same for valid and test. The codes are opened as memory maps, so a split
may be larger than memory. data.json is written last, so a folder that has one is
complete.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..arguments import quote
from ..arrays import FloatArray, IntArray
from ..atomic_files import make_folder, write_atomic
from ..bounded_read import read_json
from ..codecs import CODECS
from ..codecs.base import Codec, Codes
from ..codecs.conditioning import condition_features, condition_width, lag_steps
from ..config import TrainConfig
from ..errors import DatasetError, OutputError, RequestError
from ..score.windows import TWO_BARS, window_steps
from ..theory.meter import Meter
from .pieces import Pieces, read_pieces
from .replace import DATA_JSON, delete_data_set
from .shards import Shards, check_shard, load_array, shard_path, store_array, unpack

FORMAT = 3
"""Format of the folder; a data set in another format must be prepared again."""

MAX_ABOUT_BYTES = 2**26
"""Largest `data.json`; it names every file that was left out."""

DAMAGE_ERRORS = (
    AttributeError,
    EOFError,
    KeyError,
    OSError,
    OverflowError,
    TypeError,
    ValueError,
)
"""Errors that reading a damaged data set can raise."""

SPLITS = ("train", "valid", "test")


@dataclass(frozen=True)
class Batch:
    """A batch of windows as numpy arrays; `nets.SequenceBatch` is the same in torch.

    Attributes:
        x: `[B, T, channels]`, float32, zeros on padding.
        condition: `[B, T, K]`, float32.
        lengths: `[B]`, int64.
        lags: the lags that fit a window, in steps; see `codecs.conditioning`. `[B, L]`, int64.
    """

    x: FloatArray
    condition: FloatArray
    lengths: IntArray
    lags: IntArray


@dataclass(frozen=True)
class Windows:
    """One split of a data set.

    Attributes:
        codes: packed and padded as `pack` stores them, possibly memory maps. `[N, ...]`
        meters: numerator, denominator and steps per quarter of each window. `[N, 3]`
        bars: length of a window in bars; see `score.windows.window_bars`.
        pieces: the piece of each window, if the data set says it.
    """

    codec: Codec
    codes: Codes | Shards
    meters: NDArray[np.uint8]
    bars: int = TWO_BARS
    pieces: Pieces | None = None

    def __len__(self) -> int:
        return len(self.meters)

    def __repr__(self) -> str:
        return f"Windows({self.codec.name}, bars={self.bars}, N={len(self)})"

    @cached_property
    def _meter_table(self) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
        """The distinct meters, `[M, 3]`, and the index into them of each window, `[N]`."""
        # one integer per meter is much quicker to sort than rows of three
        packed = self.meters.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.int32)
        distinct, index = np.unique(packed, return_inverse=True)
        meters = np.stack([distinct >> 16, distinct >> 8 & 255, distinct & 255], axis=1)
        return meters.astype(np.uint8), index.astype(np.uint16)

    @cached_property
    def distinct_meters(self) -> list[Meter]:
        """The meters that occur in the split."""
        return [Meter(*map(int, row)) for row in self._meter_table[0]]

    @cached_property
    def lengths(self) -> IntArray:
        """Steps of each window. `[N]`."""
        steps = np.array(
            [window_steps(meter, self.bars) for meter in self.distinct_meters], dtype=np.int64
        )
        return steps[self._meter_table[1]]

    def meter(self, row: int) -> Meter:
        """Meter of one window."""
        return self.distinct_meters[int(self._meter_table[1][row])]

    def window(self, row: int) -> Codes:
        """Codes of one window, without padding. `[T, ...]`"""
        codes = self.codes[row, : self.lengths[row]]
        return unpack(self.codec, codes)

    def batch(self, rows: IntArray, semitones: IntArray | None = None) -> Batch:
        """Windows as a batch, each transposed by its number of semitones if these are given."""
        lengths = self.lengths[rows]
        codes = unpack(self.codec, self.codes[rows])[:, : lengths.max()]
        if semitones is not None:
            codes = codes.copy()
            for i in np.flatnonzero(semitones):  # most windows are not transposed
                codes[i] = self.codec.transpose(codes[i], int(semitones[i]))
        meter_index = self._meter_table[1][rows]
        conditions = np.zeros(
            (len(rows), lengths.max(), condition_width(self.bars)), dtype=np.float32
        )
        for index in np.unique(meter_index):
            features = condition_features(self.distinct_meters[index], self.bars)
            conditions[meter_index == index, : len(features)] = features
        x = self.codec.one_hot(codes)  # zeros on padding
        lags = np.array([lag_steps(meter, self.bars) for meter in self.distinct_meters], np.int64)
        return Batch(x, conditions, lengths, lags[meter_index])

    def batches(self, size: int, rng: np.random.Generator | None = None) -> Iterator[Batch]:
        """One pass over the split, in batches of windows of one length.

        With a generator, the order is random and windows are transposed by
        `draw_transpositions`; without one, the windows come in order and untransposed.
        """
        for rows in self.batch_rows(size, rng):
            shifts = None if rng is None else draw_transpositions(len(rows), rng)
            yield self.batch(rows, shifts)

    def batch_rows(self, size: int, rng: np.random.Generator | None = None) -> list[IntArray]:
        """Rows of each batch; all windows of a batch have one length.

        The net spends no time on padding, and `nets.RNN` need not pack its sequences. With a
        generator, the order is random, and each window is drawn as often as its weight says.
        """
        rows = np.arange(len(self)) if rng is None else self._draw_epoch(rng)
        batches = []
        for length in np.unique(self.lengths):
            same_length = rows[self.lengths[rows] == length]
            batches += [same_length[i : i + size] for i in range(0, len(same_length), size)]
        if rng is None:
            return batches
        return [batches[i] for i in rng.permutation(len(batches))]

    def _draw_epoch(self, rng: np.random.Generator) -> IntArray:
        """All rows in random order; with weights, each so often on average."""
        if self.pieces is None or self.pieces.weights is None:
            return rng.permutation(len(self))
        copies = np.floor(self.pieces.weights + rng.random(len(self))).astype(np.int64)
        return rng.permutation(np.repeat(np.arange(len(self)), copies))


def draw_transpositions(
    n: int, rng: np.random.Generator, share: float = TrainConfig.transposed
) -> IntArray:
    """Semitones by which to transpose `n` windows: -5 to 6 for a share of them, else 0. `[n]`

    With a small share the model learns every key, yet its samples are mostly in the keys that
    occur in the corpus.
    """
    return rng.integers(-5, 7, n) * (rng.random(n) < share)


def save(
    folder: Path,
    codec: Codec,
    bars: int,
    splits: Mapping[str, Iterable[tuple[Codes, NDArray[np.uint8]]]],
    about: Mapping[str, object],
) -> dict[str, object]:
    """Write a data set with a shard for each pair of codes and meters; return its `data.json`.

    An old `data.json` is deleted before anything is written, and the new one is written
    last, so that an interrupted run leaves no folder that opens as a data set.

    Raises:
        OutputError: the folder cannot be written.
    """
    make_folder(folder)
    try:
        delete_data_set(folder)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error
    shards = dict.fromkeys(SPLITS, 0)
    for split, arrays in splits.items():
        for codes, meters in arrays:
            path = shard_path(folder, split, shards[split])
            store_array(path, "codes", codes)
            store_array(path, "meters", meters)
            shards[split] += 1
    data = {"format": FORMAT, "codec": codec.name, "bars": bars, "shards": shards, **about}
    write_atomic(folder / DATA_JSON, json.dumps(data, indent=1).encode())
    return data


def open_split(folder: Path | str, split: str) -> Windows:
    """Open one split of a prepared data set.

    Raises:
        DatasetError: the folder is not a data set, has another format, or the
            split has no windows.
        RequestError: there is no such split.
    """
    if split not in SPLITS:
        raise RequestError(f"There is no split {quote(split)}; choose {', '.join(SPLITS)}.")
    folder = Path(folder)
    advice = f"make one with: musicvae prepare MIDI_FOLDER -o {folder}"
    try:
        about = read_json(folder / DATA_JSON, MAX_ABOUT_BYTES)
        if about.get("format") != FORMAT:
            raise DatasetError(f"{folder} is a data set of another version; {advice} --force")
        codec, bars = CODECS[about["codec"]], int(about["bars"])
        codes, meters = [], []
        for number in range(about["shards"][split]):
            path = shard_path(folder, split, number)
            codes.append(load_array(path, "codes", mmap="r"))
            meters.append(load_array(path, "meters", mmap="r"))
            check_shard(codec, bars, codes[-1], meters[-1])
        if not sum(map(len, meters)):
            raise DatasetError(f"{folder} has no {split} windows: prepare it from more files.")
        all_codes = codes[0] if len(codes) == 1 else Shards(codes)
        pieces = read_pieces(folder, split, sum(map(len, meters)))
        windows = Windows(codec, all_codes, np.concatenate(meters), bars, pieces)
        _ = windows.distinct_meters  # a foreign meter is an error
    except DAMAGE_ERRORS as error:
        raise DatasetError(f"{folder} is no prepared data set; {advice}") from error
    return windows


def check_fits(model: tuple[str, int], data: tuple[str, int]) -> None:
    """Check that a model and a data set have the same codec and bars per window.

    Raises:
        RequestError: they differ.
    """
    (model_codec, model_bars), (data_codec, data_bars) = model, data
    if model_codec != data_codec:
        raise RequestError(f"The model reads {model_codec!r}, the data set holds {data_codec!r}.")
    if model_bars != data_bars:
        raise RequestError(
            f"The model reads windows of {model_bars} bars, the data set holds {data_bars}."
        )
