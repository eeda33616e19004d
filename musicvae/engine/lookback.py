"""`nets.Lookback` in numpy, step by step: projections of earlier steps, and their repetition."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ..arrays import FloatArray, IntArray
from ..codecs.base import Codec, Codes, head_slices
from .layers import Linear, row_product
from .weights import Weights

MAX_RUN = 2.0
"""As `nets.lookback.MAX_RUN`."""


class CodesProjection:
    """`one_hot(codes) @ weight` of S steps: where steps are classes, rows are looked up and added.

    Args:
        weight: a row for each channel, step after step, `[S * C, G]`.
    """

    def __init__(self, codec: Codec, weight: FloatArray) -> None:
        self.codec, self.weight = codec, weight
        self.first_rows = np.array([head.start for head in head_slices(codec)])

    def __call__(self, codes: Codes) -> FloatArray:
        """Codes of the first steps `[N, s, ...]`, s <= S -> `[N, G]`."""
        n, steps = codes.shape[:2]
        channels = self.codec.channels
        projected: FloatArray
        if self.codec.likelihood == "bernoulli":
            flat = self.codec.one_hot(codes).reshape(n, -1)
            projected = row_product(flat, self.weight[: steps * channels])
        else:
            rows = self.columns(codes) + channels * np.arange(steps)[:, None]
            projected = self.weight[rows.reshape(n, -1)].sum(axis=1)
        return projected

    def columns(self, codes: Codes) -> IntArray:
        """The channels that classes are. `[N, s, ...]` -> `[N, s, parts]`"""
        channels: IntArray = codes.reshape(*codes.shape[:2], -1) + self.first_rows
        return channels


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
        self.project_lags = CodesProjection(codec, input_weight[:steps])
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
        self.reached: Codes | None = None  # `_at_lags` of the next step
        self.runs: IntArray | int = 0  # [N, L, parts]

    def project(self, previous: Codes) -> FloatArray:
        """Read the codes of one more step; return the projected features of the next. `[N, G]`"""
        self.history.append(previous)
        self.runs = (self.runs + 1) * self._repeats()
        shares = np.minimum(np.float32(self.runs) / self.unit, np.float32(MAX_RUN))
        projected: FloatArray = row_product(
            shares.reshape(len(previous), -1), self.lookback.run_weight
        )
        self.reached = earlier = self._at_lags()
        if earlier is not None:
            projected += self.lookback.project_lags(earlier)
        return projected

    def project_all(self, codes: Codes) -> FloatArray:
        """As `project` for each of the first S > 0 steps. `[N, S, ...]` -> `[N, S, G]`"""
        n, steps = codes.shape[:2]
        reached = [lag for lag in self.lags if lag <= steps]
        by_part = codes.reshape(n, steps, self.lookback.parts, -1)
        repeats = np.zeros((n, steps, len(self.lags), self.lookback.parts), np.int64)
        for number, lag in enumerate(reached):
            repeats[:, lag:, number] = (by_part[:, lag:] == by_part[:, :-lag]).all(axis=-1)
        runs = np.zeros_like(repeats)
        for t in range(steps):
            runs[:, t] = self.runs = (self.runs + 1) * repeats[:, t]
        shares = np.minimum(np.float32(runs) / self.unit, np.float32(MAX_RUN))
        by_step = row_product(
            shares.reshape(n * steps, self.lookback.run_weight.shape[0]), self.lookback.run_weight
        )
        projected: FloatArray = by_step.reshape(n, steps, by_step.shape[-1])
        starts = (lag - 1 for lag in reached)  # steps after which a lag reaches the first step
        for count, (start, stop) in enumerate(pairwise([*starts, steps]), 1):
            at_lags = [codes[:, start + 1 - lag : stop + 1 - lag] for lag in reached[:count]]
            earlier = np.stack(at_lags, axis=2).reshape(-1, count, *codes.shape[2:])
            by_step = self.lookback.project_lags(earlier)
            projected[:, start:stop] += by_step.reshape(n, stop - start, by_step.shape[-1])
        self.history += list(codes.swapaxes(0, 1))
        self.reached = self._at_lags()
        return projected

    def copy_into(self, logits: FloatArray, features: FloatArray) -> None:
        """Add to the logits `[N, C]` of the next step what features `[N, H]` of the net copy."""
        earlier = self.reached
        if earlier is None:
            return
        n, steps = earlier.shape[:2]
        strength = self.lookback.to_copy(features).reshape(n, -1, self.lookback.parts)[:, :steps]
        if self.lookback.codec.likelihood == "bernoulli":
            logits += (strength * earlier).sum(axis=1)
        else:
            columns = self.lookback.project_lags.columns(earlier).reshape(n, -1)
            np.add.at(logits, (np.arange(n)[:, None], columns), strength.reshape(n, -1))

    def take(self, rows: IntArray) -> None:
        """Go on with these rows, as `RunningSteps.take`."""
        self.history = [codes[rows] for codes in self.history]
        self.reached = None if self.reached is None else self.reached[rows]
        if not isinstance(self.runs, int):
            self.runs = self.runs[rows]

    def _at_lags(self, ago: int = 0) -> Codes | None:
        """Codes of the steps a lag before the next step, or `ago` steps earlier. `[N, l, ...]`

        Only of the first l lags that reach a step; None if there are none.
        """
        reached = [lag + ago for lag in self.lags if lag + ago <= len(self.history)]
        return np.stack([self.history[-lag] for lag in reached], axis=1) if reached else None

    def _repeats(self) -> IntArray:
        """1 where a part of the last step is as it was a lag before, or 0. `[N, L, parts]`"""
        last, parts = self.history[-1], self.lookback.parts
        repeats: IntArray = np.zeros((len(last), len(self.lags), parts), np.int64)
        earlier = self._at_lags(ago=1)
        if earlier is not None:
            same = (earlier == last[:, None]).reshape(*earlier.shape[:2], parts, -1)
            repeats[:, : earlier.shape[1]] = same.all(axis=-1)  # a class, or all channels
        return repeats
