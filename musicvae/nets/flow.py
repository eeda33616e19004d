"""A prior with weights: a flow that takes noise to `z` and `z` to noise, and so knows densities.

Dinh, Sohl-Dickstein and Bengio, Density Estimation using Real NVP, ICLR 2017
(arXiv:1605.08803), section 3, on a Gaussian that is fitted first.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn

LOG_SCALE = 2.0
"""A coupling multiplies a unit by `exp(-2)` to `exp(2)`, so that no unit runs away."""


class Flow(nn.Module):
    """`p(z | condition)` by a change of variables: `z = g(u)` with `u ~ N(0, I)`.

    Next to `z` stands a Gaussian of full covariance, `z = mean + spread u`, whose first
    units carry most of what `z` tells. Between those and the base stand couplings, each
    of which moves one half of them by what the other half and the condition say. Fresh
    couplings move nothing, so a fresh flow is that Gaussian.

    Args:
        latent: Z.
        condition: K, what is known of the whole sequence beforehand.
        units: how many are coupled, the first ones; the rest stay Gaussian.
        couplings: how many.
        hidden: width of their nets.

    Shape:
        - z, u: `[B, Z]`
        - condition: `[B, K]`

    >>> flow = Flow(6, 2, units=4, couplings=4, hidden=8)
    >>> z, condition = torch.randn(3, 6), torch.zeros(3, 2)
    >>> u, log_det = flow.to_base(z, condition)
    >>> bool(torch.allclose(flow.from_base(u, condition), z, atol=1e-5)), log_det.shape
    (True, torch.Size([3]))
    """

    mean: Tensor
    spread: Tensor

    def __init__(
        self, latent: int, condition: int, *, units: int, couplings: int, hidden: int
    ) -> None:
        super().__init__()
        self.units = units
        self.register_buffer("mean", torch.zeros(latent))
        self.register_buffer("spread", torch.eye(latent))
        made = (Coupling(*halves(units, index), condition, hidden) for index in range(couplings))
        self.couplings = nn.ModuleList(made)

    def fit_gaussian(self, mean: Tensor, covariance: Tensor, noise: Tensor) -> None:
        """Take the Gaussian of an aggregate posterior, its axes in order of signal to noise.

        Shape:
            - mean: `[Z]`, of the posterior means
            - covariance: `[Z, Z]`, of the posterior means
            - noise: `[Z]`, the mean posterior variance
        """
        deviation = noise.sqrt()
        signal, axes = torch.linalg.eigh(covariance / deviation / deviation[:, None])
        spread = deviation[:, None] * axes * (1 + signal.clamp_min(0)).sqrt()
        self.mean.copy_(mean)
        self.spread.copy_(spread.flip(1))

    def to_base(self, z: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """`u` and `log |det du/dz|`. Output `[B, Z]`, `[B]`."""
        whitened = torch.linalg.solve(self.spread, (z - self.mean).T).T
        u, rest = whitened[:, : self.units], whitened[:, self.units :]
        log_det = -torch.linalg.slogdet(self.spread).logabsdet.expand(len(z))
        for coupling in self.couplings:
            u, log_scale = coupling(u, condition)
            log_det = log_det + log_scale.sum(-1)
        return torch.cat([u, rest], dim=-1), log_det

    def from_base(self, u: Tensor, condition: Tensor) -> Tensor:
        """The way back, `z` of `u`. Output `[B, Z]`."""
        u, rest = u[:, : self.units], u[:, self.units :]
        for coupling in reversed(cast("list[Coupling]", list(self.couplings))):
            u = coupling.back(u, condition)
        return self.mean + torch.cat([u, rest], dim=-1) @ self.spread.T

    def nll(self, z: Tensor, condition: Tensor) -> Tensor:
        """`-log p(z | condition)` in nats; equation 2. Output `[B]`."""
        u, log_det = self.to_base(z, condition)
        return 0.5 * (u.square() + math.log(2 * math.pi)).sum(-1) - log_det


class Coupling(nn.Module):
    """Some units stay and say how the others are scaled and shifted; equations 7 and 8.

    Their net has one residual block: `h = relu(A x)`, `h + C relu(B h)`.

    Args:
        kept, moved: numbers of units, all of them between the two.
        condition: K.
        hidden: width of the net.
    """

    kept: Tensor
    moved: Tensor

    def __init__(self, kept: Tensor, moved: Tensor, condition: int, hidden: int) -> None:
        super().__init__()
        self.register_buffer("kept", kept, persistent=False)
        self.register_buffer("moved", moved, persistent=False)
        self.first = nn.Linear(len(kept) + condition, hidden)
        self.second = nn.Linear(hidden, hidden)
        self.third = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, 2 * len(moved))
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, z: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Towards the base, and the log scales. Output `[B, units]`, `[B, moved]`."""
        log_scale, shift = self.say(z, condition)
        return z.index_copy(1, self.moved, z[:, self.moved] * log_scale.exp() + shift), log_scale

    def back(self, u: Tensor, condition: Tensor) -> Tensor:
        """The way back. Output `[B, units]`."""
        log_scale, shift = self.say(u, condition)
        return u.index_copy(1, self.moved, (u[:, self.moved] - shift) * (-log_scale).exp())

    def say(self, z: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Log scale and shift of the units moved. Output two of `[B, moved]`."""
        h = self.first(torch.cat([z[:, self.kept], condition], dim=-1)).relu()
        h = h + self.third(self.second(h).relu())
        log_scale, shift = self.last(h.relu()).chunk(2, dim=-1)
        return LOG_SCALE * (log_scale / LOG_SCALE).tanh(), shift


def halves(units: int, index: int) -> tuple[Tensor, Tensor]:
    """The units that coupling number *index* keeps, and those it moves.

    Two couplings in a row move all of them; each further two part them along another line.

    >>> [[half.tolist() for half in halves(4, index)] for index in (0, 1, 2)]
    [[[0, 1], [2, 3]], [[2, 3], [0, 1]], [[0, 2], [1, 3]]]
    """
    order = torch.arange(units)
    for _ in range(index // 2):
        order = torch.cat([order[::2], order[1::2]])
    one, other = order[: units // 2], order[units // 2 :]
    return (other, one) if index % 2 else (one, other)
