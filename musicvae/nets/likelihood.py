"""Output distributions: how probable a step is under the logits for it.

Each is a module without weights, so that a net can be told its kind by name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

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

    @abstractmethod
    def order(self, channels: int) -> Tensor:
        """Channels of one number are drawn at once, those of a higher one later. Output `[C]`."""

    def right(self, logits: Tensor, x: Tensor) -> Tensor:
        """Whether the most probable step is the true one. Output `[B, T]`, bool."""
        return (self.mode(logits) == x).all(dim=-1)


class Categorical(Likelihood):
    """One class a step in each of several heads; `x` is their one-hots side by side.

    The heads are independent of each other, given the logits.

    Args:
        heads: classes of each.

    >>> Categorical((4,)).nll(torch.zeros(1, 2, 4), torch.eye(4)[None, :2]).exp()
    tensor([[4., 4.]])
    """

    def __init__(self, heads: Sequence[int]) -> None:
        super().__init__()
        self.heads = list(heads)

    def nll(self, logits: Tensor, x: Tensor) -> Tensor:
        # one fused kernel over [B * T, C]; -(x * log_softmax).sum(-1) spelled out
        # is a third slower on a CPU
        found = [
            F.cross_entropy(own.flatten(0, 1), true.argmax(-1).flatten(), reduction="none")
            for own, true in self._each(logits.float(), x)
        ]
        return torch.stack(found).sum(0).view(x.shape[:2])

    def mode(self, logits: Tensor) -> Tensor:
        best = [F.one_hot(own.argmax(-1), own.shape[-1]) for (own,) in self._each(logits)]
        return torch.cat(best, dim=-1).to(logits)

    def sample(self, logits: Tensor, temperature: float = 1.0) -> Tensor:
        # argmax(logits / t + Gumbel noise) is a draw from the softmax (Maddison et al. 2014)
        gumbel = -torch.empty_like(logits).exponential_().log()
        return self.mode(logits / temperature + gumbel)

    def order(self, channels: int) -> Tensor:
        return torch.arange(len(self.heads)).repeat_interleave(torch.tensor(self.heads))

    def right(self, logits: Tensor, x: Tensor) -> Tensor:
        each = [own.argmax(-1) == true.argmax(-1) for own, true in self._each(logits, x)]
        return torch.stack(each).all(0)

    def _each(self, *tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
        """The tensors, head by head."""
        return zip(*(torch.split(tensor, self.heads, dim=-1) for tensor in tensors), strict=True)


class Bernoulli(Likelihood):
    """Independent yes or no for each channel; `x` is multi-hot."""

    def nll(self, logits: Tensor, x: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(logits.float(), x, reduction="none").sum(-1)

    def mode(self, logits: Tensor) -> Tensor:
        return (logits > 0).to(logits)

    def sample(self, logits: Tensor, temperature: float = 1.0) -> Tensor:
        return torch.bernoulli((logits / temperature).sigmoid())

    def order(self, channels: int) -> Tensor:
        return torch.arange(channels)
