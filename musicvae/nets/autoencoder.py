"""Autoencoder: a sequence to one vector `z` and back.

Hinton and Salakhutdinov, Reducing the Dimensionality of Data with Neural
Networks, Science 313, 2006.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor, nn

from .batch import SequenceBatch
from .likelihood import Likelihood
from .losses import Losses, masked_sum


class Encoder(Protocol):
    """A module that sums a batch up: `Sequences` -> `[B, width]`."""

    width: int

    def __call__(self, batch: SequenceBatch, /) -> Tensor:
        """The summary."""


class Decoder(Protocol):
    """A module that unfolds `z`: `[B, Z]` and `Sequences` -> logits `[B, T, C]`."""

    def __call__(self, z: Tensor, batch: SequenceBatch, /) -> Tensor:
        """The logits. One trained by teacher forcing reads the true steps from the batch."""


class Autoencoder(nn.Module):
    """Any encoder, any decoder, and the likelihood that judges what comes back.

    Args:
        encoder: a module that sums a batch up.
        decoder: a module that unfolds `z`.
        latent: Z, the width of `z`.
        likelihood: of a step given its logits.

    >>> import torch
    >>> from .decoders import DenseDecoder
    >>> from .encoders import DenseEncoder
    >>> from .likelihood import Bernoulli
    >>> batch = SequenceBatch(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> parts = DenseEncoder(3, 1, 8, 16), DenseDecoder(4, 3, 1, 8, 16), 4, Bernoulli()
    >>> Autoencoder(*parts)(batch).shape
    torch.Size([2, 5, 3])
    """

    codes = 1
    """How many vectors of width Z the encoder's summary is projected to."""

    def __init__(
        self, encoder: Encoder, decoder: Decoder, latent: int, likelihood: Likelihood
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.to_latent = nn.Linear(encoder.width, self.codes * latent)
        self.decoder = decoder
        self.likelihood = likelihood

    def encode(self, batch: SequenceBatch) -> Tensor:
        """`Sequences` -> `z`, `[B, Z]`."""
        z: Tensor = self.to_latent(self.encoder(batch))
        return z

    def decode(self, z: Tensor, batch: SequenceBatch) -> Tensor:
        """`z` and the batch it is to become -> logits `[B, T, C]`."""
        return self.decoder(z, batch)

    def forward(self, batch: SequenceBatch) -> Tensor:
        """There and back. Output: logits `[B, T, C]`."""
        return self.decode(self.encode(batch), batch)

    def losses(self, batch: SequenceBatch) -> Losses:
        """Reconstruction in nats for each sequence; there is no KL."""
        return self._judge(self(batch), batch, kl=None)

    def _judge(self, logits: Tensor, batch: SequenceBatch, kl: Tensor | None) -> Losses:
        nll = masked_sum(self.likelihood.nll(logits, batch.x), batch.mask)
        return Losses(nll, nll.new_zeros(nll.shape) if kl is None else kl, logits)
