"""Dense encoder and decoder: a whole window at once, no recurrence."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .sequences import Sequences


class DenseEncoder(nn.Module):
    """A padded window, flattened, to one vector.

    Shape:
        - Input: `Sequences` of at most `steps` steps
        - Output: `[B, hidden]`

    >>> batch = Sequences(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
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

    def forward(self, batch: Sequences) -> Tensor:
        seen = torch.cat([batch.x, batch.condition], dim=-1) * batch.mask[..., None]
        window = F.pad(seen, (0, 0, 0, self.steps - seen.shape[1]))
        out: Tensor = self.layers(window.flatten(1))
        return out


class DenseDecoder(nn.Module):
    """One vector to the logits of all steps at once.

    Shape:
        - Input: `z` `[B, Z]`, and `Sequences` for its condition
        - Output: `[B, T, channels]`

    >>> batch = Sequences(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> DenseDecoder(4, 3, 1, steps=8, hidden=16)(torch.zeros(2, 4), batch).shape
    torch.Size([2, 5, 3])
    """

    def __init__(self, latent: int, channels: int, condition: int, steps: int, hidden: int) -> None:
        super().__init__()
        self.steps = steps
        self.channels = channels
        self.layers = nn.Sequential(
            nn.Linear(latent + steps * condition, hidden),
            nn.ReLU(),
            nn.Linear(hidden, steps * channels),
        )

    def forward(self, z: Tensor, batch: Sequences) -> Tensor:
        known = batch.condition * batch.mask[..., None]
        known = F.pad(known, (0, 0, 0, self.steps - known.shape[1]))
        out = self.layers(torch.cat([z, known.flatten(1)], dim=-1))
        steps: Tensor = out.unflatten(-1, (self.steps, self.channels))
        return steps[:, : batch.x.shape[1]]
