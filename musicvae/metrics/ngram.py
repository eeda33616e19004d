"""An n-gram model: how usual a sequence of classes is, by counting in others.

Interpolated Witten-Bell smoothing, which has no number to choose: a context is
left for the next shorter one as often as something new has followed it.
Witten and Bell, The Zero-Frequency Problem, IEEE Transactions on Information
Theory 37, 1991; as Chen and Goodman, 1999, section 2.4, write it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import DoubleArray, IntArray
from ..codecs.base import Codes

ORDER = 5


class NGramCounts:
    """`p(x_t | x_{t-4} .. x_{t-1})` over classes, the places before the first marked as such.

    Args:
        sequences: arrays `[N, T]` of classes; T may differ between them.
        classes: how many there are; all are equally probable where nothing is known.

    >>> model = NGramCounts([np.array([[0, 1, 0, 1, 0, 1]])], classes=2)
    >>> bool(model.nll(np.array([0, 1, 0, 1])).sum() < model.nll(np.array([1, 1, 0, 0])).sum())
    True
    """

    def __init__(self, sequences: Iterable[Codes], classes: int) -> None:
        self.classes = classes
        self.base = classes + 1  # one more for what stands before the first
        grams = [self._grams(each).ravel() for each in sequences]
        full = np.concatenate([np.empty(0, np.int64), *grams])
        self.counts = [_Counts(full % self.base**n, self.base) for n in range(1, ORDER + 1)]

    def nll(self, codes: Codes) -> DoubleArray:
        """`-log p` of every step. `[..., T]` -> `[..., T]`."""
        full = self._grams(codes)
        p = np.full(full.shape, 1 / self.classes)
        for n, counts in enumerate(self.counts, 1):
            count, total, kinds = counts.look_up(full % self.base**n)
            # an unknown context says nothing: the shorter one keeps its word
            p = np.where(total > 0, (count + kinds * p) / np.maximum(1, total + kinds), p)
        return np.asarray(-np.log(p))

    def _grams(self, codes: Codes) -> IntArray:
        """Each step and the four before it as one number. `[..., T]` -> `[..., T]`."""
        steps = codes.shape[-1]
        before = np.full((*codes.shape[:-1], ORDER - 1), self.classes, dtype=np.int64)
        padded = np.concatenate([before, codes.astype(np.int64)], axis=-1)
        number = np.zeros(codes.shape, dtype=np.int64)
        for back in range(ORDER):
            number = number * self.base + padded[..., back : back + steps]
        return number


class _Counts:
    """How often each gram of one length was seen, and what followed its context."""

    def __init__(self, grams: IntArray, base: int) -> None:
        self.base = base
        self.grams, self.seen = np.unique(grams, return_counts=True)
        self.contexts, first = np.unique(self.grams // base, return_index=True)
        self.total = np.add.reduceat(self.seen, first) if len(first) else self.seen
        self.kinds = np.diff(first, append=len(self.grams))

    def look_up(self, grams: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Of each gram: its count, its context's count, how many kinds followed the context."""
        contexts = grams // self.base
        return (
            _value(self.grams, self.seen, grams),
            _value(self.contexts, self.total, contexts),
            _value(self.contexts, self.kinds, contexts),
        )


def _value(keys: IntArray, values: IntArray, wanted: IntArray) -> IntArray:
    """The value of each key that is wanted, 0 for an unknown one; keys are sorted."""
    if not len(keys):
        return np.zeros_like(wanted)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)
