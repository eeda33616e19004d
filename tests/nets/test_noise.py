"""Noise: the noise of a sequence does not depend on which process holds it."""

from __future__ import annotations

import pytest
import torch

from musicvae.nets import VAE, Losses, Noise, SequenceBatch

from .nets import Net, autoregressive, dense
from .sequences import one_hot_batch


def part(batch: SequenceBatch, rows: slice) -> SequenceBatch:
    """Some rows of a batch, with the noise they have in the whole batch."""
    x, condition, lengths = (tensor[rows] for tensor in batch[:3])
    return SequenceBatch(x, condition, lengths, Noise(len(batch.x), rows))


@pytest.mark.parametrize("net", [dense(VAE), autoregressive(step_dropout=0.5)], ids=type)
def test_the_losses_of_a_part_are_those_of_the_whole(net: Net) -> None:
    """For every sequence, from one seed, in training with step dropout."""
    batch = one_hot_batch((7, 7, 7, 7, 7))

    def losses(sequences: SequenceBatch) -> Losses:
        torch.manual_seed(3)
        return net.losses(sequences)

    whole = losses(batch)
    for rows in (slice(0, 2), slice(2, 5), slice(4, 5)):
        of_part = losses(part(batch, rows))
        torch.testing.assert_close(of_part.reconstruction, whole.reconstruction[rows])
        torch.testing.assert_close(of_part.kl, whole.kl[rows])


def test_noise_for_the_whole_batch_is_what_torch_draws() -> None:
    """Normal and uniform, in the shape and precision of the given tensor."""
    like = torch.empty(3, 2)
    torch.manual_seed(0)
    normal, uniform = Noise().normal(like), Noise().uniform(like)
    torch.manual_seed(0)
    assert torch.equal(normal, torch.randn(3, 2))
    assert torch.equal(uniform, torch.rand(3, 2))
