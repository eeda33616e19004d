"""The decoder that reads the previous step, and the states of its windows between two steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..arrays import BoolArray, FloatArray, IntArray
from ..codecs.base import Codec, Codes
from ..codecs.conditioning import condition_width, count_lags
from ..config import NetConfig
from .layers import Linear, State, stack_layers
from .lookback import CodesProjection, EarlierSteps, Lookback
from .weights import Weights

Steps = Callable[[int, Codes | None], FloatArray]
"""(t, codes `[N, ...]` of step t - 1, or None at the first step) -> logits `[N, C]`."""


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

    def start(self, z: FloatArray, condition: FloatArray, lags: Sequence[int] = ()) -> RunningSteps:
        """Project the static inputs once; each call then advances the states by one step."""
        static = self.static_inputs(z, condition) @ self.static_weight + self.layers[0].bias
        earlier = self.lookback.start(lags) if self.lookback else None
        return RunningSteps(self, static, self.first_states(z), earlier)

    def static_inputs(self, z: FloatArray, condition: FloatArray) -> FloatArray:
        """Inputs of each step that are known before decoding.

        The condition is shared by all rows, `[T, K]`, or has its own rows, `[N, T, K]`.
        Output `[N, T, inputs]`, or `[1, T, inputs]` if they are the same for all rows.
        """
        return condition if condition.ndim == 3 else condition[None]

    def first_states(self, z: FloatArray) -> list[State]:
        """State of each layer before the first step."""
        return [layer.initial_state(len(z)) for layer in self.layers]


class RunningSteps:
    """The step function of a `StepDecoder`: windows that were decoded up to some step.

    Args:
        static: projected inputs that are known before decoding, `[N, T, G]` or `[1, T, G]`.
        states: of each layer.
        earlier: what a lookback has read; None without one.
    """

    def __init__(
        self,
        decoder: StepDecoder,
        static: FloatArray,
        states: list[State],
        earlier: EarlierSteps | None,
    ) -> None:
        self.decoder, self.static, self.states, self.earlier = decoder, static, states, earlier

    def __call__(self, t: int, previous: Codes | None) -> FloatArray:
        """The logits of step t, given the step before it. `[N, C]`"""
        features = self.hidden(t, previous)
        logits = self.decoder.head(features)
        if self.earlier:
            self.earlier.copy_into(logits, features)
        return logits

    def hidden(self, t: int, previous: Codes | None) -> FloatArray:
        """The hidden state of the last layer at step t, `[N, H]`."""
        projected = self.static[:, t]
        if previous is not None:
            projected = projected + self.decoder.project_previous(previous[:, None])
            if self.earlier:
                projected = projected + self.earlier.project(previous)
        return self._advance(projected)

    def read(self, codes: Codes) -> None:
        """Read the first S steps, the last of which is the `previous` of step S. `[N, S, ...]`

        Afterwards the states are those of S calls, in a fraction of their time: inputs are
        projected for all steps at once, and nothing is predicted.
        """
        n, steps = codes.shape[:2]
        self._advance(self.static[:, 0])
        if steps == 1:
            return
        previous = codes[:, :-1]
        by_step = self.decoder.project_previous(previous.reshape(-1, 1, *codes.shape[2:]))
        projected = self.static[:, 1:steps] + by_step.reshape(n, steps - 1, -1)
        if self.earlier:
            projected = projected + self.earlier.project_all(previous)
        for inputs in projected.swapaxes(0, 1):
            self._advance(inputs)

    def _advance(self, projected: FloatArray) -> FloatArray:
        """Advance every layer by a step, given the inputs of the first one. `[N, G]` -> `[N, H]`"""
        for index, layer in enumerate(self.decoder.layers):
            if index:
                projected = layer.project(self.states[index - 1][0])
            self.states[index] = layer.step(projected, self.states[index])
        return self.states[-1][0]

    def take(self, rows: IntArray) -> None:
        """Go on with these rows, some of them perhaps several times. `[M]`"""
        if len(self.static) > 1:
            self.static = self.static[rows]
        self.states = [tuple(array[rows] for array in state) for state in self.states]
        if self.earlier:
            self.earlier.take(rows)


def _chain_mask(codec: Codec) -> BoolArray:
    """True where channel j may depend on channel i of the same step. `[i, j]`

    A Bernoulli channel depends on those before it, a class on the heads before its own.
    """
    order = np.arange(codec.channels)
    if codec.likelihood == "categorical":
        order = np.repeat(np.arange(len(codec.heads)), codec.heads)
    return order[:, None] < order
