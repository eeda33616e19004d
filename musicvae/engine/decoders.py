"""From `z` to logits, one step after the other.

A decoder is asked to `start` on some z in one meter and gives a function of
(step number, codes of the step before): the logits of that step. Who draws
from them decides what the decoder hears next; the true steps, and it is
teacher-forced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from ..arrays import BoolArray, FloatArray
from ..codecs.base import Codec, Codes
from ..codecs.conditioning import width
from ..config import SEGMENT_WIDTH, NetConfig
from ..score.windows import max_steps
from .encoders import DENSE, relu
from .layers import Linear, LSTMLayer, State, stack
from .weights import (
    Weights,
)

Steps = Callable[[int, Codes | None], FloatArray]
"""(t, codes `[N, ...]` of step t - 1, or None at the first) -> logits `[N, C]`."""


class Decoder(Protocol):
    """Any of them.

    A window falls into so many `segments`, which are decoded side by side; a flat
    decoder has one.
    """

    segments: int
    chain: FloatArray | None
    """What is drawn of a step tells those after it in the step; see `sampling.choose`."""

    def start(self, z: FloatArray, condition: FloatArray) -> Steps:
        """`[N, Z]` and `[T, K]` -> the steps to come, of N windows' segments."""


class DenseDecoder:
    """The twin of `nets.DenseDecoder`: all steps at once, whatever is played."""

    segments = 1
    chain: FloatArray | None = None

    def __init__(self, weights: Weights, codec: Codec, config: NetConfig) -> None:
        self.steps, known = max_steps(config.bars), width(config.bars)
        layers = weights.scope("layers")
        self.channels = codec.channels
        self.known = self.steps * known
        self.first = Linear(layers.scope("0"), config.latent + self.known, config.hidden)
        self.second = Linear(layers.scope("2"), config.hidden, self.steps * self.channels)

    def start(self, z: FloatArray, condition: FloatArray) -> Steps:
        """Every logit is known at once."""
        known = np.zeros((len(z), self.known), dtype=np.float32)
        known[:, : condition.size] = condition.ravel()
        out = self.second(relu(self.first(np.concatenate([z, known], axis=-1))))
        logits = out.reshape(len(z), self.steps, self.channels)
        return lambda t, previous: logits[:, t]


class PlainDecoder:
    """The twin of `nets.PlainDecoder`: an LSTM over z at every step, whatever is played."""

    segments = 1
    chain: FloatArray | None = None

    def __init__(self, weights: Weights, codec: Codec, config: NetConfig) -> None:
        core, known = weights.scope("recurrent.core"), width(config.bars)
        self.layers = stack(core, "lstm", config.latent + known, config.hidden, config.layers)
        self.head = Linear(weights.scope("head"), config.hidden, codec.channels)

    def start(self, z: FloatArray, condition: FloatArray) -> Steps:
        """Every logit is known at once."""
        shape = (len(z), len(condition))
        repeated = np.broadcast_to(z[:, None], (*shape, z.shape[1]))
        known = np.broadcast_to(condition, (*shape, condition.shape[1]))
        seen = np.concatenate([repeated, known], axis=-1)
        for layer in self.layers:
            seen = layer.run(seen)
        logits = self.head(seen)
        return lambda t, previous: logits[:, t]


class StepDecoder:
    """The twin of `nets.NextStep`, and what an autoregressive decoder shares with it.

    The first layer's weights are split: what they say to the previous step is a
    row for each class (a look-up, where steps are classes); what they say to all
    that is known beforehand is computed for every step at once.
    """

    segments = 1
    chain: FloatArray | None = None

    def __init__(
        self, weights: Weights, codec: Codec, config: NetConfig, kind: str, known: int
    ) -> None:
        self.codec = codec
        core, channels = weights.scope("recurrent.core"), codec.channels
        self.layers = stack(core, kind, channels + known, config.hidden, config.layers)
        self.head = Linear(weights.scope("head"), config.hidden, channels)
        self.first_rows = np.cumsum([0, *codec.heads[:-1]])
        self.of_previous = self.layers[0].of_input[:channels]
        self.of_known = self.layers[0].of_input[channels:]
        if config.chain:
            self.chain = weights.take("chain.weight", channels, channels).T * _chain_mask(codec)

    def start(self, z: FloatArray, condition: FloatArray) -> Steps:
        """Project z and condition once; the states then move on with every call."""
        top = self.hidden_steps(z, condition)
        return lambda t, previous: self.head(top(t, previous))

    def hidden_steps(self, z: FloatArray, condition: FloatArray) -> Steps:
        """The same, to what the last layer says: `[N, H]` instead of logits."""
        known = self.static_inputs(z, condition) @ self.of_known + self.layers[0].bias
        states = self.first_states(z)

        def step(t: int, previous: Codes | None) -> FloatArray:
            now = (
                known[:, t] if previous is None else known[:, t] + self._project_previous(previous)
            )
            for index, layer in enumerate(self.layers):
                said = layer.project(now) if index else now
                states[index] = layer.step(said, states[index])
                now = states[index][0]
            return now

        return step

    def static_inputs(self, z: FloatArray, condition: FloatArray) -> FloatArray:
        """What is known about each step beforehand. Output `[N, T, known]`.

        The condition is one for all, `[T, K]`, or of each row, `[N, T, K]`.
        """
        return np.broadcast_to(condition, (len(z), *condition.shape[-2:]))

    def first_states(self, z: FloatArray) -> list[State]:
        """A state for each layer."""
        return [layer.initial_state(len(z)) for layer in self.layers]

    def _project_previous(self, previous: Codes) -> FloatArray:
        if self.codec.likelihood == "bernoulli":
            heard: FloatArray = self.codec.one_hot(previous) @ self.of_previous
            return heard
        if previous.ndim == 1:
            return self.of_previous[previous]
        said: FloatArray = self.of_previous[previous + self.first_rows].sum(axis=1)
        return said


