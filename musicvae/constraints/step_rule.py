"""A step rule: the channels allowed at each step of a window, and how many notes a bar has.

`compile_rule` makes rules and `engine.constrained` samples under them. A density is paced:
the notes that a bar still needs are spread over its remaining steps, most of them on
beats, so that they do not pile up at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..arrays import BoolArray, DoubleArray, IntArray
from ..theory.meter import TRIPLET, Meter

ON_BEAT, WITHIN, ELSEWHERE = 1.0, 0.5, 0.15
"""Weight of a step in sharing out a bar's notes: on a beat, on its halves or thirds, elsewhere."""

MAX_PACE = 1.5
"""A step expects at most this many times its share of the notes that the bar may still have."""

MIN_PACE = 0.9
"""A step expects at least this fraction of its share of the notes that the bar still needs."""

UNFORESEEN_NOTES = 0.003
"""Added to the expected notes of a step where extra notes are placed, so that none weighs 0."""

EPSILON = 1e-6


@dataclass(frozen=True, eq=False)
class StepRule:
    """What the steps of a window must satisfy.

    Shape:
        - allowed, channels that may be chosen: `[T, C]`
        - counts, notes that a channel starts, of the part whose notes are counted: `[C]`
        - capacity, the most notes that can start at a step: `[T]`
        - weights, relative share of a bar's notes that a step gets: `[T]`

    Attributes:
        steps_per_bar: steps in one bar; the window has whole bars.
        min_notes: fewest notes in each bar.
        max_notes: most notes in each bar.
        max_voices: most pitches that may sound together.
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
    def limits_notes(self) -> bool:
        """True if the number of notes is limited at all."""
        bar_capacity = self.capacity.reshape(-1, self.steps_per_bar).sum(axis=1)
        return self.min_notes > 0 or self.max_notes < bar_capacity.max()

    def split(self, segments: int) -> list[StepRule]:
        """Rules of equally long segments, each of whole bars."""
        pieces = zip(
            np.split(self.allowed, segments),
            np.split(self.capacity, segments),
            np.split(self.weights, segments),
            strict=True,
        )
        return [
            replace(self, allowed=allowed, capacity=capacity, weights=weights)
            for allowed, capacity, weights in pieces
        ]


class RuleBatch:
    """Note limits of N rules side by side; their bars are equally long.

    Shape:
        - capacity, weights: `[N, T]`
        - min_notes, max_notes: `[N]`
    """

    def __init__(self, rules: Sequence[StepRule]) -> None:
        self.steps_per_bar = rules[0].steps_per_bar
        self.capacity = np.array([rule.capacity for rule in rules])
        self.weights = np.array([rule.weights for rule in rules])
        self.min_notes = np.array([rule.min_notes for rule in rules])
        self.max_notes = np.array([rule.max_notes for rule in rules])

    def notes_allowed(self, notes_so_far: IntArray) -> IntArray:
        """Notes that a bar may still have, after `notes_so_far`. `[N]` -> `[N]`."""
        return np.asarray(self.max_notes - notes_so_far)

    def notes_required(self, t: int, notes_so_far: IntArray) -> IntArray:
        """Notes that must start at step t, as the rest of the bar cannot hold them. `[N]`."""
        later_capacity = self.capacity[:, t + 1 : self._bar_end(t)].sum(axis=1)
        return np.asarray(np.maximum(0, self.min_notes - notes_so_far - later_capacity))

    def expected_range(
        self, t: int, notes_so_far: IntArray, foreseen: DoubleArray | None = None
    ) -> tuple[DoubleArray, DoubleArray]:
        """Fewest and most notes that step t should expect. `[N]` -> `[N]`, `[N]`.

        Args:
            notes_so_far: notes of the bar before step t.
            foreseen: notes that the model itself expects at each step, `[N, T]`. If these are
                too many, each step gets a part of its foreseen notes; if too few, it gets all
                of them and a share of the missing ones.
        """
        rest_of_bar = slice(t, self._bar_end(t))
        capacity = self.capacity[:, rest_of_bar].astype(float)
        weights = self.weights[:, rest_of_bar]
        required, allowed = self.min_notes - notes_so_far, self.notes_allowed(notes_so_far)
        notes = np.maximum(0, [required, allowed])  # [2, N]
        if foreseen is None:
            low, high = water_fill(notes, capacity, weights)
            return MIN_PACE * low, MAX_PACE * high
        # Let u be the foreseen notes of a step, kept inside (0, capacity) so that neither of
        # the two vessels below has width or depth 0, and U their sum over the rest of the bar.
        usual = np.clip(foreseen[:, rest_of_bar], EPSILON, np.maximum(EPSILON, capacity - EPSILON))
        total = usual.sum(axis=1)
        # 1. Up to U notes: fill vessels of depth u. From U on all are full, so a step has u.
        foreseen_share = water_fill(np.minimum(notes, total), usual, weights * usual)
        # 2. The notes beyond U: fill the free capacity above u, wider where u is greater.
        extra_share = water_fill(
            np.maximum(0, notes - total),
            np.maximum(EPSILON, capacity - usual),
            weights * (UNFORESEEN_NOTES + usual),
        )
        low, high = foreseen_share + extra_share
        return MIN_PACE * low, MAX_PACE * high

    def _bar_end(self, t: int) -> int:
        """The step after the bar that holds step t."""
        return (t // self.steps_per_bar + 1) * self.steps_per_bar


def water_fill(
    notes: IntArray | DoubleArray, capacity: DoubleArray, weights: DoubleArray
) -> DoubleArray:
    """Share of the first step when notes are spread over steps by weight.

    No step gets more than its capacity; what it cannot hold goes to the others.

    Shape:
        - notes: `[..., N]`
        - capacity, weights: `[N, T]`
        - Output: `[..., N]`

    >>> water_fill(np.array([1, 2, 9]), np.ones((3, 3)), np.tile([2.0, 1.0, 1.0], (3, 1)))
    array([0.5, 1. , 1. ])
    """
    # A step is a vessel of width w that holds c notes, so it is full at the level c / w.
    # Water at level L fills min(c, L * w) of it. We look for the level at which all
    # vessels together hold the notes:
    #
    #     sum_i min(c_i, L * w_i) = notes                                       (1)
    #
    # The left side grows with L, and it is linear between the levels at which one more
    # vessel is full. Sort the vessels by that level:
    order = np.argsort(capacity / weights, axis=1)
    c = np.take_along_axis(capacity, order, axis=1)
    w = np.take_along_axis(weights, order, axis=1)
    # Once the first k + 1 vessels are full they hold C_k = c_0 + .. + c_k, and the others,
    # which are W_k = w_{k+1} + .. + w_{T-1} wide, rise on.  (max: rounding below 0)
    full_notes = np.cumsum(c, axis=1)  # C, [N, T]
    open_width = np.maximum(0, w.sum(axis=1, keepdims=True) - np.cumsum(w, axis=1))  # W, [N, T]
    # When vessel k is just full, L = c_k / w_k and (1) holds C_k + L * W_k notes. Vessel k is
    # full at the level we look for if that is less than the notes; these sums grow with k, so
    # counting them gives the number of full vessels.
    full = (full_notes + c / w * open_width < notes[..., None]).sum(axis=-1)  # [..., N]
    # With `full` vessels full, (1) reads C + L * W = notes, where C and W are those of the last
    # full vessel; if none is full, C = 0 and W is the width of all. Hence L = (notes - C) / W,
    # without bound if every vessel is full.
    row, last = np.arange(len(capacity)), np.maximum(0, full - 1)
    rest = notes - np.where(full > 0, full_notes[row, last], 0)
    width = np.where(full > 0, open_width[row, last], w.sum(axis=1))
    level = np.where(full < capacity.shape[1], rest / np.maximum(width, EPSILON**2), np.inf)
    # The first step, in the order of time, has min(c, L * w); no notes, no share.
    return np.where(notes > 0, np.minimum(capacity[:, 0], level * weights[:, 0]), 0.0)


def metric_weights(meter: Meter) -> DoubleArray:
    """Relative share of a bar's notes that each of its steps gets. `[steps_per_bar]`

    >>> metric_weights(Meter(2, 4)).tolist()
    [1.0, 0.15, 0.5, 0.15, 1.0, 0.15, 0.5, 0.15]
    """
    in_thirds = meter.compound or meter.steps_per_quarter == TRIPLET
    division = max(1, meter.steps_per_beat // (3 if in_thirds else 2))
    step = np.arange(meter.steps_per_bar)
    off_beat = np.where(step % division == 0, WITHIN, ELSEWHERE)
    return np.where(step % meter.steps_per_beat == 0, ON_BEAT, off_beat)
