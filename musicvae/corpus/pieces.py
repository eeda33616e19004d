"""The piece of each window of a data set: `train.pieces.npy` and so on, rows of `pieces.csv`."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import DoubleArray, IntArray
from ..atomic_files import write_atomic
from ..bounded_read import check_file, read_bytes
from .weights import LARGEST_WEIGHT

TABLE = "pieces.csv"
MAX_PIECES_BYTES = 2**30
"""Largest `pieces.csv`, and largest array of piece numbers."""


@dataclass(frozen=True)
class Pieces:
    """The piece of each window of a split; a piece is a file.

    Attributes:
        numbers: index in `files` of the piece of each window. `[N]`
        files: paths of all pieces of the data set, as `prepare` found them.
        weights: how often an epoch of training draws each window, on average; None for once. `[N]`
    """

    numbers: IntArray
    files: list[str]
    weights: DoubleArray | None = None

    def file(self, row: int) -> str:
        """File of the piece of one window."""
        return self.files[int(self.numbers[row])]


def store_table(folder: Path, columns: Mapping[str, Sequence[object]]) -> None:
    """Write `pieces.csv`: the columns by name, with a row for each piece.

    Raises:
        OutputError: the file cannot be written.
    """
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(columns)
    rows.writerows(zip(*columns.values(), strict=True))
    write_atomic(folder / TABLE, os.fsencode(table.getvalue()))


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
    table = read_bytes(folder / TABLE, MAX_PIECES_BYTES)
    try:
        lines = csv.DictReader(io.StringIO(table.decode(errors="surrogateescape"), newline=""))
        rows = list(lines)
    except csv.Error as error:
        raise ValueError("pieces.csv is no table") from error
    if numbers.dtype != np.uint32 or numbers.shape != (windows,):
        raise ValueError(f"pieces of {numbers.dtype}, {numbers.shape}")
    if windows and numbers.max() >= len(rows):
        raise ValueError(f"piece {numbers.max()} of {len(rows)}")
    numbers = numbers.astype(np.int64)
    return Pieces(numbers, [row["file"] for row in rows], _weights(rows, numbers))


def _weights(rows: list[dict[str, str]], numbers: IntArray) -> DoubleArray | None:
    """The weight of each window; None if the table has no weights. `[N]`"""
    if not rows or "weight" not in rows[0]:
        return None
    weights = np.array([float(row["weight"]) for row in rows])[numbers]
    if not ((weights > 0) & (weights <= LARGEST_WEIGHT)).all():
        raise ValueError("a weight that is not above 0 or too large")
    return weights


def _path(folder: Path, split: str) -> Path:
    return folder / f"{split}.pieces.npy"