def _chain_mask(codec: Codec) -> BoolArray:
    """Whether the second channel hears the first: pitches from low to high, part after part."""
    order = np.arange(codec.channels)
    if codec.likelihood == "categorical":
        order = np.repeat(np.arange(len(codec.heads)), codec.heads)
    return order[:, None] < order


class AutoregressiveDecoder(StepDecoder):
    """The twin of `nets.AutoregressiveDecoder`: first state and plan come from z."""

    def __init__(
        self, weights: Weights, codec: Codec, config: NetConfig, *, latent: int, steps: int
    ) -> None:
        super().__init__(
            weights, codec, config, "lstm", width(config.bars) + config.step_conditioning
        )
        states = 2 * config.layers * config.hidden
        self.steps = steps
        self.to_state = Linear(weights.scope("to_state"), latent, states)
        self.to_plan = Linear(weights.scope("to_plan"), latent, steps * config.step_conditioning)

    def static_inputs(self, z: FloatArray, condition: FloatArray) -> FloatArray:
        """The condition and the plan."""
        plan = self.to_plan(z).reshape(len(z), self.steps, -1)[:, : condition.shape[-2]]
        return np.concatenate([super().static_inputs(z, condition), plan], axis=-1)

    def first_states(self, z: FloatArray) -> list[State]:
        """Hidden and cell of every layer."""
        both = np.tanh(self.to_state(z)).reshape(len(z), 2, len(self.layers), -1)
        return [(both[:, 0, index], both[:, 1, index]) for index in range(len(self.layers))]


class HierarchicalDecoder:
    """The twin of `nets.HierarchicalDecoder`: a conductor, then all segments side by side."""

    chain: FloatArray | None = None

    def __init__(self, weights: Weights, codec: Codec, config: NetConfig) -> None:
        self.segments, hidden = config.bars, config.conductor
        plan = SEGMENT_WIDTH * config.step_features
        self.to_state = Linear(weights.scope("to_state"), config.latent, 2 * hidden)
        self.to_plan = Linear(weights.scope("to_plan"), config.latent, self.segments * plan)
        self.conductor = LSTMLayer(weights.scope("conductor.core"), "l0", plan, hidden)
        longest = max_steps(config.bars) // config.bars
        core = weights.scope("core")
        told = hidden + plan
        self.core = AutoregressiveDecoder(core, codec, config, latent=told, steps=longest)

    def start(self, z: FloatArray, condition: FloatArray) -> Steps:
        """The core's steps, for the first segment of the first window, its second, and so on."""
        plan = self.to_plan(z).reshape(len(z), self.segments, -1)
        hidden, cell = np.split(np.tanh(self.to_state(z)), 2, axis=-1)
        said = np.concatenate([self.conductor.run(plan, (hidden, cell)), plan], axis=-1)
        known = condition.reshape(self.segments, -1, condition.shape[-1])
        return self.core.start(said.reshape(-1, said.shape[-1]), np.tile(known, (len(z), 1, 1)))


def decoder_of(weights: Weights, codec: Codec, net: NetConfig) -> Decoder:
    """That of a net, by its kind."""
    if net.kind in DENSE:
        return DenseDecoder(weights, codec, net)
    if net.decoder == "plain":
        return PlainDecoder(weights, codec, net)
    if net.conductor:
        return HierarchicalDecoder(weights, codec, net)
    steps = max_steps(net.bars)
    return AutoregressiveDecoder(weights, codec, net, latent=net.latent, steps=steps)
