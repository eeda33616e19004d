"""The nets that are trained. They need torch only and know nothing about music.

    SequenceBatch     a padded batch: steps, condition, lengths, noise
    RNN, LSTM         sequence in, per-step or last-step output
    LanguageModel     predicts each step from the steps before it
    Lookback          what stood some lags before each step, and for how long it was repeated
    Autoencoder       encoder -> z -> decoder
    VAE               the same with a posterior, `q(z|x) = N(mu, exp(log_var))`
    SequenceVAE       a VAE made of LSTMs
    Hierarchical...   its encoder and decoder for long sequences, segment by segment

The folder can be copied into another project and works there.
"""

import warnings

from .autoencoder import Autoencoder
from .batch import SequenceBatch
from .decoders import AutoregressiveDecoder, DenseDecoder, PlainDecoder
from .encoders import DenseEncoder, SequenceEncoder
from .hierarchical import HierarchicalDecoder, HierarchicalEncoder
from .language_model import LanguageModel
from .latent import Posterior, reparameterize
from .likelihood import Bernoulli, Categorical, Likelihood
from .lookback import Lookback
from .losses import Losses
from .lstm import LSTM
from .noise import Noise
from .rnn import RNN
from .segmented import SegmentedVAE
from .sequence_vae import SequenceVAE
from .vae import VAE

__all__ = [
    "LSTM",
    "RNN",
    "VAE",
    "Autoencoder",
    "AutoregressiveDecoder",
    "Bernoulli",
    "Categorical",
    "DenseDecoder",
    "DenseEncoder",
    "HierarchicalDecoder",
    "HierarchicalEncoder",
    "LanguageModel",
    "Likelihood",
    "Lookback",
    "Losses",
    "Noise",
    "PlainDecoder",
    "Posterior",
    "SegmentedVAE",
    "SequenceBatch",
    "SequenceEncoder",
    "SequenceVAE",
    "reparameterize",
]

_RENAMED = {"NextStep": "LanguageModel", "Sequences": "SequenceBatch"}


def __getattr__(name: str) -> object:
    """A net by its name of 0.1.0, for one release (PEP 562)."""
    if name not in _RENAMED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    new = _RENAMED[name]
    warnings.warn(f"{name} is called {new!r} now.", DeprecationWarning, stacklevel=2)
    return globals()[new]
