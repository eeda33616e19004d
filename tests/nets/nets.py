"""A small net of each kind."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import torch
from torch import nn

from musicvae.nets import (
    LSTM,
    RNN,
    VAE,
    Autoencoder,
    AutoregressiveDecoder,
    Categorical,
    DenseDecoder,
    DenseEncoder,
    LanguageModel,
    Lookback,
    PlainDecoder,
    SequenceEncoder,
    SequenceVAE,
)

from .sequences import CHANNELS, CONDITION, STEPS

LATENT, HIDDEN = 4, 8
Net = LanguageModel | Autoencoder


def language_model(cell: type[RNN]) -> LanguageModel:
    """A language model with two recurrent layers."""
    return LanguageModel(
        cell(CHANNELS + CONDITION, HIDDEN, layers=2), CHANNELS, Categorical((CHANNELS,))
    )


def looking_back() -> LanguageModel:
    """A language model of two parts that looks back two lags, with an embedding."""
    parts = (2, CHANNELS - 2)
    lookback = Lookback(parts, 2, HIDDEN)
    embedding = nn.Linear(CHANNELS + CONDITION + lookback.width, HIDDEN, bias=False)
    return LanguageModel(
        LSTM(HIDDEN, HIDDEN),
        CHANNELS,
        Categorical((CHANNELS,)),
        lookback=lookback,
        embedding=embedding,
    )


def dense(kind: type[Autoencoder]) -> Autoencoder:
    """An autoencoder or VAE of dense layers."""
    encoder = DenseEncoder(CHANNELS, CONDITION, STEPS, HIDDEN)
    decoder = DenseDecoder(LATENT, CHANNELS, CONDITION, STEPS, HIDDEN)
    return kind(encoder, decoder, LATENT, Categorical((CHANNELS,)))


def plain() -> SequenceVAE:
    """A sequence VAE that decodes all steps at once."""
    encoder = SequenceEncoder(CHANNELS, CONDITION, HIDDEN, steps=STEPS)
    decoder = PlainDecoder(LATENT, CHANNELS, CONDITION, HIDDEN)
    return SequenceVAE(encoder, decoder, LATENT, Categorical((CHANNELS,)))


def autoregressive(step_dropout: float = 0.0) -> SequenceVAE:
    """A sequence VAE that decodes one step after the other."""
    encoder = SequenceEncoder(CHANNELS, CONDITION, HIDDEN, step_features=2, steps=STEPS)
    decoder = AutoregressiveDecoder(
        LATENT,
        CHANNELS,
        CONDITION,
        HIDDEN,
        step_conditioning=3,
        steps=STEPS,
        step_dropout=step_dropout,
    )
    return SequenceVAE(encoder, decoder, LATENT, Categorical((CHANNELS,)))


NETS: MappingProxyType[str, Callable[[], Net]] = MappingProxyType(
    {
        "rnn": lambda: language_model(RNN),
        "lstm": lambda: language_model(LSTM),
        "lookback": looking_back,
        "autoencoder": lambda: dense(Autoencoder),
        "vae": lambda: dense(VAE),
        "plain": plain,
        "autoregressive": autoregressive,
    }
)


def fresh(name: str, seed: int = 0) -> Net:
    """A net whose weights are drawn from the seed."""
    torch.manual_seed(seed)
    return NETS[name]()
