"""Which encoder and which decoder a config describes: where the sizes meet."""

from __future__ import annotations

from ..config import SEGMENT_NOTES, NetConfig
from ..music.codecs import Codec
from ..music.position import max_steps, width
from .decoders import (
    AutoregressiveDecoder,
    Decoder,
    DenseDecoder,
    HierarchicalDecoder,
    PlainDecoder,
)
from .encoders import DenseEncoder, Encoder, HierarchicalEncoder, SequenceEncoder
from .weights import Weights

DENSE = ("autoencoder", "vae")


def build_encoder(weights: Weights, codec: Codec, net: NetConfig) -> Encoder:
    """The twin of the encoder that the config describes."""
    if net.kind in DENSE:
        return DenseEncoder(weights, codec.channels, net)
    seen, steps = codec.channels + width(net.bars), max_steps(net.bars)
    if not net.conductor:
        return SequenceEncoder(weights, seen, net.encoder, notes=net.notes, steps=steps)
    below = SequenceEncoder(
        weights.below("steps"), seen, net.encoder, notes=net.notes, steps=steps // net.bars
    )
    note = SEGMENT_NOTES * net.notes
    return HierarchicalEncoder(weights, below, net.bars, hidden=net.conductor, notes=note)


def build_decoder(weights: Weights, codec: Codec, net: NetConfig) -> Decoder:
    """The twin of the decoder that the config describes."""
    if net.kind in DENSE:
        return DenseDecoder(weights, codec, net)
    if net.decoder == "plain":
        return PlainDecoder(weights, codec, net)
    if net.conductor:
        return HierarchicalDecoder(weights, codec, net)
    steps = max_steps(net.bars)
    return AutoregressiveDecoder(weights, codec, net, latent=net.latent, steps=steps)
