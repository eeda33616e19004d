"""From noise to `z`, through the prior that was fitted to a trained net."""

from __future__ import annotations

import numpy as np

from ..config import NetConfig
from ..music.position import SUMMARY_WIDTH
from .encoders import relu
from .layers import Linear
from .weights import Array, Weights

LOG_SCALE = 2.0
"""As in `nets.flow`."""


class Flow:
    """The twin of `nets.Flow`, in the one direction that playing needs."""

    def __init__(self, weights: Weights, config: NetConfig) -> None:
        self.units = config.prior_units
        self.mean = weights.take("mean", config.latent)
        self.spread = weights.take("spread", config.latent, config.latent)
        self.couplings = [
            Coupling(weights.below(f"couplings.{index}"), index, config)
            for index in range(config.prior)
        ]

    def from_base(self, u: Array, condition: Array) -> Array:
        """`u ~ N(0, I)` to `z`, all of one condition. `[N, Z]`, `[K]` -> `[N, Z]`."""
        u = u.copy()
        for coupling in reversed(self.couplings):
            coupling.back(u[:, : self.units], condition)
        z: Array = self.mean + u @ self.spread.T
        return z


class Coupling:
    """The twin of `nets.flow.Coupling`."""

    def __init__(self, weights: Weights, index: int, config: NetConfig) -> None:
        self.kept, self.moved = halves(config.prior_units, index)
        width = config.prior_hidden
        inputs = len(self.kept) + SUMMARY_WIDTH
        self.first = Linear(weights.below("first"), inputs, width)
        self.second = Linear(weights.below("second"), width, width)
        self.third = Linear(weights.below("third"), width, width)
        self.last = Linear(weights.below("last"), width, 2 * len(self.moved))

    def back(self, u: Array, condition: Array) -> None:
        """Away from the base, in place. `[N, units]`."""
        known = np.broadcast_to(condition, (len(u), len(condition)))
        h = relu(self.first(np.concatenate([u[:, self.kept], known], axis=-1)))
        h = h + self.third(relu(self.second(h)))
        log_scale, shift = np.split(self.last(relu(h)), 2, axis=-1)
        scale = np.exp(-LOG_SCALE * np.tanh(log_scale / LOG_SCALE))
        u[:, self.moved] = (u[:, self.moved] - shift) * scale


def halves(units: int, index: int) -> tuple[list[int], list[int]]:
    """The units that a coupling keeps, and those it moves; see `nets.flow.halves`."""
    order = list(range(units))
    for _ in range(index // 2):
        order = order[::2] + order[1::2]
    one, other = order[: units // 2], order[units // 2 :]
    return (other, one) if index % 2 else (one, other)
