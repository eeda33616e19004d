"""Hierarchical nets: segments side by side, and nothing handed on between them."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from musicvae.nets import (
    AutoregressiveDecoder,
    Categorical,
    HierarchicalDecoder,
    HierarchicalEncoder,
    Noise,
    SequenceBatch,
    SequenceEncoder,
    SequenceVAE,
)
from musicvae.nets.hierarchical import join_segments, split_segments

from .sequences import CHANNELS, CONDITION, one_hot_batch, with_garbage

STEPS, SEGMENTS, LATENT = 12, 3, 4


def a_batch(lengths: tuple[int, ...] = (12, 6, 9, 3)) -> SequenceBatch:
    """Sequences that fall into three segments each."""
    return one_hot_batch(lengths, steps=STEPS)


def a_net() -> SequenceVAE:
    """Three segments of up to four steps."""
    torch.manual_seed(0)
    each = STEPS // SEGMENTS
    steps = SequenceEncoder(CHANNELS, CONDITION, 6, step_features=2, steps=each)
    encoder = HierarchicalEncoder(steps, SEGMENTS, hidden=8, step_features=3)
    core = AutoregressiveDecoder(
        8 + 3, CHANNELS, CONDITION, 7, layers=2, step_conditioning=3, steps=each
    )
    decoder = HierarchicalDecoder(LATENT, core, SEGMENTS, hidden=8, step_conditioning=3)
    return SequenceVAE(encoder, decoder, LATENT, Categorical((CHANNELS,)))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5))
def test_segments_end_to_end_are_the_sequence(sizes: list[int]) -> None:
    """Of sequences of any lengths; padding alone may differ."""
    batch = a_batch(tuple(SEGMENTS * size for size in sizes))
    apart = split_segments(batch, SEGMENTS)
    assert apart.lengths.tolist() == [size for size in sizes for _ in range(SEGMENTS)]
    back = join_segments(apart.x, batch.lengths, SEGMENTS, STEPS)
    assert torch.equal(back * batch.mask[..., None], batch.x)
    assert torch.equal(apart.x[1, : sizes[0]], batch.x[0, sizes[0] : 2 * sizes[0]])


@pytest.mark.parametrize("length", [1, 11])
def test_what_does_not_fall_into_equal_segments_is_refused(length: int) -> None:
    """As one sentence, by encoder and decoder alike; it is not read without its last steps."""
    net, batch = a_net(), a_batch((12, length))
    for read in (net.encode, lambda batch: net.decode(torch.zeros(2, LATENT), batch)):
        with pytest.raises(ValueError, match="a multiple of 3, the number of segments"):
            read(batch)


def test_a_share_of_a_batch_draws_what_the_whole_batch_draws() -> None:
    """Rows 1 and 2 of four, in segments, meet the same noise as among all."""
    whole, part = a_batch(), a_batch()._replace(noise=Noise(4, slice(1, 3)))
    part = part._replace(x=part.x[1:3], condition=part.condition[1:3], lengths=part.lengths[1:3])
    drawn = []
    for batch in (whole, part):
        torch.manual_seed(0)
        apart = split_segments(batch, SEGMENTS)
        drawn.append(apart.noise.uniform(torch.zeros(len(apart.lengths), 4)))
    assert torch.equal(drawn[0][SEGMENTS : 3 * SEGMENTS], drawn[1])


def test_padding_changes_nothing() -> None:
    """Garbage where padding stood gives the same losses."""
    net, batch = a_net().eval(), a_batch()
    found = []
    for each in (batch, with_garbage(batch)):
        torch.manual_seed(7)
        found.append(net.losses(each))
    torch.testing.assert_close(found[0].reconstruction, found[1].reconstruction)
    torch.testing.assert_close(found[0].kl, found[1].kl)


def test_gradients_reach_every_parameter() -> None:
    """Of both encoders, the conductor and its core."""
    net = a_net()
    net.losses(a_batch()).total().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.any(), name


@pytest.mark.parametrize("step", [1, 4, 7, 11])
def test_a_step_hears_z_and_the_steps_before_it_in_its_segment(step: int) -> None:
    """No earlier segment, and nothing later."""
    net, batch = a_net(), a_batch((12,))
    x = batch.x.clone().requires_grad_()
    z = torch.randn(1, LATENT, requires_grad=True)
    logits = net.decode(z, batch._replace(x=x))
    of_x, of_z = torch.autograd.grad(logits[0, step].sum(), (x, z), allow_unused=True)
    heard = of_x[0].any(dim=-1).tolist()
    assert heard == [step // 4 * 4 <= t < step for t in range(STEPS)]
    assert of_z.any()


def test_it_learns_sequences_by_heart() -> None:
    """Through z alone: each segment knows its own from what the conductor says."""
    net, batch = a_net(), a_batch((12, 12, 12, 12))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(150):
        optimizer.zero_grad()
        loss = net.losses(batch).total(beta=0.001)
        loss.backward()
        optimizer.step()
    right = net.likelihood.right(net.decode(net.encode(batch), batch), batch.x)
    assert right.float().mean() > 0.95
