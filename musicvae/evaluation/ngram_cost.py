"""How probable music is under an n-gram model of the training set, one model for each part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from ..codecs.base import Codec, Codes, free_steps
from ..metrics.copies import Originals
from ..metrics.ngram import NGramCounts
from ..theory.meter import Meter

MAX_NGRAM_WINDOWS = 200_000
"""Maximum number of training windows in which n-grams are counted, drawn at random."""


class NGramModel:
    """The cost of a window's steps in nats, with a separate 5-gram model for each part.

    A part is counted only over the steps at which it has a choice: for a part that may
    change on beats only, the five steps of a gram are five beats.

    Args:
        codec: with one class per step, or several parts of one class each.
        counted: windows by meter, `[N, T]` or `[N, T, P]`.

    Blind to: whether the parts fit together, and anything beyond five steps.
    """

    def __init__(self, codec: Codec, counted: Mapping[Meter, Codes]) -> None:
        self.codec = codec
        free_codes: dict[Codec, list[Codes]] = defaultdict(list)
        for meter, windows in counted.items():
            for part, codes in codec.split(windows):
                free = free_steps(part, meter, codes.shape[1])
                free_codes[part].append(np.compress(free, codes, axis=1))
        self.models = {
            part: NGramCounts(codes, part.channels) for part, codes in free_codes.items()
        }

    def nll(self, codes: Codes, meter: Meter) -> float:
        """Nats per step, summed over parts, of a window `[T]` or `[T, P]`."""
        total = 0.0
        for part, part_codes in self.codec.split(codes):
            free = free_steps(part, meter, len(part_codes))
            total += float(self.models[part].nll(part_codes[free]).sum())
        return total / len(codes)


def fit_ngram(codec: Codec, originals: Mapping[Meter, Originals], seed: int) -> NGramModel | None:
    """Fit a model on the training windows of each meter; None without any, or for rolls."""
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
