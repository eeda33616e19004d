"""Segmented VAE: a long sequence is read as equal segments, each with its own part of z."""

from __future__ import annotations

from torch import Tensor

from .autoencoder import Decoder, Encoder
from .batch import SequenceBatch
from .hierarchical import join_segments, split_segments
from .latent import Posterior
from .likelihood import Likelihood
from .sequence_vae import SequenceVAE


class SegmentedVAE(SequenceVAE):
    """One `SequenceVAE` for all segments of a sequence; their z side by side are its z.

    What it gives back is as exact as of short sequences, however long the sequence is: nothing
    has to pass through a narrower vector for the whole. What relates the segments to each other
    is in z, and in the prior of z.

    Args:
        encoder: summarizes each segment.
        decoder: decodes the z of a segment.
        latent: Z, the width of `z`, a multiple of `segments`.
        likelihood: the distribution of a step given its logits.
        segments: number of segments in a sequence.

    Shape:
        - Input: `SequenceBatch`; each length is a multiple of `segments`
        - Output: logits `[B, T, C]`

    >>> import torch
    >>> from .decoders import AutoregressiveDecoder
    >>> from .encoders import SequenceEncoder
    >>> from .likelihood import Categorical
    >>> batch = SequenceBatch(torch.zeros(2, 8, 3), torch.zeros(2, 8, 1), torch.tensor([8, 4]))
    >>> parts = SequenceEncoder(3, 1, 16), AutoregressiveDecoder(5, 3, 1, 16), 20, Categorical((3,))
    >>> net = SegmentedVAE(*parts, segments=4)
    >>> net.posterior(batch).mu.shape, net(batch).shape
    (torch.Size([2, 20]), torch.Size([2, 8, 3]))
    """

    def __init__(
        self,
        encoder: Encoder,
        decoder: Decoder,
        latent: int,
        likelihood: Likelihood,
        *,
        segments: int,
    ) -> None:
        super().__init__(encoder, decoder, latent // segments, likelihood)
        self.segments = segments

    def posterior(self, batch: SequenceBatch) -> Posterior:
        """`q(z|x)`: mu and log_var, each `[B, Z]`, segment by segment."""
        mu, log_var = super().posterior(split_segments(batch, self.segments))
        rows = len(batch.x)
        return Posterior(mu.reshape(rows, -1), log_var.reshape(rows, -1))

    def decode(self, z: Tensor, batch: SequenceBatch) -> Tensor:
        """Decode each segment from its part of `z` alone. Output `[B, T, C]`."""
        parts = z.reshape(len(z) * self.segments, -1)
        logits = super().decode(parts, split_segments(batch, self.segments))
        return join_segments(logits, batch.lengths, self.segments, batch.x.shape[1])
