"""Noise: what a net draws at random, drawn for a whole batch of which some rows are here."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Noise(NamedTuple):
    """Draws for rows of a batch that several processes share.

    Each process draws for the whole batch and keeps its own rows, so from one seed
    all draw the same, and what a sequence meets does not depend on who holds it.

    Attributes:
        of: sequences in the whole batch; None where all of them are here.
        rows: which of them are here.

    >>> import torch
    >>> draw = lambda noise, rows: (torch.manual_seed(0), noise.normal(torch.empty(rows, 2)))[1]
    >>> bool((draw(Noise(), 5)[3:] == draw(Noise(5, slice(3, 5)), 2)).all())
    True
    """

    of: int | None = None
    rows: slice = slice(None)

    def normal(self, like: Tensor) -> Tensor:
        """`N(0, I)` in the shape of `like`, whose first axis is the batch."""
        shape = (self.of or len(like), *like.shape[1:])
        return torch.randn(shape, dtype=like.dtype, device=like.device)[self.rows]

    def uniform(self, like: Tensor) -> Tensor:
        """The same between 0 and 1."""
        shape = (self.of or len(like), *like.shape[1:])
        return torch.rand(shape, dtype=like.dtype, device=like.device)[self.rows]


FULL_BATCH = Noise()
"""Of a batch whose sequences are all here."""
