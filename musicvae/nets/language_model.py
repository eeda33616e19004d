"""Language model: predicts each step from all steps before it."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .batch import SequenceBatch
from .likelihood import Likelihood
from .lookback import Lookback
from .losses import Losses, masked_sum
from .rnn import RNN


class LanguageModel(nn.Module):
    """`p(x_t | x_<t)` from a recurrent net over the previous steps.

    Without a chain, the channels of a step are independent given the previous steps. With a
    chain, the logits of a channel also depend, through a linear map, on the channels of the
    same step that come earlier in the order of the likelihood: channel after channel (for
    pitches, from low to high), or head after head (a fully visible sigmoid belief net, Frey,
    Hinton and Dayan, NIPS 1995; on a recurrent net, Boulanger-Lewandowski, Bengio and
    Vincent, ICML 2012, section 3).

    With a lookback, the net also reads what stood some lags before the step, and for how long it
    has been repeated, and makes some of it likelier; the batch then has lags. With an embedding,
    all inputs first go through a linear map to fewer features.

    Args:
        recurrent: reads `[B, T, C + K]`, with a lookback that many more, or an embedding; one
            output per step.
        channels: C, the width of a step.
        likelihood: the distribution of a step given its logits.
        chain: True if the channels of a step depend on each other.
        lookback: the features of earlier steps; None for none.
        embedding: the linear map, without a bias; None for none.

    Shape:
        - Input: `SequenceBatch`
        - Output: logits `[B, T, C]`; those of step t depend on steps 0 .. t - 1, and in a
          chain on the earlier channels of step t

    >>> from .likelihood import Bernoulli
    >>> batch = SequenceBatch(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> LanguageModel(RNN(4, 16), 3, Bernoulli()).losses(batch).reconstruction.shape
    torch.Size([2])
    """

    chain_mask: Tensor
    """True where the second channel comes earlier than the first in a step, `[C, C]`."""

    def __init__(
        self,
        recurrent: RNN,
        channels: int,
        likelihood: Likelihood,
        *,
        chain: bool = False,
        lookback: Lookback | None = None,
        embedding: nn.Linear | None = None,
    ) -> None:
        super().__init__()
        self.recurrent = recurrent
        self.lookback = lookback
        self.embedding = embedding
        self.head = nn.Linear(recurrent.width, channels)
        self.likelihood = likelihood
        self.chain: nn.Linear | None = None
        if chain:
            self.chain = nn.Linear(channels, channels, bias=False)
            nn.init.zeros_(self.chain.weight)
            order = likelihood.sampling_order(channels)
            self.register_buffer("chain_mask", order[:, None] > order, persistent=False)

    def forward(self, batch: SequenceBatch) -> Tensor:
        inputs = [batch.previous, batch.condition]
        if self.lookback is not None:
            if batch.lags is None:
                raise ValueError("A net with a lookback reads batches with lags.")
            inputs.append(self.lookback(batch.x, batch.lags))
        x = torch.cat(inputs, dim=-1)
        if self.embedding is not None:
            x = self.embedding(x)
        features = self.recurrent(x, batch.lengths)
        logits: Tensor = self.head(features)
        if self.lookback is not None and batch.lags is not None:
            logits = logits + self.lookback.copied(features, batch.x, batch.lags)
        if self.chain is None:
            return logits
        return logits + F.linear(batch.x, self.chain.weight * self.chain_mask)

    def losses(self, batch: SequenceBatch) -> Losses:
        """Negative log-likelihood of each sequence in nats, `[B]`; the KL is zero."""
        logits = self(batch)
        nll = masked_sum(self.likelihood.nll(logits, batch.x), batch.mask)
        return Losses(nll, nll.new_zeros(nll.shape), logits)
