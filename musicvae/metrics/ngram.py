"""An n-gram model: how probable a sequence of classes is, given counts from other sequences.

Interpolated Witten-Bell smoothing, which has no parameter to choose. Witten and Bell, The
Zero-Frequency Problem, IEEE Transactions on Information Theory 37, 1991; in the form of Chen
and Goodman, An Empirical Study of Smoothing Techniques for Language Modeling, Computer Speech
and Language 13, 1999, section 2.4.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import DoubleArray, IntArray
from ..codecs.base import Codes

ORDER = 5
"""Length of the longest n-gram: a step and the four before it."""


class NGramCounts:
    """`p(x_t | x_{t-4} .. x_{t-1})` over classes; a start symbol pads the first contexts.

    Args:
        sequences: arrays `[N, T]` of classes; T may differ between them.
        classes: number of classes; all are equally probable if there are no counts.

    >>> model = NGramCounts([np.array([[0, 1, 0, 1, 0, 1]])], classes=2)
    >>> bool(model.nll(np.array([0, 1, 0, 1])).sum() < model.nll(np.array([1, 1, 0, 0])).sum())
    True
    """

    def __init__(self, sequences: Iterable[Codes], classes: int) -> None:
        self.classes = classes
        self.base = classes + 1  # one more for the start symbol
        grams = [self._grams(codes).ravel() for codes in sequences]
        longest = np.concatenate([np.empty(0, np.int64), *grams])
        self.counts = [_Counts(longest % self.base**n, self.base) for n in range(1, ORDER + 1)]

    def nll(self, codes: Codes) -> DoubleArray:
        """`-log p` of every step, in nats. `[..., T]` -> `[..., T]`.

        Blind to: anything more than four steps back: bars, repetition, form. It also counts
        classes as they are, so a tune in a rare key is as improbable as a rare tune.
        """
        longest = self._grams(codes)
        # Interpolate from short contexts to long ones. Let a context h have been seen N times,
        # followed by D distinct classes, c times by x; p is the estimate for the context that
        # is one step shorter, at first 1 / classes. Something new followed h D times, which
        # estimates how often to fall back on p:
        #
        #     p(x | h) = N / (N + D) * c / N  +  D / (N + D) * p  =  (c + D p) / (N + D)
        #
        # After an unseen context, N = 0, the estimate of the shorter one stays.
        p = np.full(longest.shape, 1 / self.classes)
        for n, counts in enumerate(self.counts, 1):
            count, total, distinct = counts.look_up(longest % self.base**n)
            p = np.where(total > 0, (count + distinct * p) / np.maximum(1, total + distinct), p)
        return np.asarray(-np.log(p))

    def _grams(self, codes: Codes) -> IntArray:
        """Each step and the four before it as one number. `[..., T]` -> `[..., T]`.

        The digits in `base` are the classes, the step itself last: modulo `base ** n`, the
        number is the n-gram, and divided by `base`, the context without the step.
        """
        steps = codes.shape[-1]
        start = np.full((*codes.shape[:-1], ORDER - 1), self.classes, dtype=np.int64)
        padded = np.concatenate([start, codes.astype(np.int64)], axis=-1)
        number = np.zeros(codes.shape, dtype=np.int64)
        for digit in range(ORDER):
            number = number * self.base + padded[..., digit : digit + steps]
        return number


class _Counts:
    """Counts of n-grams of one length, and of what followed their contexts."""

    def __init__(self, grams: IntArray, base: int) -> None:
        self.base = base
        self.grams, self.count = np.unique(grams, return_counts=True)
        # grams are sorted, so those of one context lie side by side, from `first` on
        self.contexts, first = np.unique(self.grams // base, return_index=True)
        self.total = np.add.reduceat(self.count, first) if len(first) else self.count
        self.distinct = np.diff(first, append=len(self.grams))

    def look_up(self, grams: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Count of each gram, count of its context, and distinct classes after the context."""
        contexts = grams // self.base
        return (
            _look_up(self.grams, self.count, grams),
            _look_up(self.contexts, self.total, contexts),
            _look_up(self.contexts, self.distinct, contexts),
        )


def _look_up(keys: IntArray, values: IntArray, queries: IntArray) -> IntArray:
    """The value of each queried key, 0 if it is missing; `keys` are sorted."""
    if not len(keys):
        return np.zeros_like(queries)
    index = np.minimum(np.searchsorted(keys, queries), len(keys) - 1)
    return np.where(keys[index] == queries, values[index], 0)
