"""Hierarchical nets: splitting into segments, and no state passed between them."""

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
    """Sequences that can be split into three equal segments."""
    return one_hot_batch(lengths, steps=STEPS)


def a_net() -> SequenceVAE:
    """A net for three segments of up to four steps."""
    torch.manual_seed(0)
    segment_steps = STEPS // SEGMENTS
    steps = SequenceEncoder(CHANNELS, CONDITION, 6, step_features=2, steps=segment_steps)
    encoder = HierarchicalEncoder(steps, SEGMENTS, hidden=8, step_features=3)
    core = AutoregressiveDecoder(
        8 + 3, CHANNELS, CONDITION, 7, layers=2, step_conditioning=3, steps=segment_steps
    )
    decoder = HierarchicalDecoder(LATENT, core, SEGMENTS, hidden=8, step_conditioning=3)
    return SequenceVAE(encoder, decoder, LATENT, Categorical((CHANNELS,)))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5))
def test_joining_segments_reverses_splitting(sizes: list[int]) -> None:
    """Sequences of any lengths come back, except for their padding."""
    batch = a_batch(tuple(SEGMENTS * size for size in sizes))
    split = split_segments(batch, SEGMENTS)
    assert split.lengths.tolist() == [size for size in sizes for _ in range(SEGMENTS)]
    back = join_segments(split.x, batch.lengths, SEGMENTS, STEPS)
    assert torch.equal(back * batch.mask[..., None], batch.x)
    assert torch.equal(split.x[1, : sizes[0]], batch.x[0, sizes[0] : 2 * sizes[0]])


@pytest.mark.parametrize("length", [1, 11])
def test_a_length_that_is_no_multiple_of_the_segments_is_refused(length: int) -> None:
    """Encoder and decoder raise the same error; no steps are silently dropped."""
    net, batch = a_net(), a_batch((12, length))
    for read in (net.encode, lambda batch: net.decode(torch.zeros(2, LATENT), batch)):
        with pytest.raises(ValueError, match="a multiple of 3, the number of segments"):
            read(batch)


def test_a_share_of_a_batch_draws_the_same_noise_as_the_whole_batch() -> None:
    """Rows 1 and 2 of four, split into segments, have the noise they have in the whole batch."""
    whole, part = a_batch(), a_batch()._replace(noise=Noise(4, slice(1, 3)))
    part = part._replace(x=part.x[1:3], condition=part.condition[1:3], lengths=part.lengths[1:3])
    noise = []
    for batch in (whole, part):
        torch.manual_seed(0)
        split = split_segments(batch, SEGMENTS)
        noise.append(split.noise.uniform(torch.zeros(len(split.lengths), 4)))
    assert torch.equal(noise[0][SEGMENTS : 3 * SEGMENTS], noise[1])


def test_padding_changes_nothing() -> None:
    """Random values on padding give the same losses."""
    net, clean = a_net().eval(), a_batch()
    losses = []
    for batch in (clean, with_garbage(clean)):
        torch.manual_seed(7)
        losses.append(net.losses(batch))
    torch.testing.assert_close(losses[0].reconstruction, losses[1].reconstruction)
    torch.testing.assert_close(losses[0].kl, losses[1].kl)


def test_gradients_reach_every_parameter() -> None:
    """Both encoders, the conductor and its core are trained."""
    net = a_net()
    net.losses(a_batch()).total().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.any(), name


@pytest.mark.parametrize("step", [1, 4, 7, 11])
def test_a_step_depends_on_z_and_the_steps_before_it_in_its_segment(step: int) -> None:
    """Its logits do not depend on earlier segments or later steps."""
    net, batch = a_net(), a_batch((12,))
    x = batch.x.clone().requires_grad_()
    z = torch.randn(1, LATENT, requires_grad=True)
    logits = net.decode(z, batch._replace(x=x))
    of_x, of_z = torch.autograd.grad(logits[0, step].sum(), (x, z), allow_unused=True)
    depends_on = of_x[0].any(dim=-1).tolist()
    assert depends_on == [step // 4 * 4 <= t < step for t in range(STEPS)]
    assert of_z.any()


@pytest.mark.slow
def test_it_learns_sequences_by_heart() -> None:
    """All information passes through z, and from the conductor to each segment."""
    net, batch = a_net(), a_batch((12, 12, 12, 12))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(150):
        optimizer.zero_grad()
        loss = net.losses(batch).total(beta=0.001)
        loss.backward()
        optimizer.step()
    right = net.likelihood.is_correct(net.decode(net.encode(batch), batch), batch.x)
    assert right.float().mean() > 0.95
