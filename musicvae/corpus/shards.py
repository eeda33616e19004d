"""The array files of a split, `train-00000.codes.npy` and so on, read as one array."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from ..bounded_read import check_file
from ..codecs.base import Codec, Codes
from ..errors import OutputError
from ..score.phrase import Phrase
from ..score.windows import MAX_BARS, TWO_BARS, max_steps

MAX_ARRAY_BYTES = 2**33
"""Largest file of one array; `prepare` writes files of 128 MB."""


class Shards:
    """Arrays that are indexed as if they were concatenated.

    Shape:
        - Output of `shards[rows]` and `shards[rows, steps]`: as numpy's, where `rows` is a
          number, an array of numbers, or a mask.
    """

    def __init__(self, arrays: Sequence[Codes]) -> None:
        self.arrays = arrays
        self.starts = np.cumsum([0, *map(len, arrays)])

    def __getitem__(self, key: object) -> Codes:
        index, *rest = key if isinstance(key, tuple) else (key,)
        rows = np.asarray(index)
        if rows.dtype == bool:
            rows = np.flatnonzero(rows)
        flat_rows = rows.ravel()
        shards = np.searchsorted(self.starts, flat_rows, side="right") - 1
        out: Codes = np.empty((rows.size, *self.arrays[0].shape[1:]), dtype=self.arrays[0].dtype)
        for shard in np.unique(shards):
            in_shard = shards == shard
            out[in_shard] = self.arrays[shard][flat_rows[in_shard] - self.starts[shard]]
        all_rows = (slice(None),) * rows.ndim
        return np.asarray(out.reshape(*rows.shape, *out.shape[1:])[(*all_rows, *rest)])


def shard_path(folder: Path, split: str, number: int) -> Path:
    """Path of a shard, to which `store_array` and `load_array` add the array's name."""
    return folder / f"{split}-{number:05}"


def store_array(path: Path, name: str, array: Codes) -> None:
    """Write one array of a shard.

    Raises:
        OutputError: the file cannot be written.
    """
    path = path.with_name(f"{path.name}.{name}.npy")
    try:
        np.save(path, array, allow_pickle=False)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error


def load_array(path: Path, name: str, mmap: Literal["r"] | None = None) -> Codes:
    """Read one array of a shard, or open it as a memory map.

    Raises:
        OSError: it does not exist, is no file, or is larger than `MAX_ARRAY_BYTES`.
        ValueError: it holds no array.
    """
    path = path.with_name(f"{path.name}.{name}.npy")
    check_file(path, MAX_ARRAY_BYTES)
    return np.asarray(np.load(path, mmap_mode=mmap, allow_pickle=False))


def pack(codec: Codec, codes: Codes, bars: int = TWO_BARS) -> Codes:
    """Pad windows of one length to the longest window of any meter, as they are stored.

    Classes are padded with the largest integer, channels with zeros.

    Shape:
        - Input: `[N, T, ...]`
        - Output: `[N, max_steps(bars), ...]`; eight binary channels make a byte
    """
    categorical = codec.likelihood == "categorical"
    n, steps, *channels = codes.shape
    padding = np.iinfo(codec.dtype).max if categorical else 0
    padded = np.full((n, max_steps(bars), *channels), padding, dtype=codec.dtype)
    padded[:, :steps] = codes
    return padded if categorical else np.packbits(padded, axis=-1)


def unpack(codec: Codec, stored: Codes) -> Codes:
    """Codes that `pack` stored, still padded; for one window or for many."""
    if codec.likelihood == "categorical":
        return stored
    return np.unpackbits(stored, axis=-1)[..., : codec.channels]


def check_shard(codec: Codec, bars: int, codes: Codes, meters: Codes) -> None:
    """Raise ValueError if arrays are not those of windows, of the codec."""
    if not TWO_BARS <= bars <= MAX_BARS:
        raise ValueError(f"windows of {bars} bars")
    empty = pack(codec, codec.encode(Phrase())[None], bars)
    if codes.dtype != empty.dtype or codes.shape[1:] != empty.shape[1:]:
        raise ValueError(f"codes of {codes.dtype}, {codes.shape}")
    if meters.dtype != np.uint8 or meters.shape != (len(codes), 3):
        raise ValueError(f"meters of {meters.dtype}, {meters.shape}")
