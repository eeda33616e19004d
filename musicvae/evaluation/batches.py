"""Windows to measure: any collection of them, in chunks, and sorted by meter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from ..arrays import IntArray
from ..codecs.base import Codec, Codes
from ..score.phrase import Phrase
from ..theory.meter import Meter

BATCH_SIZE = 256


class Collection(Protocol):
    """What is read from a data set; `dataset.Windows` is one."""

    @property
    def codec(self) -> Codec:
        """How the windows are spelled."""

    @property
    def bars(self) -> int:
        """Of a window; see `position.window_bars`."""

    def __len__(self) -> int: ...

    def meter(self, row: int) -> Meter:
        """Meter of one window."""

    def window(self, row: int) -> Codes:
        """Codes of one window."""


class Chunk(NamedTuple):
    """Windows that are measured side by side, each with its own numbers to draw."""

    rows: list[int]
    codes: list[Codes]
    meters: list[Meter]
    rngs: list[np.random.Generator]


def split_chunks(windows: Collection, rows: IntArray, seed: int) -> Iterator[Chunk]:
    """The rows in order. What is drawn for a window depends on the seed and its row alone."""
    for start in range(0, len(rows), BATCH_SIZE):
        part = [int(row) for row in rows[start : start + BATCH_SIZE]]
        yield Chunk(
            part,
            [windows.window(row) for row in part],
            [windows.meter(row) for row in part],
            [np.random.default_rng((seed, 2, row)) for row in part],
        )


def rows_by_meter(windows: Collection) -> dict[Meter, list[int]]:
    """Which rows are of which meter."""
    found: dict[Meter, list[int]] = defaultdict(list)
    for row in range(len(windows)):
        found[windows.meter(row)].append(row)
    return found


@dataclass(frozen=True)
class MeterWindows:
    """The windows of one meter, each read when it is asked for: there may be many."""

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
    """Windows as music."""
    return [codec.decode(each, meter) for each, meter in zip(codes, meters, strict=True)]
