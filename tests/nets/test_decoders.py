"""Decoders: what z says, what the previous step says, and free running."""

from __future__ import annotations

import torch

from musicvae.nets import VAE, AutoregressiveDecoder, SequenceVAE

from .nets import LATENT, autoregressive, dense, plain
from .sequences import CHANNELS, one_hot_batch


def make(step_dropout: float = 0.0) -> tuple[SequenceVAE, AutoregressiveDecoder]:
    """A net and its decoder."""
    torch.manual_seed(0)
    net = autoregressive(step_dropout)
    assert isinstance(net.decoder, AutoregressiveDecoder)
    return net, net.decoder


def test_free_running_is_teacher_forcing_by_itself() -> None:
    """Fed back as the truth, its own steps are the most probable ones at every step."""
    net, decoder = make()
    batch, z = one_hot_batch((7, 7, 7)), torch.randn(3, LATENT)
    drawn = decoder.free_run(z, batch.condition, net.likelihood, temperature=0.0)
    assert torch.equal(net.likelihood.mode(decoder(z, batch._replace(x=drawn))), drawn)


def test_free_running_draws_from_the_distribution_of_each_step() -> None:
    """First steps of 20,000 runs from one z, counted."""
    net, decoder = make()
    torch.manual_seed(0)
    batch, z = one_hot_batch((7,)), torch.randn(1, LATENT)
    expected = (decoder(z, batch)[0, 0] / 0.7).softmax(-1)
    many = batch.condition[:, :1].expand(20_000, -1, -1)
    drawn = decoder.free_run(z.expand(20_000, -1), many, net.likelihood, temperature=0.7)
    assert drawn.shape == (20_000, 1, CHANNELS)
    torch.testing.assert_close(drawn[:, 0].mean(0), expected.detach(), atol=0.015, rtol=0)


def test_an_autoregressive_decoder_hears_the_past_and_no_more() -> None:
    """The logits of step t depend on steps 0 to t - 1."""
    _, decoder = make()
    batch = one_hot_batch((7,))
    x = batch.x.clone().requires_grad_()
    logits = decoder(torch.randn(1, LATENT), batch._replace(x=x))
    (gradient,) = torch.autograd.grad(logits[0, 4].sum(), x)
    assert gradient[0, :4].any(dim=-1).all()
    assert not gradient[0, 4:].any()


def test_a_plain_decoder_hears_only_z_and_condition() -> None:
    """Other steps, the same logits; so with a dense one."""
    for decoder in (plain().decoder, dense(VAE).decoder):
        z, batch = torch.randn(2, LATENT), one_hot_batch((7, 3))
        other = batch._replace(x=batch.x.roll(1, dims=-1))
        assert torch.equal(decoder(z, batch), decoder(z, other))


def test_every_step_hears_z() -> None:
    """By the plan and by the first state."""
    _, decoder = make()
    z = torch.randn(1, LATENT, requires_grad=True)
    logits = decoder(z, one_hot_batch((7,)))
    for now in logits[0]:
        (gradient,) = torch.autograd.grad(now.sum(), z, retain_graph=True)
        assert gradient.any()


def test_hidden_steps_are_hidden_in_training_only() -> None:
    """With all of them hidden the past says nothing; in evaluation it does."""
    _, decoder = make(step_dropout=1.0)
    z, batch = torch.randn(2, LATENT), one_hot_batch((7, 7))
    other = batch._replace(x=batch.x.roll(1, dims=-1))
    assert torch.equal(decoder(z, batch), decoder(z, other))
    decoder.eval()
    assert not torch.allclose(decoder(z, batch), decoder(z, other))


def test_the_first_state_is_bounded() -> None:
    """It passes through tanh, one pair for each layer."""
    _, decoder = make()
    hidden, cell = decoder.first_state(100 * torch.randn(3, LATENT))
    assert hidden.shape == cell.shape == (2, 3, 8)
    assert max(hidden.abs().max(), cell.abs().max()) <= 1
