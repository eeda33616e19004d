"""Loss terms of a net, in nats, one number per sequence."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class Losses(NamedTuple):
    """The terms of the evidence lower bound, and the logits they were computed from.

    Shape:
        - reconstruction: `-log p(x|z)`, nats, `[B]`
        - kl: `KL(q(z|x) || p(z))`, nats, `[B]`; zeros for a net without a posterior
        - logits: `[B, T, C]`
    """

    reconstruction: Tensor
    kl: Tensor
    logits: Tensor

    def total(self, beta: float = 1.0, free_nats: float = 0.0) -> Tensor:
        """`reconstruction + beta * max(kl - free_nats, 0)`, averaged over the batch.

        With beta 1 and no free nats this is the negative evidence lower bound.
        Beta: Higgins et al., ICLR 2017. Free bits on the total KL of an example:
        Roberts et al., ICML 2018, section 2.1.
        """
        return (self.reconstruction + beta * (self.kl - free_nats).clamp_min(0)).mean()


def masked_sum(values: Tensor, mask: Tensor) -> Tensor:
    """Sum over the steps where the mask is True. `[B, T]` and bool `[B, T]` to `[B]`."""
    return (values * mask).sum(dim=1)
