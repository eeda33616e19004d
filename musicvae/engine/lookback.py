"""`nets.Lookback` in numpy, step by step: projections of earlier steps, and their repetition."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..arrays import FloatArray, IntArray
from ..codecs.base import Codec, Codes
from .layers import row_product

MAX_RUN = 2.0
"""As `nets.lookback.MAX_RUN`."""

Project = Callable[[int, Codes | None], FloatArray]
"""(t, codes of step t - 1, or None at the first step) -> projected features `[N, G]`."""


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
    """`nets.Lookback` followed by the input weights of its features.

    Args:
        weight: input weights of the features, `[features, G]`.
        lags: L, the number of lags that are read.
    """

    def __init__(self, codec: Codec, weight: FloatArray, lags: int) -> None:
        self.lags, self.parts = lags, len(codec.heads)
        steps = lags * codec.channels
        self.projections = [
            CodesProjection(codec, table) for table in np.split(weight[:steps], lags)
        ]
        self.run_weight = weight[steps:]

    def start(self, lags: Sequence[int]) -> Project:
        """The projected features of step after step, given the lags in steps."""
        used = lags[: self.lags]
        history: list[Codes] = []
        runs: IntArray | int = 0  # [N, L, parts]

        def project(t: int, previous: Codes | None) -> FloatArray:
            nonlocal runs
            if previous is None:
                return np.zeros(self.run_weight.shape[1:], np.float32)
            history.append(previous)
            runs = (runs + 1) * self._repeats(history, used)
            shares = np.minimum(np.float32(runs) / np.float32(lags[0]), np.float32(MAX_RUN))
            projected: FloatArray = row_product(shares.reshape(len(previous), -1), self.run_weight)
            for lag, projection in zip(used, self.projections, strict=True):
                if t >= lag:
                    projected += projection(history[t - lag])
            return projected

        return project

    def _repeats(self, history: list[Codes], lags: Sequence[int]) -> IntArray:
        """1 where a part of the last step is as it was a lag before, or 0. `[N, L, parts]`"""
        last = history[-1].reshape(len(history[-1]), self.parts, -1)  # a class, or all channels
        repeats: IntArray = np.zeros((len(last), len(lags), self.parts), np.int64)
        for i, lag in enumerate(lags):
            if lag < len(history):
                repeats[:, i] = (last == history[-1 - lag].reshape(last.shape)).all(axis=-1)
        return repeats
