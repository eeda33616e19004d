"""People's music to compare with: windows of a training set, spread over its pieces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import BoolArray, IntArray
from .batches import Collection

MAX_WINDOWS = 1_000
"""Windows on each side of a comparison."""

MAX_PER_PIECE = 2
"""Windows of one piece in people's music."""

MIN_PIECES = 20
"""Pieces below which nothing is compared: each of five folds needs some."""


@dataclass(frozen=True)
class People:
    """Two halves of people's music, without a piece in common, as rows of a collection."""

    windows: Collection
    reference: IntArray
    other: IntArray

    @property
    def counts(self) -> dict[str, int]:
        """Windows of the reference, and the pieces behind them."""
        pieces = count_pieces(self.windows, self.reference)
        return {"windows": len(self.reference), "pieces": pieces}


def draw_people(
    windows: Collection | None, limit: int | None, rng: np.random.Generator
) -> People | None:
    """Draw two halves of people's music; None if there are none, or too few known pieces."""
    if windows is None or windows.pieces is None:
        return None
    numbers = windows.pieces.numbers
    pieces = rng.permutation(np.unique(numbers))
    halves = [
        spread_rows(numbers, np.isin(numbers, half), MAX_PER_PIECE, rng)
        for half in np.array_split(pieces, 2)
    ]
    n = min(limit or MAX_WINDOWS, MAX_WINDOWS, *map(len, halves))
    reference, other = (half[:n] for half in halves)
    people = People(windows, reference, other)
    return people if people.counts["pieces"] * 2 >= MIN_PIECES else None


def spread_rows(
    numbers: IntArray, mask: BoolArray, most: int, rng: np.random.Generator
) -> IntArray:
    """Rows under the mask, at most so many of a piece: one of each, in random order, then another.

    Args:
        numbers: piece of each row. `[N]`
    """
    order = rng.permutation(np.flatnonzero(mask))
    by_piece = np.argsort(numbers[order], kind="stable")
    starts = np.flatnonzero(np.diff(numbers[order][by_piece], prepend=-1))
    turn = np.empty(len(order), dtype=np.int64)  # 0 for the first row of a piece, 1 for the next
    turn[by_piece] = np.arange(len(order)) - np.repeat(starts, np.diff([*starts, len(order)]))
    return np.concatenate([order[turn == number] for number in range(most)])


def count_pieces(windows: Collection, rows: IntArray) -> int:
    """Number of pieces of these rows; 0 if they are not known."""
    return len(np.unique(windows.pieces.numbers[rows])) if windows.pieces else 0


def why_no_people(trained_on: Collection | None) -> str:
    """Why `draw_people` drew none."""
    if trained_on is None:
        return "there is no training set to draw people's music from"
    if trained_on.pieces is None:
        return "the data set does not say which piece each window is of; prepare it again"
    return f"the training set, or the limit, is too small: {MIN_PIECES} pieces are needed"
