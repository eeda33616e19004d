"""Output distributions: the probability of a step given its logits.

Each is a module without weights, so that a net can hold it as a submodule.
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
        - Output of `mode`, `sample`: `[B, T, C]`; of `nll`, `right`: `[B, T]`
    """

    @abstractmethod
    def nll(self, logits: Tensor, x: Tensor) -> Tensor:
        """`-log p(x)` of each step, in nats."""

    @abstractmethod
    def mode(self, logits: Tensor) -> Tensor:
        """The most probable step, encoded like `x`."""

    @abstractmethod
    def sample(self, logits: Tensor, temperature: float = 1.0) -> Tensor:
        """A step sampled at a temperature, encoded like `x`."""

    @abstractmethod
    def sampling_order(self, channels: int) -> Tensor:
        """Position of each channel in the sampling order of a step; equal numbers are
        sampled together. Output `[C]`.
        """

    def is_correct(self, logits: Tensor, x: Tensor) -> Tensor:
        """True where the most probable step is the true one. Output `[B, T]`, bool."""
        return (self.mode(logits) == x).all(dim=-1)


class Categorical(Likelihood):
    """One class per step in each of several heads; `x` is their one-hots, concatenated.

    Given the logits, the heads are independent of each other.

    Args:
        heads: number of classes of each head.

    >>> Categorical((4,)).nll(torch.zeros(1, 2, 4), torch.eye(4)[None, :2]).exp()
    tensor([[4., 4.]])
    """

    def __init__(self, heads: Sequence[int]) -> None:
        super().__init__()
        self.heads = list(heads)

    def nll(self, logits: Tensor, x: Tensor) -> Tensor:
        # one fused kernel over [B * T, C]; -(x * log_softmax).sum(-1) is a third slower on a CPU
        nll_by_head = [
            F.cross_entropy(head.flatten(0, 1), true.argmax(-1).flatten(), reduction="none")
            for head, true in self._by_head(logits.float(), x)
        ]
        return torch.stack(nll_by_head).sum(0).view(x.shape[:2])

    def mode(self, logits: Tensor) -> Tensor:
        modes = [F.one_hot(head.argmax(-1), head.shape[-1]) for (head,) in self._by_head(logits)]
        return torch.cat(modes, dim=-1).to(logits)

    def sample(self, logits: Tensor, temperature: float = 1.0) -> Tensor:
        # argmax(logits / t + Gumbel noise) samples from the softmax (Maddison et al. 2014)
        gumbel = -torch.empty_like(logits).exponential_().log()
        return self.mode(logits / temperature + gumbel)

    def sampling_order(self, channels: int) -> Tensor:
        return torch.arange(len(self.heads)).repeat_interleave(torch.tensor(self.heads))

    def is_correct(self, logits: Tensor, x: Tensor) -> Tensor:
        right_by_head = [
            head.argmax(-1) == true.argmax(-1) for head, true in self._by_head(logits, x)
        ]
        return torch.stack(right_by_head).all(0)

    def _by_head(self, *tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
        """Split the tensors by head."""
        return zip(*(torch.split(tensor, self.heads, dim=-1) for tensor in tensors), strict=True)


class Bernoulli(Likelihood):
    """Each channel is on or off, independently of the others; `x` is multi-hot."""

    def nll(self, logits: Tensor, x: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(logits.float(), x, reduction="none").sum(-1)

    def mode(self, logits: Tensor) -> Tensor:
        return (logits > 0).to(logits)

    def sample(self, logits: Tensor, temperature: float = 1.0) -> Tensor:
        return torch.bernoulli((logits / temperature).sigmoid())

    def sampling_order(self, channels: int) -> Tensor:
        return torch.arange(channels)
