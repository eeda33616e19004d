"""Encoders: summarize each sequence of a batch in one vector."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .batch import SequenceBatch
from .lstm import LSTM


class SequenceEncoder(nn.Module):
    """A bidirectional LSTM over the steps, summarized in one vector.

    The summary is the two final states, as published, followed by a few features of every
    step, a linear map of the LSTM's output there. Through these, gradients reach each step
    directly, and `z` encodes the content of each step long before the states learn to carry
    it to the ends of the sequence.

    Args:
        channels: C, the width of a step.
        condition: K, the width of the condition.
        hidden: width of each direction.
        step_features: number of features of each step; 0 for the final states only.
        steps: maximum length of a sequence.

    Shape:
        - Input: `SequenceBatch`
        - Output: `[B, 2 * hidden + steps * step_features]`

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
        inputs = torch.cat([batch.x, batch.condition], dim=-1)
        out = self.recurrent(inputs, batch.lengths)  # [B, T, 2H]
        forward, backward = out.chunk(2, dim=-1)
        rows = torch.arange(len(out), device=out.device)
        final_states = [forward[rows, batch.lengths - 1], backward[:, 0]]
        if self.to_note is None:
            return torch.cat(final_states, dim=-1)
        features = self.to_note(out) * batch.mask[..., None]
        features = F.pad(features, (0, 0, 0, self.steps - features.shape[1]))
        return torch.cat([*final_states, features.flatten(1)], dim=-1)


class DenseEncoder(nn.Module):
    """Two dense layers over the padded, flattened sequence.

    Shape:
        - Input: `SequenceBatch` of at most `steps` steps
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
        inputs = torch.cat([batch.x, batch.condition], dim=-1) * batch.mask[..., None]
        padded = F.pad(inputs, (0, 0, 0, self.steps - inputs.shape[1]))
        out: Tensor = self.layers(padded.flatten(1))
        return out
