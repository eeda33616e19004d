"""Next-step model: what comes now, given all that came before."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .batch import SequenceBatch
from .likelihood import Likelihood
from .losses import Losses, masked_sum
from .rnn import RNN


class LanguageModel(nn.Module):
    """`p(x_t | x_<t)` from a recurrent net over the steps before.

    What sounds together is independent given the steps before, or, in a chain, hears a
    linear map of what was drawn of its step before it: pitches from low to high, part after
    part (a fully visible sigmoid belief net, Frey, Hinton and Dayan, NIPS 1995; on a
    recurrent one, Boulanger-Lewandowski, Bengio and Vincent, ICML 2012, section 3).

    Args:
        recurrent: reads `[B, T, C + K]`, one output a step.
        channels: C, the width of a step.
        likelihood: of a step given its logits.
        chain: whether what sounds together hears each other.

    Shape:
        - Input: `Sequences`
        - Output: logits `[B, T, C]`; those at t have seen steps 0 .. t - 1, and in a chain
          what stands before them in step t

    >>> from .likelihood import Bernoulli
    >>> batch = SequenceBatch(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> LanguageModel(RNN(4, 16), 3, Bernoulli()).losses(batch).reconstruction.shape
    torch.Size([2])
    """

    later: Tensor

    def __init__(
        self, recurrent: RNN, channels: int, likelihood: Likelihood, *, chain: bool = False
    ) -> None:
        super().__init__()
        self.recurrent = recurrent
        self.head = nn.Linear(recurrent.width, channels)
        self.likelihood = likelihood
        self.chain: nn.Linear | None = None
        if chain:
            self.chain = nn.Linear(channels, channels, bias=False)
            nn.init.zeros_(self.chain.weight)
            order = likelihood.order(channels)
            self.register_buffer("later", order[:, None] > order, persistent=False)

    def forward(self, batch: SequenceBatch) -> Tensor:
        seen = torch.cat([batch.previous, batch.condition], dim=-1)
        logits: Tensor = self.head(self.recurrent(seen, batch.lengths))
        if self.chain is None:
            return logits
        return logits + F.linear(batch.x, self.chain.weight * self.later)

    def losses(self, batch: SequenceBatch) -> Losses:
        """Negative log likelihood in nats for each sequence, `[B]`; there is no KL."""
        logits = self(batch)
        nll = masked_sum(self.likelihood.nll(logits, batch.x), batch.mask)
        return Losses(nll, nll.new_zeros(nll.shape), logits)
