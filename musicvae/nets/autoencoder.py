"""Autoencoder: a sequence to one vector `z` and back.

Hinton and Salakhutdinov, Reducing the Dimensionality of Data with Neural
Networks, Science 313, 2006.
"""

from __future__ import annotations

from torch import Tensor, nn

from .likelihood import Likelihood
from .losses import Losses, masked_sum
from .sequences import Sequences


class Autoencoder(nn.Module):
    """Any encoder, any decoder, and the likelihood that judges what comes back.

    Args:
        encoder: `Sequences` -> `[B, width]`.
        decoder: (`z`, `Sequences`) -> logits `[B, T, C]`. One that is trained by
            teacher forcing reads the true steps before each step from the batch.
        latent: Z, the width of `z`.
        likelihood: of a step given its logits.
    """

    codes = 1
    """How many vectors of width Z the encoder's summary is projected to."""

    def __init__(
        self, encoder: nn.Module, decoder: nn.Module, latent: int, likelihood: Likelihood
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.to_latent = nn.Linear(int(encoder.width), self.codes * latent)  # type: ignore[arg-type]
        self.decoder = decoder
        self.likelihood = likelihood

    def encode(self, batch: Sequences) -> Tensor:
        """`Sequences` -> `z`, `[B, Z]`."""
        z: Tensor = self.to_latent(self.encoder(batch))
        return z

    def decode(self, z: Tensor, batch: Sequences) -> Tensor:
        """`z` and the batch it is to become -> logits `[B, T, C]`."""
        logits: Tensor = self.decoder(z, batch)
        return logits

    def forward(self, batch: Sequences) -> Tensor:
        """There and back. Output: logits `[B, T, C]`."""
        return self.decode(self.encode(batch), batch)

    def losses(self, batch: Sequences) -> Losses:
        """Reconstruction in nats for each sequence; there is no KL."""
        return self._judge(self(batch), batch, kl=None)

    def _judge(self, logits: Tensor, batch: Sequences, kl: Tensor | None) -> Losses:
        nll = masked_sum(self.likelihood.nll(logits, batch.x), batch.mask)
        return Losses(nll, nll.new_zeros(nll.shape) if kl is None else kl, logits)
