"""Losses: named terms in nats, and their total."""

from __future__ import annotations

import math

import torch

from musicvae.nets import Losses, SequenceBatch
from musicvae.nets.losses import masked_sum

from .nets import fresh, plain
from .sequences import CHANNELS, one_hot_batch

TERMS = Losses(torch.tensor([10.0, 20.0]), torch.tensor([2.0, 6.0]), torch.zeros(2, 1, 1))


def test_at_beta_1_the_total_is_the_negative_lower_bound() -> None:
    """Reconstruction plus KL, averaged over the batch."""
    assert TERMS.total().item() == (12 + 26) / 2


def test_free_nats_cost_nothing() -> None:
    """They apply to each window: a KL below them does not offset a KL above them in another."""
    assert TERMS.total(beta=0.5, free_nats=4).item() == (10 + 20 + 0.5 * 2) / 2
    assert TERMS.total(beta=7, free_nats=6).item() == 15


def test_free_nats_give_no_gradient() -> None:
    """Training does not push the KL below them."""
    kl = torch.tensor([2.0, 6.0], requires_grad=True)
    Losses(torch.zeros(2), kl, torch.zeros(2, 1, 1)).total(0.5, free_nats=4).backward()
    assert kl.grad is not None
    assert kl.grad.tolist() == [0, 0.25]


def test_padding_is_not_summed() -> None:
    """Only steps within the length of a sequence are summed."""
    batch = one_hot_batch((3, 1))
    assert masked_sum(torch.ones(2, 7), batch.mask).tolist() == [3, 1]


def test_a_uniform_prediction_costs_log_c_per_step() -> None:
    """Logits of zero are the uniform distribution over the classes."""
    net = fresh("lstm")
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.zero_()
    losses = net.losses(one_hot_batch((7, 3)))
    expected = math.log(CHANNELS) * torch.tensor([7.0, 3.0])
    torch.testing.assert_close(losses.reconstruction.detach(), expected)


def test_the_bound_lies_below_the_likelihood() -> None:
    """-ELBO at beta 1 is no less than the importance-weighted estimate of -log p(x)."""
    torch.manual_seed(0)
    net, single = plain(), one_hot_batch((7,))
    x, condition, lengths = (tensor.expand(2000, *tensor.shape[1:]) for tensor in single[:3])
    copies = SequenceBatch(x, condition, lengths)
    with torch.no_grad():
        q = net.posterior(copies)
        z = q.sample()
        nll = masked_sum(net.likelihood.nll(net.decode(z, copies), copies.x), copies.mask)
        log_q = torch.distributions.Normal(q.mu, (q.log_var / 2).exp()).log_prob(z).sum(-1)
        log_p = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(-1)
        estimate = -(log_p - log_q - nll).logsumexp(0) + math.log(len(z))
        bound = net.losses(copies).total()
    assert bound >= estimate - 1e-3
