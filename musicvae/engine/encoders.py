"""From windows of one meter to the summary that mu and log_var are read from."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from ..arrays import FloatArray
from ..codecs.base import Codec
from ..codecs.conditioning import width
from ..config import SEGMENT_WIDTH, NetConfig
from ..score.windows import max_steps
from .layers import Linear, LSTMLayer
from .weights import (
    Weights,
)

DENSE = ("autoencoder", "vae")
"""Kinds of nets that take a window as one vector."""


class Posterior(NamedTuple):
    """`q(z|x) = N(mu, diag exp(log_var))`, both `[N, Z]`.

    An autoencoder gives a point: its log_var is minus infinity.
    """

    mu: FloatArray
    log_var: FloatArray


class Encoder(Protocol):
    """`width` is that of the summary."""

    width: int

    def __call__(self, x: FloatArray, condition: FloatArray) -> FloatArray:
        """`[N, T, C]` and `[T, K]` -> `[N, width]`."""


class SequenceEncoder:
    """The twin of `nets.SequenceEncoder`: both final states, and notes on each step."""

    def __init__(
        self, weights: Weights, channels: int, hidden: int, *, step_features: int, steps: int
    ) -> None:
        core = weights.scope("recurrent.core")
        self.forward = LSTMLayer(core, "l0", channels, hidden)
        self.backward = LSTMLayer(core, "l0_reverse", channels, hidden)
        self.notes = step_features
        self.width = 2 * hidden + steps * step_features
        if step_features:
            self.to_note = Linear(weights.scope("to_note"), 2 * hidden, step_features)

    def __call__(self, x: FloatArray, condition: FloatArray) -> FloatArray:
        return self.summary(beside(x, condition))

    def summary(self, seen: FloatArray) -> FloatArray:
        """Of all that is seen at each step. `[N, T, channels]` -> `[N, width]`."""
        there = self.forward.run(seen)
        back = self.backward.run(seen[:, ::-1])[:, ::-1]
        summary = np.zeros((len(seen), self.width), dtype=np.float32)
        ends = there.shape[-1] * 2
        summary[:, :ends] = np.concatenate([there[:, -1], back[:, 0]], axis=-1)
        if self.notes:
            notes = self.to_note(np.concatenate([there, back], axis=-1)).reshape(len(seen), -1)
            summary[:, ends : ends + notes.shape[1]] = notes
        return summary


class HierarchicalEncoder:
    """The twin of `nets.HierarchicalEncoder`: segments from steps, then all from segments."""

    def __init__(
        self, weights: Weights, steps: SequenceEncoder, segments: int, *, hidden: int, notes: int
    ) -> None:
        over = weights.scope("segments")
        self.steps = steps
        self.to_segment = Linear(weights.scope("to_segment"), steps.width, hidden)
        self.segments = SequenceEncoder(over, hidden, hidden, step_features=notes, steps=segments)
        self.count = segments
        self.width = self.segments.width

    def __call__(self, x: FloatArray, condition: FloatArray) -> FloatArray:
        seen = beside(x, condition)
        apart = seen.reshape(len(x) * self.count, -1, seen.shape[-1])
        said = self.to_segment(self.steps.summary(apart))
        return self.segments.summary(said.reshape(len(x), self.count, -1))


class DenseEncoder:
    """The twin of `nets.DenseEncoder`: the whole window at once."""

    def __init__(self, weights: Weights, channels: int, config: NetConfig) -> None:
        self.width = config.encoder
        self.inputs = max_steps(config.bars) * (channels + width(config.bars))
        self.first = Linear(weights.scope("layers.0"), self.inputs, self.width)
        self.second = Linear(weights.scope("layers.2"), self.width, self.width)

    def __call__(self, x: FloatArray, condition: FloatArray) -> FloatArray:
        seen = beside(x, condition).reshape(len(x), -1)
        window = np.pad(seen, ((0, 0), (0, self.inputs - seen.shape[1])))
        return relu(self.second(relu(self.first(window))))


def beside(x: FloatArray, condition: FloatArray) -> FloatArray:
    """Each step with what is known about it. `[N, T, C]`, `[T, K]` -> `[N, T, C + K]`."""
    known = np.broadcast_to(condition, (len(x), *condition.shape))
    return np.concatenate([x, known], axis=-1)


def relu(x: FloatArray) -> FloatArray:
    """`max(x, 0)`."""
    return np.maximum(x, 0)


def encoder_of(weights: Weights, codec: Codec, net: NetConfig) -> Encoder:
    """That of a net, by its kind."""
    if net.kind in DENSE:
        return DenseEncoder(weights, codec.channels, net)
    seen, steps = codec.channels + width(net.bars), max_steps(net.bars)
    if not net.conductor:
        return SequenceEncoder(
            weights, seen, net.encoder, step_features=net.step_features, steps=steps
        )
    below = SequenceEncoder(
        weights.scope("steps"),
        seen,
        net.encoder,
        step_features=net.step_features,
        steps=steps // net.bars,
    )
    note = SEGMENT_WIDTH * net.step_features
    return HierarchicalEncoder(weights, below, net.bars, hidden=net.conductor, notes=note)
