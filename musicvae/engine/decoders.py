"""Decoders: `z` -> logits, step by step.

`start` takes some z in one meter and returns a function of (step number, codes of the previous
step) that gives the logits of the step. The caller chooses the previous step: the one that it
sampled, or the true one (teacher forcing).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ..arrays import FloatArray
from ..codecs.base import Codec, Codes
from ..codecs.conditioning import condition_width
from ..config import SEGMENT_WIDTH, NetConfig
from ..score.windows import max_steps
from .encoders import DENSE_KINDS, relu
from .layers import Linear, LSTMLayer, State, stack_layers
from .step_decoder import StepDecoder, Steps
from .weights import Weights


def teacher_forced(steps: Steps, truth: Codes) -> FloatArray:
    """Outputs of all steps, each given the true one before it. `[N, T, ...]` -> `[N, T, C]`."""
    outputs = [steps(t, truth[:, t - 1] if t else None) for t in range(truth.shape[1])]
    return np.stack(outputs, axis=1)


class Decoder(Protocol):
    """Decodes windows of one meter.

    Attributes:
        segments: how many equal segments a window is split into, which are decoded side by side;
            1 for a flat decoder.
        chain: weights between the channels of one step; see `sampling.choose_step`.
        top_p: see `sampling.Nucleus`; 1 for all decoders of z.
    """

    segments: int
    chain: FloatArray | None
    top_p: float

    def start(self, z: FloatArray, condition: FloatArray, lags: Sequence[int] = ()) -> Steps:
        """`[N, Z]` and `[T, K]` -> the step function of all segments of N windows.

        Args:
            lags: lags in steps, the shortest first, which a next-step net may read.
        """


class DenseDecoder:
    """`nets.DenseDecoder` in numpy: all steps at once; the previous step is ignored."""

    segments = 1
    chain: FloatArray | None = None
    top_p = 1.0

    def __init__(self, weights: Weights, codec: Codec, config: NetConfig) -> None:
        self.steps, self.channels = max_steps(config.bars), codec.channels
        self.condition_size = self.steps * condition_width(config.bars)
        layers = weights.scope("layers")
        self.first = Linear(layers.scope("0"), config.latent + self.condition_size, config.hidden)
        self.second = Linear(layers.scope("2"), config.hidden, self.steps * self.channels)

    def start(self, z: FloatArray, condition: FloatArray, lags: Sequence[int] = ()) -> Steps:
        """Compute the logits of all steps."""
        padded = np.zeros((len(z), self.condition_size), dtype=np.float32)
        padded[:, : condition.size] = condition.ravel()
        flat = self.second(relu(self.first(np.concatenate([z, padded], axis=-1))))
        logits = flat.reshape(len(z), self.steps, self.channels)
        return lambda t, previous: logits[:, t]


class PlainDecoder:
    """`nets.PlainDecoder` in numpy: an LSTM that reads z at every step, not the previous step."""

    segments = 1
    chain: FloatArray | None = None
    top_p = 1.0

    def __init__(self, weights: Weights, codec: Codec, config: NetConfig) -> None:
        core, inputs = weights.scope("recurrent.core"), config.latent + condition_width(config.bars)
        self.layers = stack_layers(core, "lstm", inputs, config.hidden, config.layers)
        self.head = Linear(weights.scope("head"), config.hidden, codec.channels)

    def start(self, z: FloatArray, condition: FloatArray, lags: Sequence[int] = ()) -> Steps:
        """Compute the logits of all steps."""
        shape = (len(z), len(condition))
        z_steps = np.broadcast_to(z[:, None], (*shape, z.shape[1]))
        conditions = np.broadcast_to(condition, (*shape, condition.shape[1]))
        sequence = np.concatenate([z_steps, conditions], axis=-1)
        for layer in self.layers:
            sequence = layer.run(sequence)
        logits = self.head(sequence)
        return lambda t, previous: logits[:, t]


class AutoregressiveDecoder(StepDecoder):
    """`nets.AutoregressiveDecoder` in numpy: first states and step conditioning come from z."""

    def __init__(
        self, weights: Weights, codec: Codec, config: NetConfig, *, latent: int, steps: int
    ) -> None:
        super().__init__(weights, codec, config, "lstm", config.step_conditioning)
        states = 2 * config.layers * config.hidden
        self.steps = steps
        self.to_state = Linear(weights.scope("to_state"), latent, states)
        self.to_step_conditioning = Linear(
            weights.scope("to_plan"), latent, steps * config.step_conditioning
        )

    def static_inputs(self, z: FloatArray, condition: FloatArray) -> FloatArray:
        """The condition, then the step conditioning from z."""
        from_z = self.to_step_conditioning(z).reshape(len(z), self.steps, -1)
        from_z = from_z[:, : condition.shape[-2]]
        conditions = np.broadcast_to(condition, (len(z), *condition.shape[-2:]))
        return np.concatenate([conditions, from_z], axis=-1)

    def first_states(self, z: FloatArray) -> list[State]:
        """Hidden and cell of each layer, computed from z."""
        states = np.tanh(self.to_state(z)).reshape(len(z), 2, len(self.layers), -1)
        return [(states[:, 0, index], states[:, 1, index]) for index in range(len(self.layers))]


class SegmentedDecoder:
    """The decoder of `nets.SegmentedVAE` in numpy: all segments side by side."""

    chain: FloatArray | None = None
    top_p = 1.0

    def __init__(self, core: AutoregressiveDecoder, segments: int) -> None:
        self.core, self.segments = core, segments

    def start(self, z: FloatArray, condition: FloatArray, lags: Sequence[int] = ()) -> Steps:
        """Start the core on all segments, window by window."""
        conditions = condition.reshape(self.segments, -1, condition.shape[-1])
        return self.core.start(self.segment_vectors(z), np.tile(conditions, (len(z), 1, 1)))

    def segment_vectors(self, z: FloatArray) -> FloatArray:
        """What each segment is decoded from: its part of z. `[N, Z]` -> `[N * segments, W]`"""
        return z.reshape(len(z) * self.segments, -1)


class HierarchicalDecoder(SegmentedDecoder):
    """`nets.HierarchicalDecoder` in numpy: a conductor, then all segments side by side."""

    def __init__(self, weights: Weights, codec: Codec, config: NetConfig) -> None:
        hidden = config.conductor
        features = SEGMENT_WIDTH * config.step_features  # of each segment
        core = AutoregressiveDecoder(
            weights.scope("core"),
            codec,
            config,
            latent=hidden + features,
            steps=max_steps(config.bars) // config.bars,
        )
        super().__init__(core, config.bars)
        self.to_state = Linear(weights.scope("to_state"), config.latent, 2 * hidden)
        self.to_features = Linear(weights.scope("to_plan"), config.latent, self.segments * features)
        self.conductor = LSTMLayer(weights.scope("conductor.core"), "l0", features, hidden)

    def segment_vectors(self, z: FloatArray) -> FloatArray:
        """The conductor's output and the plan of each segment. Output `[N * segments, W]`."""
        features = self.to_features(z).reshape(len(z), self.segments, -1)
        hidden, cell = np.split(np.tanh(self.to_state(z)), 2, axis=-1)
        conducted = self.conductor.run(features, (hidden, cell))
        vectors = np.concatenate([conducted, features], axis=-1)
        return vectors.reshape(-1, vectors.shape[-1])


def build_decoder(weights: Weights, codec: Codec, net: NetConfig) -> Decoder:
    """The decoder that a config describes."""
    if net.kind in DENSE_KINDS:
        return DenseDecoder(weights, codec, net)
    if net.decoder == "plain":
        return PlainDecoder(weights, codec, net)
    if net.conductor:
        return HierarchicalDecoder(weights, codec, net)
    sizes = {"latent": net.latent // net.segments, "steps": max_steps(net.bars) // net.segments}
    core = AutoregressiveDecoder(weights, codec, net, **sizes)
    return core if net.segments == 1 else SegmentedDecoder(core, net.segments)
