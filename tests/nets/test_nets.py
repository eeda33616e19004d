"""Properties of every net: padding, gradients, and memorizing a batch."""

from __future__ import annotations

import pytest
import torch

from musicvae.nets import (
    LSTM,
    VAE,
    Bernoulli,
    Categorical,
    LanguageModel,
    Likelihood,
    SequenceVAE,
)
from musicvae.nets.encoders import SequenceEncoder

from .nets import NETS, fresh, plain
from .sequences import CHANNELS, CONDITION, STEPS, one_hot_batch, with_garbage

EVERY_NET = pytest.mark.parametrize("name", NETS)


@EVERY_NET
def test_padding_changes_nothing(name: str) -> None:
    """Random values on padding give the same losses, given the same noise."""
    net = fresh(name).eval()
    batch = one_hot_batch()
    torch.manual_seed(7)
    clean = net.losses(batch)
    torch.manual_seed(7)
    dirty = net.losses(with_garbage(batch))
    torch.testing.assert_close(clean.reconstruction, dirty.reconstruction)
    torch.testing.assert_close(clean.kl, dirty.kl)


@EVERY_NET
def test_more_padding_changes_nothing(name: str) -> None:
    """The losses of a batch do not depend on how far it is padded."""
    net = fresh(name).eval()
    long = one_hot_batch((4, 3, 2))
    short = long._replace(x=long.x[:, :4], condition=long.condition[:, :4])
    torch.manual_seed(7)
    expected = net.losses(short)
    torch.manual_seed(7)
    padded = net.losses(long)
    torch.testing.assert_close(padded.reconstruction, expected.reconstruction)
    torch.testing.assert_close(padded.kl, expected.kl)


@EVERY_NET
def test_gradients_reach_every_parameter(name: str) -> None:
    """The loss depends on every parameter."""
    net = fresh(name)
    net.losses(one_hot_batch()).total().backward()
    for parameter_name, parameter in net.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert parameter.grad.any(), parameter_name


@EVERY_NET
def test_logits_have_the_shape_of_the_steps(name: str) -> None:
    """`[B, T, C]`; a net without a posterior has a KL of zeros."""
    net, batch = fresh(name), one_hot_batch()
    assert net(batch).shape == batch.x.shape
    losses = net.losses(batch)
    assert losses.reconstruction.shape == losses.kl.shape == (4,)
    assert bool((losses.kl > 0).all()) == isinstance(net, VAE)


@pytest.mark.slow
@EVERY_NET
def test_eight_phrases_are_learned_by_heart(name: str) -> None:
    """A net with a few hundred weights predicts most steps right after at most 200 updates."""
    net, batch = fresh(name), one_hot_batch((7,) * 8)
    if isinstance(net, LanguageModel):  # only the condition can tell it the first step
        condition = batch.condition.clone()
        condition[:, 0, 0] = torch.arange(8.0)
        batch = batch._replace(condition=condition)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    right = 0.0
    for _ in range(200):
        optimizer.zero_grad()
        losses = net.losses(batch)
        right = float(net.likelihood.is_correct(losses.logits, batch.x).float().mean())
        if right > 0.9:
            break
        losses.total(beta=0.01).backward()
        optimizer.step()
    assert right > 0.9


@pytest.mark.parametrize("name", ["lstm", "lookback"])
def test_a_language_model_does_not_read_the_step_it_predicts(name: str) -> None:
    """The logits of step t depend on steps 0 to t - 1 and on no others."""
    net, batch = fresh(name), one_hot_batch((7,))
    x = batch.x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(net(batch._replace(x=x))[0, 4].sum(), x)
    assert gradient[0, :4].any(dim=-1).all()
    assert not gradient[0, 4:].any()


@pytest.mark.parametrize(
    ("likelihood", "earlier"),
    [(Bernoulli(), [0, 1, 2]), (Categorical((2, CHANNELS - 2)), [0, 1])],
)
def test_in_a_chain_a_channel_depends_on_earlier_channels_of_its_step(
    likelihood: Likelihood, earlier: list[int]
) -> None:
    """The order is by channel or by head; fresh weights have no effect."""
    torch.manual_seed(0)
    net = LanguageModel(LSTM(CHANNELS + CONDITION, 8), CHANNELS, likelihood, chain=True)
    assert net.chain is not None
    batch = one_hot_batch((7,))
    x = batch.x.clone().requires_grad_()

    def channels_that_channel_3_depends_on() -> list[int]:
        (gradient,) = torch.autograd.grad(net(batch._replace(x=x))[0, 4, 3], x)
        assert gradient[0, :4].any(dim=-1).all()
        assert not gradient[0, 5:].any()
        return gradient[0, 4].nonzero().flatten().tolist()

    assert channels_that_channel_3_depends_on() == []
    torch.nn.init.ones_(net.chain.weight)
    assert channels_that_channel_3_depends_on() == earlier


def test_a_sequence_vae_is_a_vae() -> None:
    """It inherits every method and differs in its encoder and decoder only."""
    net = plain()
    assert isinstance(net, VAE)
    inherited = ("posterior", "encode", "decode", "forward", "losses")
    assert all(getattr(SequenceVAE, name) is getattr(VAE, name) for name in inherited)


def test_a_vae_encodes_as_the_posterior_mean() -> None:
    """Encoding is not random."""
    net, batch = plain(), one_hot_batch()
    assert torch.equal(net.encode(batch), net.posterior(batch).mu)
    assert torch.equal(net.encode(batch), net.encode(batch))


@pytest.mark.parametrize("features", [0, 2])
def test_the_encoder_outputs_final_states_and_step_features(features: int) -> None:
    """`[B, 2H + T * features]`; the features of padding are zeros."""
    torch.manual_seed(0)
    encoder = SequenceEncoder(CHANNELS, CONDITION, 6, step_features=features, steps=STEPS)
    summary = encoder(one_hot_batch((7, 3)))
    assert summary.shape == (2, encoder.width) == (2, 12 + STEPS * features)
    assert not summary[1, 12 + 3 * features :].any()


def test_previous_holds_the_steps_shifted_by_one() -> None:
    """The first step has zeros before it."""
    batch = one_hot_batch((7, 7))
    assert not batch.previous[:, 0].any()
    assert torch.equal(batch.previous[:, 1:], batch.x[:, :-1])
