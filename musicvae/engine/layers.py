"""Linear, RNN and LSTM layers: forward passes only.

Letters: N windows side by side, T steps, C channels, H hidden. The input projection of a layer is
computed for all steps in one product; only the recurrent product is left for the loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import numpy as np

from ..arrays import DoubleArray, FloatArray
from .weights import Weights

State = tuple[FloatArray, ...]
"""What a layer carries from step to step: (hidden,) or (hidden, cell), each `[N, H]`."""


Floats = TypeVar("Floats", FloatArray, DoubleArray)


_all_rows_at_once: ContextVar[bool] = ContextVar("_all_rows_at_once", default=False)


@contextmanager
def bulk_products() -> Iterator[None]:
    """Let `row_product` multiply all rows at once: up to twice as fast with hundreds of rows.

    For figures of many windows, which do not depend on the last bits: those of a row then depend
    on how many rows there are.
    """
    token = _all_rows_at_once.set(True)
    try:
        yield
    finally:
        _all_rows_at_once.reset(token)


def row_product(x: Floats, weight: Floats) -> Floats:
    """`x @ weight`, where the bits of a row do not depend on how many rows there are.

    BLAS sums in another order for another number of rows, so each row `[K]` of a matrix `[N, K]`
    is a product of its own, except in `bulk_products`. numpy multiplies each matrix of `[N, T, K]`
    by itself already.
    """
    by_row = x.ndim == 2 and not _all_rows_at_once.get()
    product: Floats = (x[:, None] @ weight)[:, 0] if by_row else x @ weight
    return product


class Linear:
    """`x @ weight.T + bias`. `[..., inputs]` -> `[..., outputs]`."""

    def __init__(self, weights: Weights, inputs: int, outputs: int) -> None:
        self.weight = np.ascontiguousarray(weights.take("weight", outputs, inputs).T)
        self.bias = weights.take("bias", outputs)

    def __call__(self, x: FloatArray) -> FloatArray:
        out: FloatArray = row_product(x, self.weight) + self.bias
        return out


class RNNLayer:
    """`h' = tanh(W x + b + U h)`; Elman 1990."""

    gates = 1

    def __init__(self, weights: Weights, suffix: str, inputs: int, hidden: int) -> None:
        rows = self.gates * hidden
        self.hidden = hidden
        self.input_weight = np.array(weights.take(f"weight_ih_{suffix}", rows, inputs).T, order="C")
        self.recurrent_weight = np.array(
            weights.take(f"weight_hh_{suffix}", rows, hidden).T, order="C"
        )
        self.bias: FloatArray = weights.take(f"bias_ih_{suffix}", rows) + weights.take(
            f"bias_hh_{suffix}", rows
        )

    def initial_state(self, n: int) -> State:
        """The state before the first step: zeros."""
        return (np.zeros((n, self.hidden), dtype=np.float32),)

    def project(self, x: FloatArray) -> FloatArray:
        """Input projection: `W x + b` of every gate. `[..., inputs]` -> `[..., gates * H]`."""
        out: FloatArray = row_product(x, self.input_weight) + self.bias
        return out

    def step(self, projected: FloatArray, state: State) -> State:
        """One step from a projected input `[N, gates * H]`."""
        return (np.tanh(projected + row_product(state[0], self.recurrent_weight)),)

    def run(self, x: FloatArray, state: State | None = None) -> FloatArray:
        """All steps. `[N, T, inputs]` -> `[N, T, H]`."""
        state = state or self.initial_state(len(x))
        outputs = []
        for projected in self.project(x).swapaxes(0, 1):
            state = self.step(projected, state)
            outputs.append(state[0])
        return np.stack(outputs, axis=1)


class LSTMLayer(RNNLayer):
    """`RNNLayer` with input, forget, cell and output gates; Hochreiter and Schmidhuber 1997.

    `sigmoid(x) = tanh(x / 2) / 2 + 1 / 2`, so the weights of the three sigmoids are halved, which
    is exact, and one tanh serves all gates.
    """

    gates = 4

    def __init__(self, weights: Weights, suffix: str, inputs: int, hidden: int) -> None:
        super().__init__(weights, suffix, inputs, hidden)
        for array in (self.input_weight, self.recurrent_weight, self.bias):
            array[..., : 2 * hidden] *= np.float32(0.5)
            array[..., 3 * hidden :] *= np.float32(0.5)

    def initial_state(self, n: int) -> State:
        """Hidden and cell before the first step: zeros."""
        return super().initial_state(n) * 2

    def step(self, projected: FloatArray, state: State) -> State:
        """`c' = f c + i g`, `h' = o tanh(c')`."""
        hidden, cell = state
        gates = np.tanh(projected + row_product(hidden, self.recurrent_weight))
        # np.split gives the same views, but takes as long as a gate of a small net
        i, f, _, o = (0.5 * gates + 0.5).reshape(len(gates), 4, self.hidden).swapaxes(0, 1)
        cell = f * cell + i * gates[:, 2 * self.hidden : 3 * self.hidden]
        return o * np.tanh(cell), cell


LAYERS: dict[str, type[RNNLayer]] = {"rnn": RNNLayer, "lstm": LSTMLayer}


def stack_layers(
    weights: Weights, kind: str, inputs: int, hidden: int, layers: int
) -> Sequence[RNNLayer]:
    """The layers of a stack, the lowest first; weights are named as torch names them."""
    widths = [inputs, *[hidden] * (layers - 1)]
    return [LAYERS[kind](weights, f"l{index}", width, hidden) for index, width in enumerate(widths)]
