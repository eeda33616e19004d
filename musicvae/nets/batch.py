"""A padded batch of sequences: the input of every net in this package.

Letters used in all docstrings: B batch, T steps, C channels, K condition
channels, H hidden, Z latent.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .noise import FULL_BATCH, Noise


class SequenceBatch(NamedTuple):
    """Steps, the condition of each step, and the length of each sequence.

    A net draws its random numbers in training from `noise`. Only `Lookback` reads the lags.

    Shape:
        - x: `[B, T, C]`, one-hot or multi-hot, float
        - condition: `[B, T, K]`, float
        - lengths: `[B]`, int64; steps from this index on are padding
        - lags: `[B, L]`, int64, in steps

    >>> batch = SequenceBatch(torch.zeros(2, 4, 3), torch.zeros(2, 4, 1), torch.tensor([4, 2]))
    >>> batch.mask.long().tolist()
    [[1, 1, 1, 1], [1, 1, 0, 0]]
    """

    x: Tensor
    condition: Tensor
    lengths: Tensor
    noise: Noise = FULL_BATCH
    lags: Tensor | None = None

    @property
    def mask(self) -> Tensor:
        """True for a real step, False for padding. Output `[B, T]`, bool."""
        steps = torch.arange(self.x.shape[1], device=self.lengths.device)
        return steps < self.lengths[:, None]

    @property
    def previous(self) -> Tensor:
        """The step before each step; zeros before the first one. Output `[B, T, C]`."""
        return torch.cat([torch.zeros_like(self.x[:, :1]), self.x[:, :-1]], dim=1)
