"""A rule: what may be chosen at each step of a window, and how many notes a bar must have.

Whoever draws steps obeys it; `constraints` writes it. How many notes are struck at a step
is a matter of pace: what is still needed is spread over what is left of the bar, most of
it on beats, so that a bar is not filled up in haste at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..theory.meter import TRIPLET, Meter

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ON_BEAT, WITHIN, ELSEWHERE = 1.0, 0.5, 0.15
"""How much of a bar's notes a step bears: on a beat, on its halves or thirds, anywhere else."""

HASTE = 1.5
"""So many times its share of the notes that may still come is the most that a step expects."""

SURPRISE = 0.003
"""Notes that a step is given beside those that are foreseen there."""

TINY = 1e-6

PATIENCE = 0.9
"""So much of its share of the notes that are needed is the least that a step expects."""


@dataclass(frozen=True, eq=False)
class Rule:
    """What a window must keep to, for whoever draws it.

    Shape:
        - allowed, channels that may be chosen: `[T, C]`
        - counts, notes that a channel strikes, of those that are counted: `[C]`
        - holds, the most notes that a step can hold: `[T]`
        - weights, the share of the notes that a step bears: `[T]`

    Attributes:
        bar: steps in one.
        least, most: notes in each bar.
        voices: pitches that may sound together.
    """

    allowed: NDArray[np.bool_]
    counts: Ints
    holds: Ints
    weights: Floats
    bar: int
    least: int
    most: int
    voices: int

    @cached_property
    def counted(self) -> bool:
        """Whether the number of notes is bound at all."""
        return self.least > 0 or self.most < self.holds.reshape(-1, self.bar).sum(axis=1).max()

    def split(self, segments: int) -> list[Rule]:
        """The rules of so many runs of bars, each as long as the next."""
        apart = zip(
            *(np.split(each, segments) for each in (self.allowed, self.holds, self.weights)),
            strict=True,
        )
        return [
            replace(self, allowed=allowed, holds=holds, weights=weights)
            for allowed, holds, weights in apart
        ]


class RuleBatch:
    """How many notes the rules of some rows ask for, row beside row; all have bars of one length.

    Shape:
        - holds, weights: `[N, T]`; least, most: `[N]`
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.bar = rules[0].bar
        self.holds = np.array([rule.holds for rule in rules])
        self.weights = np.array([rule.weights for rule in rules])
        self.least = np.array([rule.least for rule in rules])
        self.most = np.array([rule.most for rule in rules])

    def room(self, struck: Ints) -> Ints:
        """Notes that a bar may still have. `[N]` -> `[N]`."""
        return np.asarray(self.most - struck)

    def owed(self, t: int, struck: Ints) -> Ints:
        """Notes that step t must strike, for those after it cannot hold them. `[N]` -> `[N]`."""
        later = self.holds[:, t + 1 : self._end(t)].sum(axis=1)
        return np.asarray(np.maximum(0, self.least - struck - later))

    def pace(self, t: int, struck: Ints, foreseen: Floats | None = None) -> tuple[Floats, Floats]:
        """How many notes step t should expect, at least and at most. `[N]` -> `[N]`, `[N]`.

        Args:
            foreseen: notes that each step of the window would have of itself, `[N, T]`: if there
                are too many, some of them stay; if there are too few, all of them, and others.
        """
        left = slice(t, self._end(t))
        holds, weights = self.holds[:, left].astype(float), self.weights[:, left]
        notes = np.maximum(0, [self.least - struck, self.room(struck)])  # [2, N]: needed, allowed
        if foreseen is None:
            low, high = share(notes, holds, weights)
            return PATIENCE * low, HASTE * high
        usual = np.clip(foreseen[:, left], TINY, np.maximum(TINY, holds - TINY))
        there = usual.sum(axis=1)
        low, high = share(np.minimum(notes, there), usual, weights * usual) + share(
            np.maximum(0, notes - there),
            np.maximum(TINY, holds - usual),
            weights * (SURPRISE + usual),
        )
        return PATIENCE * low, HASTE * high

    def _end(self, t: int) -> int:
        return (t // self.bar + 1) * self.bar


def share(notes: Ints | Floats, holds: Floats, weights: Floats) -> Floats:
    """What the first of some steps bears of so many notes, spread by weight.

    No step bears more than it holds; the others bear the rest.

    Shape:
        - notes: `[..., N]`; holds, weights: `[N, T]`
        - Output: `[..., N]`

    >>> share(np.array([1, 2, 9]), np.ones((3, 3)), np.tile([2.0, 1.0, 1.0], (3, 1)))
    array([0.5, 1. , 1. ])
    """
    order = np.argsort(holds / weights, axis=1)  # a level that rises fills them in this order
    depth = np.take_along_axis(holds, order, axis=1)
    width = np.take_along_axis(weights, order, axis=1)
    filled = np.cumsum(depth, axis=1)
    beside = np.maximum(0, width.sum(axis=1, keepdims=True) - np.cumsum(width, axis=1))
    full = (filled + depth / width * beside < notes[..., None]).sum(axis=-1)
    row, last = np.arange(len(holds)), np.maximum(0, full - 1)
    rest = notes - np.where(full > 0, filled[row, last], 0)
    wide = np.where(full > 0, beside[row, last], width.sum(axis=1))
    level = np.where(full < holds.shape[1], rest / np.maximum(wide, TINY**2), np.inf)
    return np.where(notes > 0, np.minimum(holds[:, 0], level * weights[:, 0]), 0.0)


def metric_weights(meter: Meter) -> Floats:
    """How much of a bar's notes each of its steps bears. `[bar]`

    >>> metric_weights(Meter(2, 4)).tolist()
    [1.0, 0.15, 0.5, 0.15, 1.0, 0.15, 0.5, 0.15]
    """
    by_threes = meter.compound or meter.grid == TRIPLET
    part = max(1, meter.beat // (3 if by_threes else 2))
    step = np.arange(meter.bar)
    return np.where(step % meter.beat == 0, ON_BEAT, np.where(step % part == 0, WITHIN, ELSEWHERE))
