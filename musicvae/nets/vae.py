"""VAE: an autoencoder whose encoder outputs a distribution, trained on the evidence lower bound.

Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014. arXiv:1312.6114
"""

from __future__ import annotations

from torch import Tensor

from .autoencoder import Autoencoder
from .batch import SequenceBatch
from .latent import Posterior
from .losses import Losses


class VAE(Autoencoder):
    """`Autoencoder` that encodes a sequence as `q(z|x) = N(mu, exp(log_var))`, not as one point.

    >>> import torch
    >>> from .decoders import DenseDecoder
    >>> from .encoders import DenseEncoder
    >>> from .likelihood import Bernoulli
    >>> batch = SequenceBatch(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> parts = DenseEncoder(3, 1, 8, 16), DenseDecoder(4, 3, 1, 8, 16), 4, Bernoulli()
    >>> VAE(*parts).losses(batch).kl.shape
    torch.Size([2])
    """

    latent_vectors = 2

    def posterior(self, batch: SequenceBatch) -> Posterior:
        """`q(z|x)`: mu and log_var, each `[B, Z]`, in single precision."""
        mu, log_var = self.to_latent(self.encoder(batch)).float().chunk(2, dim=-1)
        return Posterior(mu, log_var)

    def encode(self, batch: SequenceBatch) -> Tensor:
        """The posterior mean, `[B, Z]`."""
        return self.posterior(batch).mu

    def forward(self, batch: SequenceBatch) -> Tensor:
        """Encode, sample `z ~ q(z|x)`, decode. Output: logits `[B, T, C]`."""
        return self.decode(self.posterior(batch).sample(batch.noise), batch)

    def losses(self, batch: SequenceBatch) -> Losses:
        """Both terms of the evidence lower bound of each sequence, in nats; eq. 10."""
        posterior = self.posterior(batch)
        logits = self.decode(posterior.sample(batch.noise), batch)
        return self._losses_of(logits, batch, posterior.kl())
