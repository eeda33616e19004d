"""Collections of windows to measure, in chunks and grouped by meter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from ..arrays import IntArray
from ..codecs.base import Codec, Codes
from ..corpus.pieces import Pieces
from ..score.phrase import Phrase
from ..theory.meter import Meter

BATCH_SIZE = 256


class Collection(Protocol):
    """Windows that can be measured; `corpus.dataset.Windows` is one."""

    @property
    def codec(self) -> Codec:
        """Codec of the windows."""

    @property
    def bars(self) -> int:
        """Bars of a window; see `score.windows.window_bars`."""

    @property
    def pieces(self) -> Pieces | None:
        """The piece of each window; None if it is not known."""

    def __len__(self) -> int: ...

    def meter(self, row: int) -> Meter:
        """Meter of one window."""

    def window(self, row: int) -> Codes:
        """Codes of one window."""


class Chunk(NamedTuple):
    """Windows that are measured in one batch, each with its own random generator."""

    rows: list[int]
    codes: list[Codes]
    meters: list[Meter]
    rngs: list[np.random.Generator]


def split_chunks(windows: Collection, rows: IntArray, seed: int) -> Iterator[Chunk]:
    """Split rows into chunks; a window's generator depends only on the seed and its row."""
    for start in range(0, len(rows), BATCH_SIZE):
        chunk = [int(row) for row in rows[start : start + BATCH_SIZE]]
        yield Chunk(
            chunk,
            [windows.window(row) for row in chunk],
            [windows.meter(row) for row in chunk],
            [np.random.default_rng((seed, 2, row)) for row in chunk],
        )


def rows_by_meter(windows: Collection) -> dict[Meter, list[int]]:
    """Rows of each meter."""
    rows: dict[Meter, list[int]] = defaultdict(list)
    for row in range(len(windows)):
        rows[windows.meter(row)].append(row)
    return rows


@dataclass(frozen=True)
class MeterWindows:
    """The windows of one meter, each read from the collection when it is indexed."""

    windows: Collection
    rows: list[int]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, number: int) -> Codes:
        return self.windows.window(self.rows[number])


def by_meter(windows: Collection) -> dict[Meter, MeterWindows]:
    """The windows of each meter."""
    return {meter: MeterWindows(windows, rows) for meter, rows in rows_by_meter(windows).items()}


def to_phrases(codec: Codec, codes: Sequence[Codes], meters: Sequence[Meter]) -> list[Phrase]:
    """Decode windows."""
    return [codec.decode(window, meter) for window, meter in zip(codes, meters, strict=True)]
