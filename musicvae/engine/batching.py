"""Rows of one call in groups of one meter, which are computed side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..codecs.base import Codes
from ..theory.meter import Meter

BATCH_SIZE = 256
"""Most windows that are computed at once."""


def by_meter(meters: Sequence[Meter]) -> Iterator[tuple[Meter, list[int]]]:
    """Rows of each meter, at most BATCH_SIZE at a time to bound memory.

    >>> [rows for _, rows in by_meter([Meter(4, 4), Meter(3, 4), Meter(4, 4)])]
    [[0, 2], [1]]
    """
    for meter in dict.fromkeys(meters):
        rows = [row for row, other in enumerate(meters) if other == meter]
        for start in range(0, len(rows), BATCH_SIZE):
            yield meter, rows[start : start + BATCH_SIZE]


def stack_rows(arrays: Sequence[Codes], rows: Sequence[int]) -> Codes:
    """Some of the arrays, which have one length, as one. `[T, ...]` each -> `[N, T, ...]`."""
    return np.stack([arrays[row] for row in rows])


def in_order(by_row: Mapping[int, Codes]) -> list[Codes]:
    """The arrays of all rows, in the order of the rows."""
    return [by_row[row] for row in range(len(by_row))]
