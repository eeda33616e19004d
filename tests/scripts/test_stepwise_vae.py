"""A latent for every step: what the bound promises, and what it is for."""

from __future__ import annotations

import math

import torch

from musicvae.nets import LSTM, Bernoulli, SequenceBatch
from scripts.stepwise_vae import StepwiseVAE

from ..nets.sequences import CHANNELS, CONDITION, one_hot_batch


def small(channels: int = CHANNELS, condition: int = CONDITION) -> StepwiseVAE:
    """Weights drawn from one seed."""
    torch.manual_seed(0)
    return StepwiseVAE(LSTM(channels + condition, 8), channels, 16, 3, Bernoulli())


def pairs(batch: int, steps: int) -> SequenceBatch:
    """Two channels that are tossed together: one bit a step."""
    x = torch.randint(2, (batch, steps, 1)).float().expand(-1, -1, 2)
    return SequenceBatch(x, torch.zeros(batch, steps, 0), torch.full((batch,), steps))


def test_gradients_reach_every_parameter_and_padding_none() -> None:
    """Losses of real steps only, each of its two terms positive."""
    net, batch = small(), one_hot_batch((7, 3))
    losses = net.losses(batch)
    assert losses.reconstruction.shape == losses.kl.shape == (2,)
    assert losses.logits.shape == net(batch).shape == batch.x.shape
    assert bool((losses.kl > 0).all())
    torch.autograd.backward(losses.total())
    assert all(p.grad is not None and p.grad.any() for p in net.parameters())


def test_a_step_is_predicted_from_those_before_it() -> None:
    """Its nats do not change with what comes later."""
    net, batch = small(), one_hot_batch((7,))
    later = batch.x.clone()
    later[:, 4:] = later[:, 4:].flip(-1)
    found = []
    for x in (batch.x, later):
        torch.manual_seed(1)
        found.append(net.nll(batch._replace(x=x), samples=3))
    torch.testing.assert_close(found[0][:, :4], found[1][:, :4])
    assert not torch.allclose(found[0][:, 4:], found[1][:, 4:])


def test_more_samples_tighten_the_bound() -> None:
    """On average the bound of one draw is above that of many; Burda et al., theorem 1."""
    net, batch = small(), one_hot_batch((7,) * 1000)
    torch.manual_seed(1)
    losses = net.losses(batch)
    one, many = (net.nll(batch, samples).sum(1).mean() for samples in (1, 50))
    assert many < one
    torch.testing.assert_close(one, losses.total().detach(), atol=0.2, rtol=0)


@torch.no_grad()
def test_a_latent_that_says_nothing_leaves_the_exact_likelihood() -> None:
    """With the posterior at the prior and a decoder deaf to z, any number of samples will do."""
    net, batch = small(), one_hot_batch((7, 7))
    for parameter in (*net.to_prior.parameters(), *net.to_posterior.parameters()):
        parameter.zero_()
    deaf, *_ = net.decoder.parameters()
    deaf[:, net.recurrent.width :] = 0
    logits = net.decode(net.past(batch), torch.zeros(2, 7, 3))
    for samples in (1, 5):
        torch.testing.assert_close(net.nll(batch, samples), Bernoulli().nll(logits, batch.x))


def test_what_sounds_together_is_learned_together() -> None:
    """Independent channels pay ln 2 each for one bit; with a latent it costs little over one."""
    net = small(channels=2, condition=0)
    torch.manual_seed(2)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(250):
        optimizer.zero_grad()
        torch.autograd.backward(net.losses(pairs(16, 8)).total())
        optimizer.step()
    assert net.nll(pairs(64, 8), samples=50).mean() < 1.2 * math.log(2)
