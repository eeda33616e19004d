"""Sequence VAE: LSTM encoder -> mu, log_var -> z -> LSTM decoder.

Section 3.1 of Roberts et al., A Hierarchical Latent Vector Model for Learning
Long-Term Structure in Music, ICML 2018. arXiv:1803.05428
"""

from __future__ import annotations

from .vae import VAE


class SequenceVAE(VAE):
    """A `VAE` whose encoder and decoder are LSTMs.

    Shape:
        - Input: `SequenceBatch`
        - Output: logits `[B, T, C]`

    >>> import torch
    >>> from .batch import SequenceBatch
    >>> from .decoders import PlainDecoder
    >>> from .encoders import SequenceEncoder
    >>> from .likelihood import Categorical
    >>> batch = SequenceBatch(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> parts = SequenceEncoder(3, 1, 16), PlainDecoder(4, 3, 1, 16), 4, Categorical((3,))
    >>> SequenceVAE(*parts).posterior(batch).mu.shape
    torch.Size([2, 4])
    """
