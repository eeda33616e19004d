"""Decoders: how logits depend on z and on previous steps, and free running."""

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


def test_free_running_agrees_with_teacher_forcing_on_its_own_steps() -> None:
    """With its own steps as the true ones, teacher forcing predicts the same steps."""
    net, decoder = make()
    batch, z = one_hot_batch((7, 7, 7)), torch.randn(3, LATENT)
    sampled = decoder.free_run(z, batch.condition, net.likelihood, temperature=0.0)
    assert torch.equal(net.likelihood.mode(decoder(z, batch._replace(x=sampled))), sampled)


def test_free_running_samples_from_the_distribution_of_each_step() -> None:
    """The first steps of 20,000 runs from one z have its frequencies."""
    net, decoder = make()
    torch.manual_seed(0)
    batch, z = one_hot_batch((7,)), torch.randn(1, LATENT)
    expected = (decoder(z, batch)[0, 0] / 0.7).softmax(-1)
    condition = batch.condition[:, :1].expand(20_000, -1, -1)
    sampled = decoder.free_run(z.expand(20_000, -1), condition, net.likelihood, temperature=0.7)
    assert sampled.shape == (20_000, 1, CHANNELS)
    torch.testing.assert_close(sampled[:, 0].mean(0), expected.detach(), atol=0.015, rtol=0)


def test_an_autoregressive_decoder_reads_previous_steps_only() -> None:
    """The logits of step t depend on steps 0 to t - 1."""
    _, decoder = make()
    batch = one_hot_batch((7,))
    x = batch.x.clone().requires_grad_()
    logits = decoder(torch.randn(1, LATENT), batch._replace(x=x))
    (gradient,) = torch.autograd.grad(logits[0, 4].sum(), x)
    assert gradient[0, :4].any(dim=-1).all()
    assert not gradient[0, 4:].any()


def test_a_plain_or_dense_decoder_reads_only_z_and_condition() -> None:
    """Its logits do not depend on the steps of the batch."""
    for decoder in (plain().decoder, dense(VAE).decoder):
        z, batch = torch.randn(2, LATENT), one_hot_batch((7, 3))
        other = batch._replace(x=batch.x.roll(1, dims=-1))
        assert torch.equal(decoder(z, batch), decoder(z, other))


def test_every_step_depends_on_z() -> None:
    """The logits of every step have a gradient with respect to z."""
    _, decoder = make()
    z = torch.randn(1, LATENT, requires_grad=True)
    logits = decoder(z, one_hot_batch((7,)))
    for step_logits in logits[0]:
        (gradient,) = torch.autograd.grad(step_logits.sum(), z, retain_graph=True)
        assert gradient.any()


def test_step_dropout_applies_in_training_only() -> None:
    """With all previous steps dropped, logits do not depend on them; in evaluation they do."""
    _, decoder = make(step_dropout=1.0)
    z, batch = torch.randn(2, LATENT), one_hot_batch((7, 7))
    other = batch._replace(x=batch.x.roll(1, dims=-1))
    assert torch.equal(decoder(z, batch), decoder(z, other))
    decoder.eval()
    assert not torch.allclose(decoder(z, batch), decoder(z, other))


def test_the_first_state_is_bounded() -> None:
    """It passes through tanh; each layer has a hidden and a cell state."""
    _, decoder = make()
    hidden, cell = decoder.first_state(100 * torch.randn(3, LATENT))
    assert hidden.shape == cell.shape == (2, 3, 8)
    assert max(hidden.abs().max(), cell.abs().max()) <= 1
