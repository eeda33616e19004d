"""`nets.Lookback` in numpy, step by step: projections of earlier steps, and their repetition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..arrays import FloatArray, IntArray
from ..codecs.base import Codec, Codes
from .layers import Linear, row_product
from .weights import Weights

MAX_RUN = 2.0
"""As `nets.lookback.MAX_RUN`."""


class CodesProjection:
    """`one_hot(codes) @ weight`: where steps are classes, rows of the weight are looked up.

    Args:
        weight: a row for each channel, `[C, G]`.
    """

    def __init__(self, codec: Codec, weight: FloatArray) -> None:
        self.codec, self.weight = codec, weight
        self.first_rows = np.cumsum([0, *codec.heads[:-1]])

    def __call__(self, codes: Codes) -> FloatArray:
        """Codes of one step `[N, ...]` -> `[N, G]`."""
        if self.codec.likelihood == "bernoulli":
            projected: FloatArray = row_product(self.codec.one_hot(codes), self.weight)
        elif codes.ndim == 1:
            projected = self.weight[codes]
        else:
            projected = self.weight[codes + self.first_rows].sum(axis=1)
        return projected


class Lookback:
    """`nets.Lookback`, the input weights of its features included.

    Args:
        input_weight: of the features, `[features, G]`.
        lags: L, the number of lags that are read.
        hidden: H, the width of the features from which copying is decided.
    """

    def __init__(
        self, weights: Weights, codec: Codec, input_weight: FloatArray, lags: int, hidden: int
    ) -> None:
        self.codec, self.lags, self.parts = codec, lags, len(codec.heads)
        steps = lags * codec.channels
        self.projections = [
            CodesProjection(codec, table) for table in np.split(input_weight[:steps], lags)
        ]
        self.run_weight = input_weight[steps:]
        self.to_copy = Linear(weights.scope("to_copy"), hidden, lags * self.parts)

    def start(self, lags: Sequence[int]) -> EarlierSteps:
        """Nothing has been read yet; the lags are in steps, the shortest first."""
        return EarlierSteps(self, lags)


class EarlierSteps:
    """What a lookback has read of N windows, step by step."""

    def __init__(self, lookback: Lookback, lags: Sequence[int]) -> None:
        self.lookback, self.unit = lookback, np.float32(lags[0])
        self.lags = lags[: lookback.lags]
        self.history: list[Codes] = []
        self.runs: IntArray | int = 0  # [N, L, parts]

    def project(self, previous: Codes) -> FloatArray:
        """Read the codes of one more step; return the projected features of the next. `[N, G]`"""
        self.history.append(previous)
        self.runs = (self.runs + 1) * self._repeats()
        shares = np.minimum(np.float32(self.runs) / self.unit, np.float32(MAX_RUN))
        projected: FloatArray = row_product(
            shares.reshape(len(previous), -1), self.lookback.run_weight
        )
        for number, earlier in self._at_lags():
            projected += self.lookback.projections[number](earlier)
        return projected

    def copy_into(self, logits: FloatArray, features: FloatArray) -> None:
        """Add to the logits `[N, C]` of the next step what features `[N, H]` of the net copy."""
        codec, rows = self.lookback.codec, np.arange(len(logits))
        strength = self.lookback.to_copy(features).reshape(len(logits), -1, self.lookback.parts)
        for number, earlier in self._at_lags():
            if codec.likelihood == "bernoulli":
                logits += strength[:, number] * codec.one_hot(earlier)
                continue
            first = 0
            for part, classes in enumerate(codec.heads):
                column = earlier if earlier.ndim == 1 else earlier[:, part]
                logits[rows, first + column] += strength[:, number, part]
                first += classes

    def _at_lags(self) -> Iterator[tuple[int, Codes]]:
        """The numbers of the lags that reach a step, and the codes `[N, ...]` that stood there."""
        for number, lag in enumerate(self.lags):
            if lag <= len(self.history):
                yield number, self.history[-lag]

    def _repeats(self) -> IntArray:
        """1 where a part of the last step is as it was a lag before, or 0. `[N, L, parts]`"""
        history, parts = self.history, self.lookback.parts
        last = history[-1].reshape(len(history[-1]), parts, -1)  # a class, or all channels
        repeats: IntArray = np.zeros((len(last), len(self.lags), parts), np.int64)
        for i, lag in enumerate(self.lags):
            if lag < len(history):
                repeats[:, i] = (last == history[-1 - lag].reshape(last.shape)).all(axis=-1)
        return repeats
