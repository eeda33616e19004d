"""Linear, RNN and LSTM layers, forwards only.

Letters as in `nets`: N windows side by side, T steps, C channels, H hidden.
Everything a layer reads from its input is computed for all steps in one
product; only what it reads from its own past is left for the loop.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import FloatArray
from .weights import (
    Weights,
)

State = tuple[FloatArray, ...]
"""What a layer carries from step to step: (hidden,) or (hidden, cell), each `[N, H]`."""


class Linear:
    """`x @ weight.T + bias`. `[..., inputs]` -> `[..., outputs]`."""

    def __init__(self, weights: Weights, inputs: int, outputs: int) -> None:
        self.weight = np.ascontiguousarray(weights.take("weight", outputs, inputs).T)
        self.bias = weights.take("bias", outputs)

    def __call__(self, x: FloatArray) -> FloatArray:
        out: FloatArray = x @ self.weight + self.bias
        return out


class RNNLayer:
    """`h' = tanh(W x + b + U h)`; Elman 1990."""

    gates = 1

    def __init__(self, weights: Weights, suffix: str, inputs: int, hidden: int) -> None:
        rows = self.gates * hidden
        self.hidden = hidden
        self.of_input = np.ascontiguousarray(weights.take(f"weight_ih_{suffix}", rows, inputs).T)
        self.of_past = np.ascontiguousarray(weights.take(f"weight_hh_{suffix}", rows, hidden).T)
        biases = (weights.take(f"bias_{of}_{suffix}", rows) for of in ("ih", "hh"))
        self.bias: FloatArray = np.add(*biases)

    def initial_state(self, n: int) -> State:
        """The state before the first step: zeros."""
        return (np.zeros((n, self.hidden), dtype=np.float32),)

    def project(self, x: FloatArray) -> FloatArray:
        """What the input says to the gates. `[..., inputs]` -> `[..., gates * H]`."""
        out: FloatArray = x @ self.of_input + self.bias
        return out

    def step(self, projected: FloatArray, state: State) -> State:
        """One step from a projected input `[N, gates * H]`."""
        return (np.tanh(projected + state[0] @ self.of_past),)

    def run(self, x: FloatArray, state: State | None = None) -> FloatArray:
        """All steps. `[N, T, inputs]` -> `[N, T, H]`."""
        state = state or self.initial_state(len(x))
        out = []
        for now in self.project(x).swapaxes(0, 1):
            state = self.step(now, state)
            out.append(state[0])
        return np.stack(out, axis=1)


class LSTMLayer(RNNLayer):
    """`RNNLayer` with input, forget, cell and output gates; Hochreiter and Schmidhuber 1997."""

    gates = 4

    def initial_state(self, n: int) -> State:
        """Hidden and cell, zeros."""
        return super().initial_state(n) * 2

    def step(self, projected: FloatArray, state: State) -> State:
        """`c' = f c + i g`, `h' = o tanh(c')`."""
        hidden, cell = state
        gates = projected + hidden @ self.of_past
        i, f, g, o = np.split(gates, 4, axis=-1)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(cell), cell


LAYERS: dict[str, type[RNNLayer]] = {"rnn": RNNLayer, "lstm": LSTMLayer}


def stack(weights: Weights, kind: str, inputs: int, hidden: int, layers: int) -> Sequence[RNNLayer]:
    """Layers one on the other, named as torch names them."""
    widths = [inputs, *[hidden] * (layers - 1)]
    return [LAYERS[kind](weights, f"l{index}", width, hidden) for index, width in enumerate(widths)]


def sigmoid(x: FloatArray) -> FloatArray:
    """`1 / (1 + exp(-x))`, by way of tanh, which does not overflow."""
    out: FloatArray = 0.5 * np.tanh(0.5 * x) + 0.5
    return out
