"""Stepwise VAE: properties of the bound, and joint sampling of channels."""

from __future__ import annotations

import math

import torch

from musicvae.nets import LSTM, Bernoulli, SequenceBatch
from scripts.stepwise_vae import StepwiseVAE

from ..nets.sequences import CHANNELS, CONDITION, one_hot_batch


def small(channels: int = CHANNELS, condition: int = CONDITION) -> StepwiseVAE:
    """A small net with weights drawn from one seed."""
    torch.manual_seed(0)
    return StepwiseVAE(LSTM(channels + condition, 8), channels, 16, 3, Bernoulli())


def pairs(batch: int, steps: int) -> SequenceBatch:
    """Two channels that are always equal: one random bit per step."""
    x = torch.randint(2, (batch, steps, 1)).float().expand(-1, -1, 2)
    return SequenceBatch(x, torch.zeros(batch, steps, 0), torch.full((batch,), steps))


def test_gradients_reach_every_parameter() -> None:
    """Losses have one number per sequence, and the KL is positive."""
    net, batch = small(), one_hot_batch((7, 3))
    losses = net.losses(batch)
    assert losses.reconstruction.shape == losses.kl.shape == (2,)
    assert losses.logits.shape == net(batch).shape == batch.x.shape
    assert bool((losses.kl > 0).all())
    torch.autograd.backward(losses.total())
    assert all(p.grad is not None and p.grad.any() for p in net.parameters())


def test_a_step_is_predicted_from_those_before_it() -> None:
    """Its NLL does not depend on later steps."""
    net, batch = small(), one_hot_batch((7,))
    changed = batch.x.clone()
    changed[:, 4:] = changed[:, 4:].flip(-1)
    nlls = []
    for x in (batch.x, changed):
        torch.manual_seed(1)
        nlls.append(net.nll(batch._replace(x=x), samples=3))
    torch.testing.assert_close(nlls[0][:, :4], nlls[1][:, :4])
    assert not torch.allclose(nlls[0][:, 4:], nlls[1][:, 4:])


def test_more_samples_tighten_the_bound() -> None:
    """On average the bound from one sample is above that from many; Burda et al., theorem 1."""
    net, batch = small(), one_hot_batch((7,) * 1000)
    torch.manual_seed(1)
    losses = net.losses(batch)
    one, many = (net.nll(batch, samples).sum(1).mean() for samples in (1, 50))
    assert many < one
    torch.testing.assert_close(one, losses.total().detach(), atol=0.2, rtol=0)


@torch.no_grad()
def test_with_an_unused_latent_the_bound_is_exact() -> None:
    """With posterior = prior and a decoder that ignores z, for any number of samples."""
    net, batch = small(), one_hot_batch((7, 7))
    for parameter in (*net.to_prior.parameters(), *net.to_posterior.parameters()):
        parameter.zero_()
    first_layer, *_ = net.decoder.parameters()
    first_layer[:, net.recurrent.width :] = 0
    logits = net.decode(net.past(batch), torch.zeros(2, 7, 3))
    for samples in (1, 5):
        torch.testing.assert_close(net.nll(batch, samples), Bernoulli().nll(logits, batch.x))


def test_dependent_channels_are_learned_jointly() -> None:
    """Two independent channels cost 2 ln 2 for one bit; with a latent little more than ln 2."""
    net = small(channels=2, condition=0)
    torch.manual_seed(2)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(250):
        optimizer.zero_grad()
        torch.autograd.backward(net.losses(pairs(16, 8)).total())
        optimizer.step()
    assert net.nll(pairs(64, 8), samples=50).mean() < 1.2 * math.log(2)
