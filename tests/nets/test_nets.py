"""What holds for every net: padding, gradients, and learning by heart."""

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
    SequenceBatch,
    SequenceVAE,
)
from musicvae.nets.encoders import SequenceEncoder

from .nets import NETS, fresh, plain
from .sequences import CHANNELS, CONDITION, STEPS, one_hot_batch, with_garbage

EVERY_NET = pytest.mark.parametrize("name", NETS)


@EVERY_NET
def test_padding_changes_nothing(name: str) -> None:
    """Garbage where padding stood gives the same losses, to the last bit of chance."""
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
    """A batch is judged alike however far it is padded."""
    net = fresh(name).eval()
    long = one_hot_batch((4, 3, 2))
    short = SequenceBatch(long.x[:, :4], long.condition[:, :4], long.lengths)
    torch.manual_seed(7)
    expected = net.losses(short)
    torch.manual_seed(7)
    found = net.losses(long)
    torch.testing.assert_close(found.reconstruction, expected.reconstruction)
    torch.testing.assert_close(found.kl, expected.kl)


@EVERY_NET
def test_gradients_reach_every_parameter(name: str) -> None:
    """None is left out of the loss."""
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
    """A net of a few hundred numbers tells them apart; most steps come back right."""
    net, batch = fresh(name), one_hot_batch((7,) * 8)
    if isinstance(net, LanguageModel):  # a first step that nothing announces cannot be learned
        known = batch.condition.clone()
        known[:, 0, 0] = torch.arange(8.0)
        batch = batch._replace(condition=known)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(400):
        optimizer.zero_grad()
        losses = net.losses(batch)
        losses.total(beta=0.01).backward()
        optimizer.step()
    with torch.no_grad():
        losses = net.losses(batch)
        right = net.likelihood.right(losses.logits, batch.x).float().mean()
    assert right > 0.9


def test_a_next_step_net_has_not_heard_the_step_it_predicts() -> None:
    """The logits of step t depend on steps 0 to t - 1 and on no other."""
    net, batch = fresh("lstm"), one_hot_batch((7,))
    x = batch.x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(net(batch._replace(x=x))[0, 4].sum(), x)
    assert gradient[0, :4].any(dim=-1).all()
    assert not gradient[0, 4:].any()


@pytest.mark.parametrize(
    ("likelihood", "heard"),
    [(Bernoulli(), [0, 1, 2]), (Categorical((2, CHANNELS - 2)), [0, 1])],
)
def test_in_a_chain_what_sounds_together_hears_what_stands_before_it(
    likelihood: Likelihood, heard: list[int]
) -> None:
    """Channels one by one, or classes part after part; fresh weights say nothing."""
    torch.manual_seed(0)
    net = LanguageModel(LSTM(CHANNELS + CONDITION, 8), CHANNELS, likelihood, chain=True)
    assert net.chain is not None
    batch = one_hot_batch((7,))
    x = batch.x.clone().requires_grad_()

    def heard_by_channel_3() -> list[int]:
        (gradient,) = torch.autograd.grad(net(batch._replace(x=x))[0, 4, 3], x)
        assert gradient[0, :4].any(dim=-1).all()
        assert not gradient[0, 5:].any()
        return gradient[0, 4].nonzero().flatten().tolist()

    assert heard_by_channel_3() == []
    torch.nn.init.ones_(net.chain.weight)
    assert heard_by_channel_3() == heard


def test_a_sequence_vae_is_a_vae() -> None:
    """It inherits posterior, encode and losses; only encoder and decoder are its own."""
    net = plain()
    assert isinstance(net, VAE)
    inherited = ("posterior", "encode", "decode", "forward", "losses")
    assert all(getattr(SequenceVAE, name) is getattr(VAE, name) for name in inherited)


def test_the_mean_of_the_posterior_is_the_code() -> None:
    """Encoding a VAE's batch leaves chance out."""
    net, batch = plain(), one_hot_batch()
    assert torch.equal(net.encode(batch), net.posterior(batch).mu)
    assert torch.equal(net.encode(batch), net.encode(batch))


@pytest.mark.parametrize("notes", [0, 2])
def test_the_encoder_sums_up_states_and_notes(notes: int) -> None:
    """`[B, 2H + T * notes]`; the notes of padding are zeros."""
    torch.manual_seed(0)
    encoder = SequenceEncoder(CHANNELS, CONDITION, 6, step_features=notes, steps=STEPS)
    summary = encoder(one_hot_batch((7, 3)))
    assert summary.shape == (2, encoder.width) == (2, 12 + STEPS * notes)
    assert not summary[1, 12 + 3 * notes :].any()


def test_previous_is_one_step_later() -> None:
    """Nothing stands before the first."""
    batch = one_hot_batch((7, 7))
    assert not batch.previous[:, 0].any()
    assert torch.equal(batch.previous[:, 1:], batch.x[:, :-1])
