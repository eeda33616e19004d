"""Random numbers for a net whose batch is split over several processes."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Noise(NamedTuple):
    """Random numbers for the rows of a batch that this process holds.

    Each process draws for the whole batch and takes its own rows. From one seed all processes
    draw the same numbers, so the noise of a sequence does not depend on which process holds it.

    Attributes:
        of: number of sequences in the whole batch; None if this process holds all of them.
        rows: the rows that this process holds.

    >>> import torch
    >>> draw = lambda noise, rows: (torch.manual_seed(0), noise.normal(torch.empty(rows, 2)))[1]
    >>> bool((draw(Noise(), 5)[3:] == draw(Noise(5, slice(3, 5)), 2)).all())
    True
    """

    batch_size: int | None = None
    rows: slice = slice(None)

    def normal(self, like: Tensor) -> Tensor:
        """Sample from `N(0, I)` in the shape of `like`, whose first axis is the batch."""
        shape = (self.batch_size or len(like), *like.shape[1:])
        return torch.randn(shape, dtype=like.dtype, device=like.device)[self.rows]

    def uniform(self, like: Tensor) -> Tensor:
        """Sample uniformly from 0 to 1 in the shape of `like`, whose first axis is the batch."""
        shape = (self.batch_size or len(like), *like.shape[1:])
        return torch.rand(shape, dtype=like.dtype, device=like.device)[self.rows]


FULL_BATCH = Noise()
"""Noise for a batch that is held whole."""
