"""The array files of a split, `train-00000.codes.npy` and so on, read as one array."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from ..bounded_read import check_file
from ..codecs.base import Codes
from ..errors import OutputError

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
