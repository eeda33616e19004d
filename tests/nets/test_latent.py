"""The latent variable, compared with theory and with torch.distributions."""

from __future__ import annotations

import torch
from torch.distributions import Normal, kl_divergence

from musicvae.nets import Posterior, reparameterize


def some_posterior(rows: int = 6, units: int = 9) -> Posterior:
    """Random means and variances, unlike those of the prior."""
    generator = torch.Generator().manual_seed(0)
    mu = torch.randn(rows, units, generator=generator)
    return Posterior(mu, torch.randn(rows, units, generator=generator))


def test_the_prior_costs_nothing() -> None:
    """KL(N(0, I) || N(0, I)) is 0; any other posterior has a positive KL in every unit."""
    prior = Posterior(torch.zeros(3, 4), torch.zeros(3, 4))
    assert not prior.kl().any()
    assert (some_posterior().kl_per_unit() > 0).all()


def test_kl_agrees_with_torch_distributions() -> None:
    """The KL of each unit, and their sum."""
    q = some_posterior()
    expected = kl_divergence(Normal(q.mu, (q.log_var / 2).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(q.kl_per_unit(), expected)
    torch.testing.assert_close(q.kl(), expected.sum(-1))


def test_kl_is_the_mean_log_ratio() -> None:
    """E_q[log q(z) - log p(z)], estimated from 20,000 samples."""
    torch.manual_seed(0)
    q = Posterior(torch.tensor([[1.0, -0.5]]), torch.tensor([[-1.0, 0.3]]))
    many = Posterior(q.mu.expand(20_000, -1), q.log_var.expand(20_000, -1))
    z = many.sample()
    ratio = Normal(q.mu, (q.log_var / 2).exp()).log_prob(z) - Normal(0.0, 1.0).log_prob(z)
    torch.testing.assert_close(ratio.sum(-1).mean(), q.kl()[0], atol=0.05, rtol=0)


def test_samples_have_the_mean_and_variance_of_the_posterior() -> None:
    """Estimated from 20,000 samples."""
    torch.manual_seed(0)
    mu, log_var = torch.tensor([2.0, -1.0]), torch.tensor([0.0, -2.0])
    z = reparameterize(mu.expand(20_000, 2), log_var.expand(20_000, 2))
    torch.testing.assert_close(z.mean(0), mu, atol=0.03, rtol=0)
    torch.testing.assert_close(z.var(0), log_var.exp(), atol=0.03, rtol=0)


def test_a_sample_has_a_gradient() -> None:
    """z = mu + sigma * eps: dz/dmu is 1, and dz/dlog_var is sigma * eps / 2."""
    torch.manual_seed(0)
    mu = torch.zeros(4, requires_grad=True)
    log_var = torch.full((4,), 0.4, requires_grad=True)
    z = reparameterize(mu, log_var)
    of_mu, of_log_var = torch.autograd.grad(z.sum(), [mu, log_var])
    assert (of_mu == 1).all()
    torch.testing.assert_close(of_log_var, z.detach() / 2)
