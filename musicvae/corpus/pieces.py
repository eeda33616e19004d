"""The piece of each window of a data set: `train.pieces.npy` and so on, rows of `pieces.csv`."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import IntArray
from ..atomic_files import write_atomic
from ..bounded_read import check_file, read_bytes

MAX_PIECES_BYTES = 2**30
"""Largest `pieces.csv`, and largest array of piece numbers."""


@dataclass(frozen=True)
class Pieces:
    """The piece of each window of a split; a piece is a file.

    Attributes:
        numbers: index in `files` of the piece of each window. `[N]`
        files: paths of all pieces of the data set, as `prepare` found them.
    """

    numbers: IntArray
    files: list[str]

    def file(self, row: int) -> str:
        """File of the piece of one window."""
        return self.files[int(self.numbers[row])]


def store_pieces(folder: Path, split: str, numbers: IntArray) -> None:
    """Write the row of `pieces.csv` of each window of a split. `[N]`

    Raises:
        OutputError: the file cannot be written.
    """
    data = io.BytesIO()
    np.save(data, numbers.astype(np.uint32), allow_pickle=False)
    write_atomic(_path(folder, split), data.getvalue())


def read_pieces(folder: Path, split: str, windows: int) -> Pieces | None:
    """Read the piece of each window; None if the data set was made before pieces were stored.

    Raises:
        OSError: a file is too large, or `pieces.csv` does not exist.
        ValueError, KeyError: the files are not those of so many windows, of these pieces.
    """
    path = _path(folder, split)
    if not path.exists():
        return None
    check_file(path, MAX_PIECES_BYTES)
    numbers = np.load(path, allow_pickle=False)
    table = read_bytes(folder / "pieces.csv", MAX_PIECES_BYTES)
    try:
        lines = csv.DictReader(io.StringIO(table.decode(errors="surrogateescape"), newline=""))
        files = [row["file"] for row in lines]
    except csv.Error as error:
        raise ValueError("pieces.csv is no table") from error
    if numbers.dtype != np.uint32 or numbers.shape != (windows,):
        raise ValueError(f"pieces of {numbers.dtype}, {numbers.shape}")
    if windows and numbers.max() >= len(files):
        raise ValueError(f"piece {numbers.max()} of {len(files)}")
    return Pieces(numbers.astype(np.int64), files)


def _path(folder: Path, split: str) -> Path:
    return folder / f"{split}.pieces.npy"
