"""Stepwise VAE: a language model with a latent variable for every step.

After Bayer and Osendorfer, Learning Stochastic Recurrent Networks, 2014
(arXiv:1411.7610), and Chung et al., A Recurrent Latent Variable Model for
Sequential Data, NeurIPS 2015 (arXiv:1506.02216). There the recurrent net also
reads the latents; here it reads the steps only.

Only `benchmark_polyphony.py` trains it. No preset does, so it is not part of the package.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence

from musicvae.nets import RNN, Likelihood, Losses, SequenceBatch
from musicvae.nets.losses import masked_sum


class StepwiseVAE(nn.Module):
    """`p(x_t | x_<t)` as a mixture over `z_t`, whose prior depends on the previous steps.

    Channels that are independent given their logits become dependent through
    `z_t`, so the notes of a chord are sampled jointly. Given the steps, the latents
    of two steps are independent, so all steps are computed at once, and importance
    weights are computed for each step separately.

    Args:
        recurrent: reads `[B, T, C + K]`, one output per step.
        channels: C, the width of a step.
        hidden: width of the hidden layers of posterior and decoder.
        latent: Z, the width of each `z_t`.
        likelihood: the distribution of a step given its logits.

    Shape:
        - Input: `SequenceBatch`
        - Output: logits `[B, T, C]`, from one sample of the posterior
    """

    def __init__(
        self, recurrent: RNN, channels: int, hidden: int, latent: int, likelihood: Likelihood
    ) -> None:
        super().__init__()
        self.recurrent = recurrent
        self.to_prior = nn.Linear(recurrent.width, 2 * latent)
        self.to_posterior = _two_layers(recurrent.width + channels, hidden, 2 * latent)
        self.decoder = _two_layers(recurrent.width + latent, hidden, channels)
        self.likelihood = likelihood

    def forward(self, batch: SequenceBatch) -> Tensor:
        past = self.past(batch)
        return self.decode(past, self.posterior(past, batch).rsample())

    def past(self, batch: SequenceBatch) -> Tensor:
        """Summary of the steps before each step. Output `[B, T, H]`."""
        inputs = torch.cat([batch.previous, batch.condition], dim=-1)
        out: Tensor = self.recurrent(inputs, batch.lengths)
        return out

    def prior(self, past: Tensor) -> Normal:
        """`p(z_t | x_<t)`, over `[B, T, Z]`."""
        return _normal(self.to_prior(past))

    def posterior(self, past: Tensor, batch: SequenceBatch) -> Normal:
        """`q(z_t | x_<=t)`, over `[B, T, Z]`."""
        return _normal(self.to_posterior(torch.cat([past, batch.x], dim=-1)))

    def decode(self, past: Tensor, z: Tensor) -> Tensor:
        """Decode `z`, `[B, T, Z]`, to logits `[B, T, C]`."""
        logits: Tensor = self.decoder(torch.cat([past, z], dim=-1))
        return logits

    def losses(self, batch: SequenceBatch) -> Losses:
        """Both terms of the evidence lower bound of each sequence, in nats."""
        past = self.past(batch)
        posterior = self.posterior(past, batch)
        logits = self.decode(past, posterior.rsample())
        kl = kl_divergence(posterior, self.prior(past)).sum(-1)
        nll = self.likelihood.nll(logits, batch.x)
        return Losses(masked_sum(nll, batch.mask), masked_sum(kl, batch.mask), logits)

    @torch.no_grad()
    def nll(self, batch: SequenceBatch, samples: int) -> Tensor:
        """`-log p(x_t | x_<t)` by importance weighting; Burda et al., ICLR 2016. `[B, T]`.

        On average an upper bound, which gets tighter with more samples.
        """
        past = self.past(batch)
        prior, posterior = self.prior(past), self.posterior(past, batch)
        weights = []
        for _ in range(samples):
            z = posterior.rsample()
            ratio = _log_prob(prior, z) - _log_prob(posterior, z)
            weights.append(ratio - self.likelihood.nll(self.decode(past, z), batch.x))
        return math.log(samples) - torch.stack(weights).logsumexp(0)


def _two_layers(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


def _normal(parameters: Tensor) -> Normal:
    mu, log_var = parameters.float().chunk(2, dim=-1)
    return Normal(mu, torch.exp(0.5 * log_var), validate_args=False)


def _log_prob(normal: Normal, z: Tensor) -> Tensor:
    log_prob: Tensor = normal.log_prob(z)  # type: ignore[no-untyped-call]  # torch has no types here
    return log_prob.sum(-1)
