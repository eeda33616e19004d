"""Autoencoder: encode a sequence as one vector `z` and decode it again.

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
    """A module that summarizes each sequence: `SequenceBatch` -> `[B, width]`."""

    width: int

    def __call__(self, batch: SequenceBatch, /) -> Tensor:
        """Return one vector per sequence, `[B, width]`."""


class Decoder(Protocol):
    """A module that decodes `z`: `[B, Z]` and a `SequenceBatch` -> logits `[B, T, C]`."""

    def __call__(self, z: Tensor, batch: SequenceBatch, /) -> Tensor:
        """Return the logits. With teacher forcing the true steps are read from the batch."""


class Autoencoder(nn.Module):
    """Any encoder and any decoder, trained to maximize the likelihood of the input.

    Args:
        encoder: summarizes each sequence of a batch.
        decoder: decodes `z`.
        latent: Z, the width of `z`.
        likelihood: the distribution of a step given its logits.

    >>> import torch
    >>> from .decoders import DenseDecoder
    >>> from .encoders import DenseEncoder
    >>> from .likelihood import Bernoulli
    >>> batch = SequenceBatch(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> parts = DenseEncoder(3, 1, 8, 16), DenseDecoder(4, 3, 1, 8, 16), 4, Bernoulli()
    >>> Autoencoder(*parts)(batch).shape
    torch.Size([2, 5, 3])
    """

    latent_vectors = 1
    """Number of vectors of width Z that the encoder's output is projected to."""

    def __init__(
        self, encoder: Encoder, decoder: Decoder, latent: int, likelihood: Likelihood
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.to_latent = nn.Linear(encoder.width, self.latent_vectors * latent)
        self.decoder = decoder
        self.likelihood = likelihood

    def encode(self, batch: SequenceBatch) -> Tensor:
        """Encode each sequence as `z`, `[B, Z]`."""
        z: Tensor = self.to_latent(self.encoder(batch))
        return z

    def decode(self, z: Tensor, batch: SequenceBatch) -> Tensor:
        """Decode `z` to logits `[B, T, C]`; the batch gives condition, lengths and true steps."""
        return self.decoder(z, batch)

    def forward(self, batch: SequenceBatch) -> Tensor:
        """Encode and decode. Output: logits `[B, T, C]`."""
        return self.decode(self.encode(batch), batch)

    def losses(self, batch: SequenceBatch) -> Losses:
        """Reconstruction loss of each sequence in nats; the KL is zero."""
        return self._losses_of(self(batch), batch, kl=None)

    def _losses_of(self, logits: Tensor, batch: SequenceBatch, kl: Tensor | None) -> Losses:
        nll = masked_sum(self.likelihood.nll(logits, batch.x), batch.mask)
        return Losses(nll, nll.new_zeros(nll.shape) if kl is None else kl, logits)
