"""Batches for nets that have never heard of music."""

from __future__ import annotations

import torch

from musicvae.nets import SequenceBatch

CHANNELS, CONDITION, STEPS = 5, 3, 7


def one_hot_batch(
    lengths: tuple[int, ...] = (7, 3, 5, 1), seed: int = 0, steps: int = STEPS
) -> SequenceBatch:
    """Random classes with a condition; zeros on padding."""
    draw = torch.Generator().manual_seed(seed)
    shape = (len(lengths), steps)
    x = torch.eye(CHANNELS)[torch.randint(CHANNELS, shape, generator=draw)]
    condition = torch.randn(*shape, CONDITION, generator=draw)
    batch = SequenceBatch(x, condition, torch.tensor(lengths))
    real = batch.mask[..., None]
    return SequenceBatch(x * real, condition * real, batch.lengths)


def with_garbage(batch: SequenceBatch, seed: int = 1) -> SequenceBatch:
    """The same batch with noise where padding stood."""
    draw = torch.Generator().manual_seed(seed)
    padding = ~batch.mask[..., None]
    noise = 9 * torch.randn(batch.condition.shape, generator=draw)
    wrong = torch.eye(CHANNELS)[torch.randint(CHANNELS, batch.x.shape[:2], generator=draw)]
    return SequenceBatch(
        torch.where(padding, wrong, batch.x),
        torch.where(padding, noise, batch.condition),
        batch.lengths,
    )
