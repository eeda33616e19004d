"""Output distributions: how probable a step is under the logits for it.

Each is a module without weights, so that a net can be told its kind by name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Likelihood(nn.Module, ABC):
    """`p(x | logits)` for each step; negative logarithms are in nats.

    Shape:
        - logits, x: `[B, T, C]`
        - Output of `nll`: `[B, T]`; of `mode`, `sample`, `right`: see each
    """

    @abstractmethod
    def nll(self, logits: Tensor, x: Tensor) -> Tensor:
        """`-log p(x)`, in nats for each step."""

    @abstractmethod
    def mode(self, logits: Tensor) -> Tensor:
        """The most probable step, spelled like `x`."""

    @abstractmethod
    def sample(self, logits: Tensor, temperature: float = 1.0) -> Tensor:
        """A step drawn at a temperature, spelled like `x`."""

    def right(self, logits: Tensor, x: Tensor) -> Tensor:
        """Whether the most probable step is the true one. Output `[B, T]`, bool."""
        return (self.mode(logits) == x).all(dim=-1)


class Categorical(Likelihood):
    """One class a step; `x` is one-hot.

    >>> Categorical().nll(torch.zeros(1, 2, 4), torch.eye(4)[None, :2]).exp()
    tensor([[4., 4.]])
    """

    def nll(self, logits: Tensor, x: Tensor) -> Tensor:
        # one fused kernel over [B * T, C]; -(x * log_softmax).sum(-1) spelled out
        # is a third slower on a CPU
        flat = F.cross_entropy(
            logits.float().flatten(0, 1), x.argmax(-1).flatten(), reduction="none"
        )
        return flat.view(x.shape[:2])

    def mode(self, logits: Tensor) -> Tensor:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits)

    def sample(self, logits: Tensor, temperature: float = 1.0) -> Tensor:
        # argmax(logits / t + Gumbel noise) is a draw from the softmax (Maddison et al. 2014)
        gumbel = -torch.empty_like(logits).exponential_().log()
        return self.mode(logits / temperature + gumbel)

    def right(self, logits: Tensor, x: Tensor) -> Tensor:
        return logits.argmax(-1) == x.argmax(-1)


class Bernoulli(Likelihood):
    """Independent yes or no for each channel; `x` is multi-hot."""

    def nll(self, logits: Tensor, x: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(logits.float(), x, reduction="none").sum(-1)

    def mode(self, logits: Tensor) -> Tensor:
        return (logits > 0).to(logits)

    def sample(self, logits: Tensor, temperature: float = 1.0) -> Tensor:
        return torch.bernoulli((logits / temperature).sigmoid())
