"""One of each net, small."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import torch

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
    PlainDecoder,
    SequenceEncoder,
    SequenceVAE,
)

from .sequences import CHANNELS, CONDITION, STEPS

LATENT, HIDDEN = 4, 8
Net = LanguageModel | Autoencoder


def next_step(cell: type[RNN]) -> LanguageModel:
    """A next-step net of two layers."""
    return LanguageModel(
        cell(CHANNELS + CONDITION, HIDDEN, layers=2), CHANNELS, Categorical((CHANNELS,))
    )


def dense(kind: type[Autoencoder]) -> Autoencoder:
    """A dense autoencoder, or its VAE."""
    encoder = DenseEncoder(CHANNELS, CONDITION, STEPS, HIDDEN)
    decoder = DenseDecoder(LATENT, CHANNELS, CONDITION, STEPS, HIDDEN)
    return kind(encoder, decoder, LATENT, Categorical((CHANNELS,)))


def plain(notes: int = 0) -> SequenceVAE:
    """A sequence VAE that decodes all steps at once."""
    encoder = SequenceEncoder(CHANNELS, CONDITION, HIDDEN, step_features=notes, steps=STEPS)
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
        "rnn": lambda: next_step(RNN),
        "lstm": lambda: next_step(LSTM),
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
