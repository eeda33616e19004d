"""Encoders: a batch of sequences to one vector each."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .batch import SequenceBatch
from .lstm import LSTM


class SequenceEncoder(nn.Module):
    """A bidirectional LSTM over the steps, summed up in one vector.

    The summary is the two final states, as published, and beside them a short
    note taken at every step: gradients reach each step directly, and `z` learns
    what stands where long before the states learn to carry it to the ends.

    Args:
        channels: C, the width of a step.
        condition: K.
        hidden: width of each direction.
        notes: width of the note taken at each step; 0 for the final states alone.
        steps: the longest sequence.

    Shape:
        - Input: `Sequences`
        - Output: `[B, 2 * hidden + steps * notes]`

    >>> batch = SequenceBatch(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> SequenceEncoder(3, 1, hidden=16, step_features=2, steps=8)(batch).shape
    torch.Size([2, 48])
    """

    def __init__(
        self, channels: int, condition: int, hidden: int, *, step_features: int = 0, steps: int = 64
    ) -> None:
        super().__init__()
        self.steps = steps
        self.recurrent = LSTM(channels + condition, hidden, bidirectional=True)
        self.to_note = nn.Linear(2 * hidden, step_features) if step_features else None
        self.width = 2 * hidden + steps * step_features

    def forward(self, batch: SequenceBatch) -> Tensor:
        seen = torch.cat([batch.x, batch.condition], dim=-1)
        out = self.recurrent(seen, batch.lengths)  # [B, T, 2H]
        forward, backward = out.chunk(2, dim=-1)
        rows = torch.arange(len(out), device=out.device)
        ends = [forward[rows, batch.lengths - 1], backward[:, 0]]
        if self.to_note is None:
            return torch.cat(ends, dim=-1)
        notes = self.to_note(out) * batch.mask[..., None]
        notes = F.pad(notes, (0, 0, 0, self.steps - notes.shape[1]))
        return torch.cat([*ends, notes.flatten(1)], dim=-1)


class DenseEncoder(nn.Module):
    """A padded window, flattened, to one vector.

    Shape:
        - Input: `Sequences` of at most `steps` steps
        - Output: `[B, hidden]`

    >>> batch = SequenceBatch(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> DenseEncoder(3, 1, steps=8, hidden=16)(batch).shape
    torch.Size([2, 16])
    """

    def __init__(self, channels: int, condition: int, steps: int, hidden: int) -> None:
        super().__init__()
        self.steps = steps
        self.width = hidden
        self.layers = nn.Sequential(
            nn.Linear(steps * (channels + condition), hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
        )

    def forward(self, batch: SequenceBatch) -> Tensor:
        seen = torch.cat([batch.x, batch.condition], dim=-1) * batch.mask[..., None]
        window = F.pad(seen, (0, 0, 0, self.steps - seen.shape[1]))
        out: Tensor = self.layers(window.flatten(1))
        return out
