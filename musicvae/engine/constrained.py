"""Drawing that keeps to rules: what may not be is not chosen, how much there is is leaned on.

A rule's mask is hard, and so are its limits of notes a bar and of voices. Beside them the
model's own choice leans: logits of what strikes notes are raised or lowered together, no
more than it takes for as many notes to be expected as the rule's pace says. So the model
still says which notes, and mostly when: a decoder of z foresees its own rhythm.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..arrays import BoolArray, DoubleArray, FloatArray, IntArray
from ..codecs.base import Codec, Codes
from ..constraints.step_rule import (
    RuleBatch,
    StepRule,
)

MAX_BIAS = 30.0
"""Nats that a note is leaned at most."""

PARTS, PASSES = 16, 6
"""A lean is searched for in so many parts of the line, then of the part where it lies ..."""


class ConstraintState:
    """What rows of steps may do under their rules, and what they have done in this bar.

    Rows are windows, or segments of them; see `apart`.

    Args:
        codec: of what is drawn.
        rules: one for each row.
        chain: see `sampling.choose`.

    Attributes:
        foreseen: notes that each step expects, `[N, T]`, where that is known beforehand.
        cost: nats that the rules cost what was drawn, `[N]`; None where nobody asks for it.
    """

    def __init__(
        self, codec: Codec, rules: Sequence[StepRule], chain: FloatArray | None = None
    ) -> None:
        self.foreseen_notes: DoubleArray | None = None
        self.cost: DoubleArray | None = None
        self.codec, self.chain = codec, chain
        distinct = list(dict.fromkeys(rules))
        number = {rule: place for place, rule in enumerate(distinct)}
        self.which = np.array([number[rule] for rule in rules])
        self.batch = RuleBatch(rules)
        self.bound = np.array([rule.counted for rule in distinct])[self.which]
        self.allowed = np.array([rule.allowed for rule in distinct])
        self.counts, self.steps_per_bar = distinct[0].counts, distinct[0].steps_per_bar
        self.counted = bool(self.bound.any())
        self.narrowed = not self.allowed[..., self.counts > 0].all()
        self.max_voices = np.array([rule.max_voices for rule in distinct])[self.which]
        self.notes_struck = np.zeros(len(rules), np.int64)
        self.first = slice(0, codec.heads[0])
        self.notes_required = np.zeros_like(self.notes_struck)
        self.notes_allowed = np.full_like(self.notes_struck, codec.channels)

    def bias_and_mask(
        self, t: int, logits: FloatArray, allowed: BoolArray
    ) -> tuple[FloatArray, BoolArray]:
        """What is added to the logits of step t, and what of the allowed may be chosen.

        Shape:
            - logits, allowed: `[N, C]`
            - Output: `[N, C]` each
        """
        within = self.allowed_channels(t, allowed)
        lean = np.zeros_like(logits)
        if self.counted or self.narrowed:
            lean += self._density_bias(t, logits, allowed, within)
        if self.chain is not None and self.codec.likelihood == "categorical":
            self._propagate_forced(logits, allowed, within, lean)
        return lean, within

    def allowed_channels(self, t: int, allowed: BoolArray) -> BoolArray:
        """What of the allowed may be chosen at step t, however many notes there are. `[N, C]`"""
        return np.asarray(allowed & self.allowed[self.which, t])

    def _density_bias(
        self, t: int, logits: FloatArray, allowed: BoolArray, within: BoolArray
    ) -> FloatArray:
        """The lean of step t; what strikes too many notes, or too few, leaves `within`.

        Where pitches are ruled out, those that are left are struck as often as all were: a key
        changes what is played, not when.
        """
        if t % self.steps_per_bar == 0:
            self.notes_struck[:] = 0
        self.notes_required, self.notes_allowed = (
            self.batch.notes_required(t, self.notes_struck),
            self.batch.notes_allowed(self.notes_struck),
        )
        low, high = np.zeros(len(self.notes_struck)), np.full(len(self.notes_struck), np.inf)
        if self.counted:
            slow, fast = self.batch.expected_range(t, self.notes_struck, self.foreseen_notes)
            low, high = np.where(self.bound, slow, low), np.where(self.bound, fast, high)
        counts = self.counts[self.first]
        if self.narrowed:
            free = expected_notes(logits[:, self.first], allowed[:, self.first], counts, self.codec)
            low = np.minimum(np.maximum(low, free), high)
        if self.codec.likelihood == "categorical":
            fits = (counts >= self.notes_required[:, None]) & (
                counts <= self.notes_allowed[:, None]
            )
            within[:, self.first] &= fits
        nats = bias_for_expected(
            logits[:, self.first], within[:, self.first], counts, low, high, self.codec
        )
        return np.asarray(nats[:, None] * self.counts, np.float32)

    def _propagate_forced(
        self, logits: FloatArray, allowed: BoolArray, within: BoolArray, lean: FloatArray
    ) -> None:
        """What rules force on a last part is told to the part before it, as Bayes has it."""
        *_, before, classes = (0, *self.codec.heads)
        last, other = slice(-classes, None), slice(-classes - before, -classes)
        forced = (within[:, last].sum(axis=1) == 1) & (allowed[:, last].sum(axis=1) > 1)
        if self.chain is None or not forced.any():
            return
        said = np.where(allowed[forced, last], logits[forced, last], -np.inf).astype(float)
        told = self.chain[other, last].astype(float)
        wanted = within[forced, last].argmax(axis=1)
        top = said.max(axis=1, keepdims=True)
        every = np.log(np.exp(said - top) @ np.exp(told).T) + top
        chosen = np.take_along_axis(said, wanted[:, None], axis=1) + told[:, wanted].T
        lean[forced, other] += chosen - every

    def limit(self, within: FloatArray) -> BoolArray:
        """Channels above zero, but as many notes and voices as may be. `[N, C]`, notes first.

        The best are kept; where notes are owed, the best are struck. In a chain, those
        that are left out have been heard by those after them.
        """
        onset, sustain = np.split(within, 2, axis=1)
        place = _places(onset)
        must = place < self.notes_required[:, None]
        struck = must | ((onset > 0) & (place < self.notes_allowed[:, None]))
        held = np.where(sustain > 0, sustain, -np.inf)
        wanted = np.where(must, np.inf, np.where(struck, onset, held))
        kept = (wanted > -np.inf) & (_places(wanted) < self.max_voices[:, None])
        return np.concatenate([struck & kept, ~struck & kept], axis=1)

    def update(self, step: Codes) -> None:
        """What was drawn, in its one spelling. `[N, ...]`"""
        if self.counted:
            first = self.codec.one_hot(step)[:, self.first]
            self.notes_struck += (first @ self.counts[self.first]).astype(np.int64)


def split_rules(rules: Sequence[StepRule], segments: int) -> list[StepRule]:
    """Rules of windows -> those of their segments, as they are laid side by side."""
    split = {rule: rule.split(segments) for rule in rules} if segments > 1 else {}
    return [each for rule in rules for each in split.get(rule, [rule])]


def bias_for_expected(
    logits: FloatArray,
    allowed: BoolArray,
    counts: IntArray,
    low: DoubleArray,
    high: DoubleArray,
    codec: Codec,
) -> DoubleArray:
    """The nats a note that bring how many are expected between two bounds.

    Zero where they lie there of themselves; else found within `2 * FARTHEST / PARTS ** PASSES`.

    Shape:
        - logits, allowed: `[N, C]`; counts, notes that a channel strikes: `[C]`
        - low, high: `[N]`
        - Output: `[N]`
    """
    striking, notes = _by_notes(logits, allowed, counts, codec)
    free = _expected(striking, notes, np.zeros((len(low), 1)), codec)[:, 0]
    wanted = np.clip(free, low, np.maximum(low, high))
    nats = np.zeros(len(low))
    rows = np.flatnonzero(wanted != free)
    if not len(rows):
        return nats
    striking, wanted = striking[rows], wanted[rows, None]
    near, part = np.full((len(rows), 1), -MAX_BIAS), 2 * MAX_BIAS
    for _ in range(PASSES):  # more nats, more notes: it lies after the last place with too few
        part /= PARTS
        places = near + part * np.arange(1, PARTS)
        short = _expected(striking, notes, places, codec) < wanted
        near += part * short.sum(axis=1, keepdims=True)
    nats[rows] = near[:, 0] + part / 2
    return nats


def expected_notes(
    logits: FloatArray, allowed: BoolArray, counts: IntArray, codec: Codec
) -> DoubleArray:
    """How many notes are struck in the mean. `[N, C]`, `[N, C]`, `[C]` -> `[N]`."""
    striking, notes = _by_notes(logits, allowed, counts, codec)
    return _expected(striking, notes, np.zeros((len(logits), 1)), codec)[:, 0]


def _by_notes(
    logits: FloatArray, allowed: BoolArray, counts: IntArray, codec: Codec
) -> tuple[DoubleArray, DoubleArray]:
    """What strikes notes, and how many: classes of as many together. `[N, K]`, `[K]`"""
    within = np.where(allowed, logits, -np.inf).astype(float)
    if codec.likelihood == "bernoulli":
        return within[:, counts > 0], np.ones(int((counts > 0).sum()))
    notes = np.unique(counts)
    return np.stack([log_sum(within[:, counts == n]) for n in notes], axis=1), notes.astype(float)


def _expected(
    striking: DoubleArray, notes: DoubleArray, nats: DoubleArray, codec: Codec
) -> DoubleArray:
    """Notes, if each is leaned by so many nats. `[N, K]`, `[K]`, `[N, P]` -> `[N, P]`."""
    leaned = striking[:, None] + nats[..., None] * notes
    if codec.likelihood == "bernoulli":
        return np.asarray((1 + np.tanh(leaned / 2)).sum(axis=-1) / 2)
    return np.asarray(np.exp(leaned - log_sum(leaned)[..., None]) @ notes)


def log_sum(logits: NDArray[np.floating]) -> DoubleArray:
    """`log sum exp` of rows; `-inf` where there is nothing. `[..., C]` -> `[...]`."""
    top = logits.max(axis=-1, initial=-1e30)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(logits - top[..., None]).sum(axis=-1)) + top, float)


def _places(scores: FloatArray) -> IntArray:
    """The place of each in the order of its row, the best first. `[N, C]` -> `[N, C]`."""
    order = np.argsort(-scores, axis=1, kind="stable")
    return np.asarray(np.argsort(order, axis=1, kind="stable"))
