"""Random batches of sequences for nets."""

from __future__ import annotations

import torch

from musicvae.nets import SequenceBatch

CHANNELS, CONDITION, STEPS = 5, 3, 7


def one_hot_batch(
    lengths: tuple[int, ...] = (7, 3, 5, 1), seed: int = 0, steps: int = STEPS
) -> SequenceBatch:
    """Random classes with a random condition and lags of 1 to 4 steps; zeros on padding."""
    generator = torch.Generator().manual_seed(seed)
    shape = (len(lengths), steps)
    x = torch.eye(CHANNELS)[torch.randint(CHANNELS, shape, generator=generator)]
    condition = torch.randn(*shape, CONDITION, generator=generator)
    batch = SequenceBatch(x, condition, torch.tensor(lengths))
    real = batch.mask[..., None]
    first_lag = torch.arange(len(lengths)) % 2 + 1
    lags = torch.stack([first_lag, 2 * first_lag], dim=1)
    return SequenceBatch(x * real, condition * real, batch.lengths, lags=lags)


def with_garbage(batch: SequenceBatch, seed: int = 1) -> SequenceBatch:
    """The same batch with random values on padding."""
    generator = torch.Generator().manual_seed(seed)
    padding = ~batch.mask[..., None]
    condition = 9 * torch.randn(batch.condition.shape, generator=generator)
    x = torch.eye(CHANNELS)[torch.randint(CHANNELS, batch.x.shape[:2], generator=generator)]
    return batch._replace(
        x=torch.where(padding, x, batch.x),
        condition=torch.where(padding, condition, batch.condition),
    )
