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

from ..arrays import BoolArray, DoubleArray, IntArray
from ..theory.meter import TRIPLET, Meter

ON_BEAT, WITHIN, ELSEWHERE = 1.0, 0.5, 0.15
"""How much of a bar's notes a step bears: on a beat, on its halves or thirds, anywhere else."""

MAX_PACE = 1.5
"""So many times its share of the notes that may still come is the most that a step expects."""

UNFORESEEN_NOTES = 0.003
"""Notes that a step is given beside those that are foreseen there."""

EPSILON = 1e-6

MIN_PACE = 0.9
"""So much of its share of the notes that are needed is the least that a step expects."""


@dataclass(frozen=True, eq=False)
class StepRule:
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

    allowed: BoolArray
    counts: IntArray
    capacity: IntArray
    weights: DoubleArray
    steps_per_bar: int
    min_notes: int
    max_notes: int
    max_voices: int

    @cached_property
    def counted(self) -> bool:
        """Whether the number of notes is bound at all."""
        return (
            self.min_notes > 0
            or self.max_notes < self.capacity.reshape(-1, self.steps_per_bar).sum(axis=1).max()
        )

    def split(self, segments: int) -> list[StepRule]:
        """The rules of so many runs of bars, each as long as the next."""
        apart = zip(
            *(np.split(each, segments) for each in (self.allowed, self.capacity, self.weights)),
            strict=True,
        )
        return [
            replace(self, allowed=allowed, capacity=holds, weights=weights)
            for allowed, holds, weights in apart
        ]


class RuleBatch:
    """How many notes the rules of some rows ask for, row beside row; all have bars of one length.

    Shape:
        - holds, weights: `[N, T]`; least, most: `[N]`
    """

    def __init__(self, rules: Sequence[StepRule]) -> None:
        self.steps_per_bar = rules[0].steps_per_bar
        self.capacity = np.array([rule.capacity for rule in rules])
        self.weights = np.array([rule.weights for rule in rules])
        self.min_notes = np.array([rule.min_notes for rule in rules])
        self.max_notes = np.array([rule.max_notes for rule in rules])

    def notes_allowed(self, struck: IntArray) -> IntArray:
        """Notes that a bar may still have. `[N]` -> `[N]`."""
        return np.asarray(self.max_notes - struck)

    def notes_required(self, t: int, struck: IntArray) -> IntArray:
        """Notes that step t must strike, for those after it cannot hold them. `[N]` -> `[N]`."""
        later = self.capacity[:, t + 1 : self._end(t)].sum(axis=1)
        return np.asarray(np.maximum(0, self.min_notes - struck - later))

    def expected_range(
        self, t: int, struck: IntArray, foreseen: DoubleArray | None = None
    ) -> tuple[DoubleArray, DoubleArray]:
        """How many notes step t should expect, at least and at most. `[N]` -> `[N]`, `[N]`.

        Args:
            foreseen: notes that each step of the window would have of itself, `[N, T]`: if there
                are too many, some of them stay; if there are too few, all of them, and others.
        """
        left = slice(t, self._end(t))
        holds, weights = self.capacity[:, left].astype(float), self.weights[:, left]
        notes = np.maximum(
            0, [self.min_notes - struck, self.notes_allowed(struck)]
        )  # [2, N]: needed, allowed
        if foreseen is None:
            low, high = water_fill(notes, holds, weights)
            return MIN_PACE * low, MAX_PACE * high
        usual = np.clip(foreseen[:, left], EPSILON, np.maximum(EPSILON, holds - EPSILON))
        there = usual.sum(axis=1)
        low, high = water_fill(np.minimum(notes, there), usual, weights * usual) + water_fill(
            np.maximum(0, notes - there),
            np.maximum(EPSILON, holds - usual),
            weights * (UNFORESEEN_NOTES + usual),
        )
        return MIN_PACE * low, MAX_PACE * high

    def _end(self, t: int) -> int:
        return (t // self.steps_per_bar + 1) * self.steps_per_bar


def water_fill(
    notes: IntArray | DoubleArray, holds: DoubleArray, weights: DoubleArray
) -> DoubleArray:
    """What the first of some steps bears of so many notes, spread by weight.

    No step bears more than it holds; the others bear the rest.

    Shape:
        - notes: `[..., N]`; holds, weights: `[N, T]`
        - Output: `[..., N]`

    >>> water_fill(np.array([1, 2, 9]), np.ones((3, 3)), np.tile([2.0, 1.0, 1.0], (3, 1)))
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
    level = np.where(full < holds.shape[1], rest / np.maximum(wide, EPSILON**2), np.inf)
    return np.where(notes > 0, np.minimum(holds[:, 0], level * weights[:, 0]), 0.0)


def metric_weights(meter: Meter) -> DoubleArray:
    """How much of a bar's notes each of its steps bears. `[bar]`

    >>> metric_weights(Meter(2, 4)).tolist()
    [1.0, 0.15, 0.5, 0.15, 1.0, 0.15, 0.5, 0.15]
    """
    by_threes = meter.compound or meter.steps_per_quarter == TRIPLET
    part = max(1, meter.steps_per_beat // (3 if by_threes else 2))
    step = np.arange(meter.steps_per_bar)
    return np.where(
        step % meter.steps_per_beat == 0, ON_BEAT, np.where(step % part == 0, WITHIN, ELSEWHERE)
    )
