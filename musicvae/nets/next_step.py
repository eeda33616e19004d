"""Next-step model: what comes now, given all that came before."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .likelihood import Likelihood
from .losses import Losses, masked_sum
from .rnn import RNN
from .sequences import Sequences


class NextStep(nn.Module):
    """`p(x_t | x_<t)` from a recurrent net over the steps before.

    Args:
        recurrent: reads `[B, T, C + K]`, one output a step.
        channels: C, the width of a step.
        likelihood: of a step given its logits.

    Shape:
        - Input: `Sequences`
        - Output: logits `[B, T, C]`; those at t have seen steps 0 .. t - 1

    >>> from .likelihood import Bernoulli
    >>> batch = Sequences(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> NextStep(RNN(4, 16), 3, Bernoulli()).losses(batch).reconstruction.shape
    torch.Size([2])
    """

    def __init__(self, recurrent: RNN, channels: int, likelihood: Likelihood) -> None:
        super().__init__()
        self.recurrent = recurrent
        self.head = nn.Linear(recurrent.width, channels)
        self.likelihood = likelihood

    def forward(self, batch: Sequences) -> Tensor:
        seen = torch.cat([batch.previous, batch.condition], dim=-1)
        logits: Tensor = self.head(self.recurrent(seen, batch.lengths))
        return logits

    def losses(self, batch: Sequences) -> Losses:
        """Negative log likelihood in nats for each sequence, `[B]`; there is no KL."""
        logits = self(batch)
        nll = masked_sum(self.likelihood.nll(logits, batch.x), batch.mask)
        return Losses(nll, nll.new_zeros(nll.shape), logits)
