"""How usual music is: an n-gram model of the training set, one for each part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from ..codecs.base import Codec, Codes, free_steps
from ..metrics.copies import Originals
from ..metrics.ngram import NGramCounts
from ..theory.meter import Meter

MAX_NGRAM_WINDOWS = 200_000
"""The n-gram models count in so many training windows at most, drawn at random."""


class NGramModel:
    """What the steps of a window cost, each part counted by itself.

    A part is counted over the steps at which it has a choice: the five steps of a
    gram are five beats where nothing may change between them.

    Args:
        codec: of one class a step, or several parts of one each.
        counted: windows `[N, T]` or `[N, T, P]` by meter.
    """

    def __init__(self, codec: Codec, counted: Mapping[Meter, Codes]) -> None:
        self.codec = codec
        own: dict[Codec, list[Codes]] = defaultdict(list)
        for meter, windows in counted.items():
            for part, codes in codec.split(windows):
                free = free_steps(part, meter, codes.shape[1])
                own[part].append(np.compress(free, codes, axis=1))
        self.models = {part: NGramCounts(codes, part.channels) for part, codes in own.items()}

    def nll(self, codes: Codes, meter: Meter) -> float:
        """Nats per step, all parts together. `[T]` or `[T, P]`"""
        total = 0.0
        for part, own in self.codec.split(codes):
            free = free_steps(part, meter, len(own))
            total += float(self.models[part].nll(own[free]).sum())
        return total / len(codes)


def fit_ngram(codec: Codec, originals: Mapping[Meter, Originals], seed: int) -> NGramModel | None:
    """A model of a training set by meter, if there is one and its steps are classes."""
    if not originals or codec.likelihood != "categorical":
        return None
    rng = np.random.default_rng((seed, 5))
    share = min(1.0, MAX_NGRAM_WINDOWS / sum(map(len, originals.values())))
    counted = {}
    for meter, windows in originals.items():
        rows = rng.permutation(len(windows))[: round(share * len(windows))]
        if len(rows):
            counted[meter] = np.stack([windows[int(row)] for row in rows])
    return NGramModel(codec, counted)
