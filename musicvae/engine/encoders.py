"""Encoders: windows of one meter -> the summary vector that mu and log_var are computed from."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from ..arrays import FloatArray
from ..codecs.base import Codec
from ..codecs.conditioning import condition_width
from ..config import SEGMENT_WIDTH, NetConfig
from ..errors import CheckpointError
from ..score.windows import max_steps
from .layers import Linear, LSTMLayer
from .weights import Weights

DENSE_KINDS = ("autoencoder", "vae")
"""Kinds of nets that read a window as one vector."""


class Posterior(NamedTuple):
    """`q(z|x) = N(mu, diag exp(log_var))`, both `[N, Z]`.

    The posterior of an autoencoder is a point: its log_var is minus infinity.
    """

    mu: FloatArray
    log_var: FloatArray


MAX_LOG_VAR = 80.0
"""Largest log variance of a z; that of a net that has not diverged is about 0."""


def finite_posterior(mu: FloatArray, log_var: FloatArray) -> Posterior:
    """The posterior, unless weights near the largest of half precision made it overflow.

    Raises:
        CheckpointError: a mean or a variance is not finite.
    """
    if not (np.isfinite(mu).all() and (log_var <= MAX_LOG_VAR).all()):
        raise CheckpointError("The weights of this model give no finite z: its training diverged.")
    return Posterior(mu, log_var)


class Encoder(Protocol):
    """Encodes windows of one meter.

    Attributes:
        width: width of the summary.
    """

    width: int

    def __call__(self, x: FloatArray, condition: FloatArray) -> FloatArray:
        """`[N, T, C]` and `[T, K]` -> `[N, width]`, or one summary a segment `[N, S, width]`."""


class SequenceEncoder:
    """`nets.SequenceEncoder` in numpy: both final states, and features of each step."""

    def __init__(
        self, weights: Weights, channels: int, hidden: int, *, step_features: int, steps: int
    ) -> None:
        core = weights.scope("recurrent.core")
        self.forward = LSTMLayer(core, "l0", channels, hidden)
        self.backward = LSTMLayer(core, "l0_reverse", channels, hidden)
        self.step_features = step_features
        self.width = 2 * hidden + steps * step_features
        if step_features:
            self.to_step_features = Linear(weights.scope("to_note"), 2 * hidden, step_features)

    def __call__(self, x: FloatArray, condition: FloatArray) -> FloatArray:
        return self.summary(append_condition(x, condition))

    def summary(self, inputs: FloatArray) -> FloatArray:
        """Final states, then features of each step. `[N, T, channels]` -> `[N, width]`.

        Features of steps beyond the end of a window shorter than the longest are zero.
        """
        forward = self.forward.run(inputs)
        backward = self.backward.run(inputs[:, ::-1])[:, ::-1]
        summary = np.zeros((len(inputs), self.width), dtype=np.float32)
        final = forward.shape[-1] * 2
        summary[:, :final] = np.concatenate([forward[:, -1], backward[:, 0]], axis=-1)
        if self.step_features:
            features = self.to_step_features(np.concatenate([forward, backward], axis=-1))
            features = features.reshape(len(inputs), -1)
            summary[:, final : final + features.shape[1]] = features
        return summary


class HierarchicalEncoder:
    """`nets.HierarchicalEncoder` in numpy: encodes the steps of each segment, then the segments."""

    def __init__(
        self,
        weights: Weights,
        steps: SequenceEncoder,
        segments: int,
        *,
        hidden: int,
        step_features: int,
    ) -> None:
        self.steps = steps
        self.to_segment = Linear(weights.scope("to_segment"), steps.width, hidden)
        self.segments = SequenceEncoder(
            weights.scope("segments"), hidden, hidden, step_features=step_features, steps=segments
        )
        self.count = segments
        self.width = self.segments.width

    def __call__(self, x: FloatArray, condition: FloatArray) -> FloatArray:
        inputs = append_condition(x, condition)
        segments = inputs.reshape(len(x) * self.count, -1, inputs.shape[-1])
        summaries = self.to_segment(self.steps.summary(segments))
        return self.segments.summary(summaries.reshape(len(x), self.count, -1))


class SegmentedEncoder:
    """The encoder of `nets.SegmentedVAE` in numpy: summarizes each segment."""

    def __init__(self, steps: SequenceEncoder, segments: int) -> None:
        self.steps, self.count, self.width = steps, segments, steps.width

    def __call__(self, x: FloatArray, condition: FloatArray) -> FloatArray:
        inputs = append_condition(x, condition)
        segments = inputs.reshape(len(x) * self.count, -1, inputs.shape[-1])
        return self.steps.summary(segments).reshape(len(x), self.count, -1)


class DenseEncoder:
    """`nets.DenseEncoder` in numpy: reads the whole window as one vector."""

    def __init__(self, weights: Weights, channels: int, config: NetConfig) -> None:
        self.width = config.encoder
        self.inputs = max_steps(config.bars) * (channels + condition_width(config.bars))
        self.first = Linear(weights.scope("layers.0"), self.inputs, self.width)
        self.second = Linear(weights.scope("layers.2"), self.width, self.width)

    def __call__(self, x: FloatArray, condition: FloatArray) -> FloatArray:
        flat = append_condition(x, condition).reshape(len(x), -1)
        window = np.pad(flat, ((0, 0), (0, self.inputs - flat.shape[1])))
        return relu(self.second(relu(self.first(window))))


def append_condition(x: FloatArray, condition: FloatArray) -> FloatArray:
    """Each step with its condition appended. `[N, T, C]`, `[T, K]` -> `[N, T, C + K]`."""
    repeated = np.broadcast_to(condition, (len(x), *condition.shape))
    return np.concatenate([x, repeated], axis=-1)


def relu(x: FloatArray) -> FloatArray:
    """`max(x, 0)`."""
    return np.maximum(x, 0)


def build_encoder(weights: Weights, codec: Codec, net: NetConfig) -> Encoder:
    """The encoder that a config describes."""
    if net.kind in DENSE_KINDS:
        return DenseEncoder(weights, codec.channels, net)
    segments = net.bars if net.conductor else net.segments
    steps = SequenceEncoder(
        weights.scope("steps") if net.conductor else weights,
        codec.channels + condition_width(net.bars),
        net.encoder,
        step_features=net.step_features,
        steps=max_steps(net.bars) // segments,
    )
    if not net.conductor:
        return steps if segments == 1 else SegmentedEncoder(steps, segments)
    features = SEGMENT_WIDTH * net.step_features
    return HierarchicalEncoder(
        weights, steps, segments, hidden=net.conductor, step_features=features
    )
