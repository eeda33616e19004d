"""Decoders: `z` -> logits, step by step.

`start` takes some z in one meter and returns a function of (step number, codes of the previous
step) that gives the logits of the step. The caller chooses the previous step: the one that it
sampled, or the true one (teacher forcing).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from ..arrays import BoolArray, FloatArray
from ..codecs.base import Codec, Codes
from ..codecs.conditioning import condition_width, count_lags
from ..config import SEGMENT_WIDTH, NetConfig
from ..score.windows import max_steps
from .encoders import DENSE_KINDS, relu
from .layers import Linear, LSTMLayer, State, stack_layers
from .lookback import CodesProjection, EarlierSteps, Lookback
from .weights import Weights

Steps = Callable[[int, Codes | None], FloatArray]
"""(t, codes `[N, ...]` of step t - 1, or None at the first step) -> logits `[N, C]`."""


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


class StepDecoder:
    """`nets.LanguageModel` in numpy, and the base of the autoregressive decoder.

    The input weights of the first layer are split in three. Those of the previous step have a row
    for each class, so that the product is a look-up where steps are classes, and so have those of
    a lookback. Those of the static inputs, which are known before decoding, are applied to all
    steps in one product.
    """

    segments = 1
    chain: FloatArray | None = None

    def __init__(
        self, weights: Weights, codec: Codec, config: NetConfig, kind: str, conditioning: int = 0
    ) -> None:
        static = condition_width(config.bars) + conditioning
        self.top_p = config.top_p
        core, channels = weights.scope("recurrent.core"), codec.channels
        lags = count_lags(config.bars, config.lookback)
        inputs = channels + static + lags * (channels + len(codec.heads))
        self.layers = stack_layers(
            core, kind, config.embedding or inputs, config.hidden, config.layers
        )
        input_weight = self.layers[0].input_weight
        if config.embedding:  # two linear maps in a row are one
            embedding = weights.take("embedding.weight", config.embedding, inputs)
            input_weight = embedding.T @ input_weight
        self.head = Linear(weights.scope("head"), config.hidden, channels)
        previous_weight, self.static_weight, lookback_weight = np.split(
            input_weight, [channels, channels + static]
        )
        self.project_previous = CodesProjection(codec, previous_weight)
        self.lookback: Lookback | None = None
        if lags:
            scope = weights.scope("lookback")
            self.lookback = Lookback(scope, codec, lookback_weight, lags, config.hidden)
        if config.chain:
            self.chain = weights.take("chain.weight", channels, channels).T * _chain_mask(codec)

    def start(self, z: FloatArray, condition: FloatArray, lags: Sequence[int] = ()) -> Steps:
        """Project the static inputs once; each call then advances the states by one step."""
        earlier = self._look_back(lags)
        hidden = self._hidden_steps(z, condition, earlier)

        def step(t: int, previous: Codes | None) -> FloatArray:
            features = hidden(t, previous)
            logits = self.head(features)
            if earlier:
                earlier.copy_into(logits, features)
            return logits

        return step

    def hidden_steps(self, z: FloatArray, condition: FloatArray, lags: Sequence[int] = ()) -> Steps:
        """As `start`, but each call returns the hidden state of the last layer, `[N, H]`."""
        return self._hidden_steps(z, condition, self._look_back(lags))

    def _look_back(self, lags: Sequence[int]) -> EarlierSteps | None:
        return self.lookback.start(lags) if self.lookback else None

    def _hidden_steps(
        self, z: FloatArray, condition: FloatArray, earlier: EarlierSteps | None
    ) -> Steps:
        static = self.static_inputs(z, condition) @ self.static_weight + self.layers[0].bias
        states = self.first_states(z)

        def step(t: int, previous: Codes | None) -> FloatArray:
            projected = static[:, t]
            if previous is not None:
                projected = projected + self.project_previous(previous[:, None])
                if earlier:
                    projected = projected + earlier.project(previous)
            for index, layer in enumerate(self.layers):
                if index:
                    projected = layer.project(states[index - 1][0])
                states[index] = layer.step(projected, states[index])
            return states[-1][0]

        return step

    def static_inputs(self, z: FloatArray, condition: FloatArray) -> FloatArray:
        """Inputs of each step that are known before decoding.

        The condition is shared by all rows, `[T, K]`, or has its own rows, `[N, T, K]`.
        Output `[N, T, inputs]`, or `[1, T, inputs]` if they are the same for all rows.
        """
        return condition if condition.ndim == 3 else condition[None]

    def first_states(self, z: FloatArray) -> list[State]:
        """State of each layer before the first step."""
        return [layer.initial_state(len(z)) for layer in self.layers]


def _chain_mask(codec: Codec) -> BoolArray:
    """True where channel j may depend on channel i of the same step. `[i, j]`

    A Bernoulli channel depends on those before it, a class on the heads before its own.
    """
    order = np.arange(codec.channels)
    if codec.likelihood == "categorical":
        order = np.repeat(np.arange(len(codec.heads)), codec.heads)
    return order[:, None] < order


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
