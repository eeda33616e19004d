"""The latent variable: a diagonal Gaussian posterior against a standard normal prior.

Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014. arXiv:1312.6114
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .noise import FULL_BATCH, Noise


def reparameterize(mu: Tensor, log_var: Tensor, noise: Noise = FULL_BATCH) -> Tensor:
    """Sample `z = mu + sigma * eps`, `eps ~ N(0, I)`, with gradients to both; section 2.4.

    >>> reparameterize(torch.ones(2, 3), torch.full((2, 3), -200.0))
    tensor([[1., 1., 1.],
            [1., 1., 1.]])
    """
    return mu + torch.exp(0.5 * log_var) * noise.normal(mu)


class Posterior(NamedTuple):
    """`q(z|x) = N(mu, diag exp(log_var))`; both `[B, Z]`."""

    mu: Tensor
    log_var: Tensor

    def sample(self, noise: Noise = FULL_BATCH) -> Tensor:
        """Sample `z ~ q(z|x)`. Output `[B, Z]`."""
        return reparameterize(self.mu, self.log_var, noise)

    def kl(self) -> Tensor:
        """`KL(q || N(0, I))` in nats, summed over `Z`; appendix B. Output `[B]`.

        >>> Posterior(torch.zeros(2, 5), torch.zeros(2, 5)).kl()
        tensor([0., 0.])
        """
        return self.kl_per_unit().sum(-1)

    def kl_per_unit(self) -> Tensor:
        """KL of each unit of `z`, in nats; an unused unit has 0. Output `[B, Z]`."""
        return 0.5 * (self.mu.square() + self.log_var.exp() - 1 - self.log_var)
