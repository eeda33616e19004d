"""Prepared windows: arrays on disk, distinct, split by piece. No torch.

A data set is a folder:

    data.json       format, codec, bars, counts, why files and windows were left out
    pieces.csv      every piece: file, SHA-256, split, windows
    train-00000.codes.npy  train-00000.meters.npy  train-00001.codes.npy ...
        codes       [N, T], [N, T, parts] or [N, T, channels / 8] (packed bits), padded
        meters      [N, 3], uint8: numerator, denominator, grid

and the same for valid and test. The codes are opened as memory maps, so a split
may be larger than memory. data.json is written last: where it is, all is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray, IntArray
from ..atomic_files import make_folder, write_whole
from ..codecs import CODECS
from ..codecs.base import Codec, Codes
from ..codecs.conditioning import condition, width
from ..errors import DatasetError, OutputError, RequestError
from ..score.windows import TWO_BARS, max_steps, window_steps
from ..theory.meter import Meter

FORMAT = 3
"""Of the folder; one of another format is prepared again."""

SPLITS = ("train", "valid", "test")
TRANSPOSED_SHARE = 0.25


@dataclass(frozen=True)
class Batch:
    """Windows side by side, as a net reads them; see `nets.Sequences` for the twin in torch.

    Attributes:
        x: `[B, T, channels]`, float32, zeros on padding.
        condition: `[B, T, K]`, float32.
        lengths: `[B]`, int64.
    """

    x: FloatArray
    condition: FloatArray
    lengths: IntArray


class Shards:
    """Arrays that are read as if they stood in one.

    Shape:
        - Output of `shards[rows]` and of `shards[rows, steps]`: as numpy's, for `rows` that
          are one number, an array of numbers, or a mask.
    """

    def __init__(self, arrays: Sequence[Codes]) -> None:
        self.arrays = arrays
        self.starts = np.cumsum([0, *map(len, arrays)])

    def __getitem__(self, key: object) -> Codes:
        rows, *rest = key if isinstance(key, tuple) else (key,)
        wanted = np.asarray(rows)
        if wanted.dtype == bool:
            wanted = np.flatnonzero(wanted)
        shard = np.searchsorted(self.starts, wanted.ravel(), side="right") - 1
        out: Codes = np.empty((wanted.size, *self.arrays[0].shape[1:]), dtype=self.arrays[0].dtype)
        for number in np.unique(shard):
            here = shard == number
            out[here] = self.arrays[number][wanted.ravel()[here] - self.starts[number]]
        whole = (slice(None),) * wanted.ndim
        return np.asarray(out.reshape(*wanted.shape, *out.shape[1:])[(*whole, *rest)])


@dataclass(frozen=True)
class Windows:
    """One split of a data set; its codes may lie on disk."""

    codec: Codec
    codes: Codes | Shards
    meters: NDArray[np.uint8]
    bars: int = TWO_BARS

    def __len__(self) -> int:
        return len(self.meters)

    def __repr__(self) -> str:
        return f"Windows({self.codec.name}, bars={self.bars}, N={len(self)})"

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
        """The distinct meters, and which of them each window has."""
        one = self.meters.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.int32)
        kinds, which = np.unique(one, return_inverse=True)
        apart = np.stack([kinds >> 16, kinds >> 8 & 255, kinds & 255], axis=1)
        return apart.astype(np.uint8), which.astype(np.uint16)

    @cached_property
    def distinct_meters(self) -> list[Meter]:
        """The meters that occur."""
        return [Meter(*map(int, row)) for row in self._sorted[0]]

    @cached_property
    def lengths(self) -> IntArray:
        """Steps of each window. `[N]`."""
        known = np.array(
            [window_steps(meter, self.bars) for meter in self.distinct_meters], dtype=np.int64
        )
        return known[self._sorted[1]]

    def meter(self, row: int) -> Meter:
        """Meter of one window."""
        return self.distinct_meters[int(self._sorted[1][row])]

    def window(self, row: int) -> Codes:
        """The codes of one window, without padding. `[T, ...]`"""
        codes = self.codes[row, : self.lengths[row]]
        return unpack(self.codec, codes)

    def batch(self, rows: IntArray, semitones: IntArray | None = None) -> Batch:
        """Some windows, each moved by its semitones."""
        lengths = self.lengths[rows]
        codes = unpack(self.codec, self.codes[rows])[:, : lengths.max()]
        if semitones is not None:
            codes = codes.copy()
            for i in np.flatnonzero(semitones):  # most stay in their key
                codes[i] = self.codec.transpose(codes[i], int(semitones[i]))
        kinds = self._sorted[1][rows]
        known = np.zeros((len(rows), lengths.max(), width(self.bars)), dtype=np.float32)
        for kind in np.unique(kinds):
            features = condition(self.distinct_meters[kind], self.bars)
            known[kinds == kind, : len(features)] = features
        x = self.codec.one_hot(codes)  # zeros on padding
        return Batch(x, known, lengths)

    def batches(self, size: int, rng: np.random.Generator | None = None) -> Iterator[Batch]:
        """The whole split once, in batches of windows of one length.

        With a generator the order is drawn and every window is transposed at
        random; without, both stay as they are.
        """
        for rows in self.batch_rows(size, rng):
            yield self.batch(rows, None if rng is None else draw_transpositions(len(rows), rng))

    def batch_rows(self, size: int, rng: np.random.Generator | None = None) -> list[IntArray]:
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


def draw_transpositions(n: int, rng: np.random.Generator) -> IntArray:
    """Semitones for `n` windows: most stay in their key, the rest go to any of the twelve.

    Every key is learned, yet what is sampled keeps to the keys that people write in.
    """
    return rng.integers(-5, 7, n) * (rng.random(n) < TRANSPOSED_SHARE)


def pack(codec: Codec, codes: Codes, bars: int = TWO_BARS) -> Codes:
    """Windows of one length as they are stored, padded to the longest that there are.

    Shape:
        - Input: `[N, T, ...]`
        - Output: `[N, max_steps(bars), ...]`; of channels, bits in bytes
    """
    classes = codec.likelihood == "categorical"
    n, steps, *rest = codes.shape
    padding = np.iinfo(codec.dtype).max if classes else 0
    padded = np.full((n, max_steps(bars), *rest), padding, dtype=codec.dtype)
    padded[:, :steps] = codes
    return padded if classes else np.packbits(padded, axis=-1)


def unpack(codec: Codec, stored: Codes) -> Codes:
    """What `pack` stored, still padded; or many of them."""
    if codec.likelihood == "categorical":
        return stored
    return np.unpackbits(stored, axis=-1)[..., : codec.channels]


def save(
    folder: Path,
    codec: Codec,
    bars: int,
    splits: Mapping[str, Iterable[tuple[Codes, NDArray[np.uint8]]]],
    about: Mapping[str, object],
) -> dict[str, object]:
    """Write a data set, a shard for each pair of codes and meters; returns its `data.json`.

    What stood in the folder before is no data set from the first moment on, and
    what stands in it after is one from the last.

    Raises:
        OutputError: the place cannot be written.
    """
    make_folder(folder)
    try:
        for old in (*folder.glob("data.json"), *folder.glob("*-[0-9]*.npy")):
            old.unlink()
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error
    shards = dict.fromkeys(SPLITS, 0)
    for split, arrays in splits.items():
        for codes, meters in arrays:
            path = _shard(folder, split, shards[split])
            for name, array in (("codes", codes), ("meters", meters)):
                _store(path, name, array)
            shards[split] += 1
    written = {"format": FORMAT, "codec": codec.name, "bars": bars, "shards": shards, **about}
    write_whole(folder / "data.json", json.dumps(written, indent=1).encode())
    return written


def open_split(folder: Path | str, split: str) -> Windows:
    """One split of a prepared data set.

    Raises:
        DatasetError: the folder is no data set, is one of another format, or the
            split holds nothing.
        RequestError: there is no such split.
    """
    if split not in SPLITS:
        raise RequestError(f"There is no split {split!r}; choose {', '.join(SPLITS)}.")
    folder = Path(folder)
    again = f"make one with: musicvae prepare MIDI_FOLDER -o {folder}"
    try:
        about = json.loads((folder / "data.json").read_text())
        if about.get("format") != FORMAT:
            raise DatasetError(f"{folder} is a data set of another version; {again} --force")
        codec, bars = CODECS[about["codec"]], int(about["bars"])
        paths = [_shard(folder, split, number) for number in range(about["shards"][split])]
        codes = [_load(path, "codes", mmap="r") for path in paths]
        meters = [_load(path, "meters") for path in paths]
    except (OSError, EOFError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise DatasetError(f"{folder} is no prepared data set; {again}") from error
    if not sum(map(len, meters)):
        raise DatasetError(f"{folder} has no {split} windows: prepare it from more files.")
    held = codes[0] if len(codes) == 1 else Shards(codes)
    return Windows(codec, held, np.concatenate(meters), bars)


def check_fits(reads: tuple[str, int], holds: tuple[str, int]) -> None:
    """That a model reads the codec and the bars that some windows have.

    Raises:
        RequestError: it does not.
    """
    if reads[0] != holds[0]:
        raise RequestError(f"The model reads {reads[0]!r}, the data set holds {holds[0]!r}.")
    if reads[1] != holds[1]:
        raise RequestError(
            f"The model reads windows of {reads[1]} bars, the data set holds {holds[1]}."
        )


def _shard(folder: Path, split: str, number: int) -> Path:
    return folder / f"{split}-{number:05}"


def _store(path: Path, name: str, array: Codes) -> None:
    path = path.with_name(f"{path.name}.{name}.npy")
    try:
        np.save(path, array, allow_pickle=False)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error


def _load(path: Path, name: str, mmap: Literal["r"] | None = None) -> Codes:
    path = path.with_name(f"{path.name}.{name}.npy")
    return np.asarray(np.load(path, mmap_mode=mmap, allow_pickle=False))
