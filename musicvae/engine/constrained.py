"""Sampling under constraints: forbidden channels are masked, the note density is biased.

A rule's mask is hard, and so are its limits on the notes of a bar and on simultaneous pitches.
Within them the density is steered softly: the logits of channels that start notes are raised or
lowered together, by no more than it takes to bring the expected number of notes into the range
that the rule sets for the step. So the model still decides which notes are played and, for the
most part, when: a decoder of z can be run ahead to foresee its own rhythm.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..arrays import BoolArray, DoubleArray, FloatArray, IntArray
from ..codecs.base import Codec, Codes, head_slices
from ..constraints.step_rule import RuleBatch, StepRule
from .layers import row_product

MAX_BIAS = 30.0
"""Largest logit bias, in nats for each note that a channel starts."""

INTERVALS, PASSES = 16, 6
"""The search for a bias splits its range into INTERVALS and keeps one of them, PASSES times."""


class ConstraintState:
    """What each row may draw next under its rule, and what it has drawn in this bar.

    A row is a window, or a segment of one; see `split_rules`.

    Args:
        codec: codec of the steps that are drawn.
        rules: one for each row.
        chain: see `sampling.choose_step`.

    Attributes:
        foreseen_notes: notes that each step would have without rules, `[N, T]`; None if that is
            not known in advance.
        cost: nats that the rules have cost so far, `[N]`; None if nobody needs the cost.
    """

    def __init__(
        self, codec: Codec, rules: Sequence[StepRule], chain: FloatArray | None = None
    ) -> None:
        self.foreseen_notes: DoubleArray | None = None
        self.cost: DoubleArray | None = None
        self.codec, self.chain = codec, chain
        distinct = list(dict.fromkeys(rules))
        index = {rule: i for i, rule in enumerate(distinct)}
        self.rule_of_row = np.array([index[rule] for rule in rules])
        self.batch = RuleBatch(rules)
        self.density_bound = np.array([rule.limits_notes for rule in distinct])[self.rule_of_row]
        self.allowed = np.array([rule.allowed for rule in distinct])
        self.counts, self.steps_per_bar = distinct[0].counts, distinct[0].steps_per_bar
        self.counted = bool(self.density_bound.any())
        self.onsets_masked = not self.allowed[..., self.counts > 0].all()
        self.max_voices = np.array([rule.max_voices for rule in distinct])[self.rule_of_row]
        self.notes_in_bar = np.zeros(len(rules), np.int64)
        self.first_head, *_ = head_slices(codec)
        self.notes_required = np.zeros_like(self.notes_in_bar)
        self.notes_allowed = np.full_like(self.notes_in_bar, codec.channels)

    def bias_and_mask(
        self, t: int, logits: FloatArray, allowed: BoolArray
    ) -> tuple[FloatArray, BoolArray]:
        """The bias to add to the logits of step t, and the channels that it may choose.

        Args:
            allowed: channels that the codec allows.

        Shape:
            - logits, allowed: `[N, C]`
            - Output: `[N, C]` each
        """
        mask = self.allowed_channels(t, allowed)
        bias = np.zeros_like(logits)
        if self.counted or self.onsets_masked:
            bias += self._density_bias(t, logits, allowed, mask)
        if self.chain is not None and self.codec.likelihood == "categorical":
            self._propagate_forced(logits, allowed, mask, bias)
        return bias, mask

    def allowed_channels(self, t: int, allowed: BoolArray) -> BoolArray:
        """Channels that both codec and rules allow at step t, at any density. `[N, C]`"""
        return np.asarray(allowed & self.allowed[self.rule_of_row, t])

    def _density_bias(
        self, t: int, logits: FloatArray, allowed: BoolArray, mask: BoolArray
    ) -> FloatArray:
        """Bias that steers the density at step t.

        Also removes classes with too many or too few notes from `mask`, in place. Where the rules
        mask pitches, the remaining ones are played as often as all of them were: a key changes
        what is played, not when.
        """
        if t % self.steps_per_bar == 0:
            self.notes_in_bar[:] = 0
        self.notes_required = self.batch.notes_required(t, self.notes_in_bar)
        self.notes_allowed = self.batch.notes_allowed(self.notes_in_bar)
        low, high = np.zeros(len(self.notes_in_bar)), np.full(len(self.notes_in_bar), np.inf)
        if self.counted:
            least, most = self.batch.expected_range(t, self.notes_in_bar, self.foreseen_notes)
            low = np.where(self.density_bound, least, low)
            high = np.where(self.density_bound, most, high)
        head = self.first_head
        counts = self.counts[head]
        if self.onsets_masked:
            free = expected_notes(logits[:, head], allowed[:, head], counts, self.codec)
            low = np.minimum(np.maximum(low, free), high)
        if self.codec.likelihood == "categorical":
            mask[:, head] &= (counts >= self.notes_required[:, None]) & (
                counts <= self.notes_allowed[:, None]
            )
        bias = bias_for_expected(logits[:, head], mask[:, head], counts, low, high, self.codec)
        return np.asarray(bias[:, None] * self.counts, np.float32)

    def _propagate_forced(
        self, logits: FloatArray, allowed: BoolArray, mask: BoolArray, bias: FloatArray
    ) -> None:
        """Where rules force the class of the last head, bias the heads before it by Bayes' rule.

        With k the class of a head before and w the forced class of the last head,
        `p(k | w) ~ p(k) p(w | k)`, so `log p(w | k)` is added to the logit of k. What the other
        heads before it say of w is left out.
        """
        *_, last = head_slices(self.codec)
        forced = (mask[:, last].sum(axis=1) == 1) & (allowed[:, last].sum(axis=1) > 1)
        if not forced.any():
            return
        # log p(w | k) = (logit_w + link_kw) - log sum_c exp(logit_c + link_kc)
        last_logits = np.where(allowed[forced, last], logits[forced, last], -np.inf).astype(float)
        forced_class = mask[forced, last].argmax(axis=1)
        top = last_logits.max(axis=1, keepdims=True)
        forced_logit = np.take_along_axis(last_logits, forced_class[:, None], axis=1)
        exp_logits = np.exp(last_logits - top)
        for head, link, exp_link in self._links:
            log_total = np.log(row_product(exp_logits, exp_link)) + top
            bias[forced, head] += forced_logit + link[forced_class] - log_total

    @cached_property
    def _links(self) -> list[tuple[slice, DoubleArray, DoubleArray]]:
        """Each head before the last, its links, and their exponentials. `[classes, its classes]`"""
        *earlier, last = head_slices(self.codec)
        assert self.chain is not None
        links = [(head, self.chain[head, last].T.astype(float)) for head in earlier]
        return [(head, link, np.exp(link)) for head, link in links]

    def limit(self, scores: FloatArray) -> BoolArray:
        """Channels with a score above zero, within the limits on notes and voices. `[N, C]`

        Onsets come first, then as many sustain channels. The best scores win, and where notes are
        required, the best onsets are chosen whatever their scores. In a chain, the channels that
        are left out here have already been added to the scores of later ones.
        """
        onset, sustain = np.split(scores, 2, axis=1)
        rank = _ranks(onset)
        required = rank < self.notes_required[:, None]
        started = required | ((onset > 0) & (rank < self.notes_allowed[:, None]))
        sustained = np.where(sustain > 0, sustain, -np.inf)
        pitch_score = np.where(required, np.inf, np.where(started, onset, sustained))
        sounding = (pitch_score > -np.inf) & (_ranks(pitch_score) < self.max_voices[:, None])
        return np.concatenate([started & sounding, ~started & sounding], axis=1)

    def take(self, rows: IntArray) -> None:
        """Go on with these rows, each in place of one that has the same rule. `[N]`"""
        self.notes_in_bar = self.notes_in_bar[rows]

    def update(self, step: Codes) -> None:
        """Count the notes of the step that was drawn, in canonical form. `[N, ...]`"""
        if self.counted:
            first = self.codec.one_hot(step)[:, self.first_head]
            self.notes_in_bar += (first @ self.counts[self.first_head]).astype(np.int64)


def split_rules(rules: Sequence[StepRule], segments: int) -> list[StepRule]:
    """Rules of windows -> rules of their segments, window by window."""
    split = {rule: rule.split(segments) for rule in rules} if segments > 1 else {}
    return [segment for rule in rules for segment in split.get(rule, [rule])]


def bias_for_expected(
    logits: FloatArray,
    allowed: BoolArray,
    counts: IntArray,
    low: DoubleArray,
    high: DoubleArray,
    codec: Codec,
) -> DoubleArray:
    """Bias in nats for each note that brings the expected number of notes between two bounds.

    Zero where it already lies there; else exact to `2 * MAX_BIAS / INTERVALS ** PASSES`.

    Shape:
        - logits, allowed: `[N, C]`; counts, notes that each channel starts: `[C]`
        - low, high: `[N]`
        - Output: `[N]`
    """
    scores, notes = _by_notes(logits, allowed, counts, codec)
    free = _expected(scores, notes, np.zeros((len(low), 1)), codec)[:, 0]
    target = np.clip(free, low, np.maximum(low, high))
    bias = np.zeros(len(low))
    rows = np.flatnonzero(target != free)
    if not len(rows):
        return bias
    scores, target = scores[rows], target[rows, None]
    start, width = np.full((len(rows), 1), -MAX_BIAS), 2 * MAX_BIAS
    for _ in range(PASSES):  # notes grow with the bias: it lies after the last point with too few
        width /= INTERVALS
        points = start + width * np.arange(1, INTERVALS)
        too_few = _expected(scores, notes, points, codec) < target
        start += width * too_few.sum(axis=1, keepdims=True)
    bias[rows] = start[:, 0] + width / 2
    return bias


def expected_notes(
    logits: FloatArray, allowed: BoolArray, counts: IntArray, codec: Codec
) -> DoubleArray:
    """Expected number of notes that start. `[N, C]`, `[N, C]`, `[C]` -> `[N]`."""
    scores, notes = _by_notes(logits, allowed, counts, codec)
    return _expected(scores, notes, np.zeros((len(logits), 1)), codec)[:, 0]


def _by_notes(
    logits: FloatArray, allowed: BoolArray, counts: IntArray, codec: Codec
) -> tuple[DoubleArray, DoubleArray]:
    """Scores of K outcomes and the notes that each starts. `[N, K]`, `[K]`

    Classes that start equally many notes are one outcome; a Bernoulli channel is its own.
    """
    scores = np.where(allowed, logits, -np.inf).astype(float)
    if codec.likelihood == "bernoulli":
        return scores[:, counts > 0], np.ones(int((counts > 0).sum()))
    notes = np.unique(counts)
    return np.stack([log_sum(scores[:, counts == n]) for n in notes], axis=1), notes.astype(float)


def _expected(
    scores: DoubleArray, notes: DoubleArray, bias: DoubleArray, codec: Codec
) -> DoubleArray:
    """Expected notes under P values of the bias. `[N, K]`, `[K]`, `[N, P]` -> `[N, P]`."""
    biased = scores[:, None] + bias[..., None] * notes
    if codec.likelihood == "bernoulli":  # sigmoid(x) = (1 + tanh(x / 2)) / 2
        return np.asarray((1 + np.tanh(biased / 2)).sum(axis=-1) / 2)
    return np.asarray(np.exp(biased - log_sum(biased)[..., None]) @ notes)


def log_sum(logits: NDArray[np.floating]) -> DoubleArray:
    """`log sum exp` of rows; `-inf` for a row of `-inf`. `[..., C]` -> `[...]`."""
    top = logits.max(axis=-1, initial=-1e30)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(logits - top[..., None]).sum(axis=-1)) + top, float)


def _ranks(scores: FloatArray) -> IntArray:
    """Rank of each score in its row, 0 for the best. `[N, C]` -> `[N, C]`."""
    order = np.argsort(-scores, axis=1, kind="stable")
    return np.asarray(np.argsort(order, axis=1, kind="stable"))
