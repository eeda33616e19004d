"""Build a net from a config, and convert between nets and checkpoints.

This is where the sizes of encoders, decoders and codecs are matched.
"""

from __future__ import annotations

import torch

from ..arrays import FloatArray
from ..checkpoint import Checkpoint, net_only
from ..codecs import CODECS
from ..codecs.conditioning import condition_width, count_lags
from ..config import SEGMENT_WIDTH, ModelConfig, NetConfig
from ..corpus.dataset import Batch
from ..errors import CheckpointError
from ..nets import (
    LSTM,
    RNN,
    VAE,
    Autoencoder,
    AutoregressiveDecoder,
    Bernoulli,
    Categorical,
    DenseDecoder,
    DenseEncoder,
    HierarchicalDecoder,
    HierarchicalEncoder,
    LanguageModel,
    Likelihood,
    Lookback,
    PlainDecoder,
    SegmentedVAE,
    SequenceBatch,
    SequenceEncoder,
    SequenceVAE,
)
from ..score.windows import max_steps

Net = LanguageModel | Autoencoder


def build(config: NetConfig) -> Net:
    """Build the net that a config describes, with fresh weights."""
    channels = CODECS[config.codec].channels
    condition, steps = condition_width(config.bars), max_steps(config.bars)
    likelihood = _likelihood(config)
    if config.kind in ("rnn", "lstm"):
        return _language_model(config, channels, likelihood)
    if config.kind in ("autoencoder", "vae"):
        dense = {"autoencoder": Autoencoder, "vae": VAE}[config.kind]
        encoder = DenseEncoder(channels, condition, steps, config.encoder)
        decoder = DenseDecoder(config.latent, channels, condition, steps, config.hidden)
        return dense(encoder, decoder, config.latent, likelihood)
    return _sequence_vae(config, channels, likelihood)


def _language_model(config: NetConfig, channels: int, likelihood: Likelihood) -> LanguageModel:
    inputs, lookback, embedding = channels + condition_width(config.bars), None, None
    if lags := count_lags(config.bars, config.lookback):
        lookback = Lookback(CODECS[config.codec].heads, lags, config.hidden)
        inputs += lookback.width
    if config.embedding:
        embedding = torch.nn.Linear(inputs, config.embedding, bias=False)
        inputs = config.embedding
    recurrent = {"rnn": RNN, "lstm": LSTM}[config.kind]
    core = recurrent(inputs, config.hidden, layers=config.layers, dropout=config.dropout)
    return LanguageModel(
        core, channels, likelihood, chain=config.chain, lookback=lookback, embedding=embedding
    )


def _sequence_vae(config: NetConfig, channels: int, likelihood: Likelihood) -> SequenceVAE:
    condition, steps = condition_width(config.bars), max_steps(config.bars)
    hierarchical = config.conductor > 0
    steps //= config.bars if hierarchical else config.segments  # a conductor reads bar by bar
    encoder = SequenceEncoder(
        channels, condition, config.encoder, step_features=config.step_features, steps=steps
    )
    latent = config.latent // config.segments
    if config.decoder == "plain":
        plain = PlainDecoder(latent, channels, condition, config.hidden, config.layers)
        return SequenceVAE(encoder, plain, latent, likelihood)
    segment_features = SEGMENT_WIDTH * config.step_features
    decoder = AutoregressiveDecoder(
        config.conductor + segment_features if hierarchical else latent,
        channels,
        condition,
        config.hidden,
        layers=config.layers,
        step_conditioning=config.step_conditioning,
        steps=steps,
        step_dropout=config.step_dropout,
    )
    if config.segments > 1:
        return SegmentedVAE(encoder, decoder, config.latent, likelihood, segments=config.segments)
    if not hierarchical:
        return SequenceVAE(encoder, decoder, latent, likelihood)
    hierarchical_encoder = HierarchicalEncoder(
        encoder, config.bars, hidden=config.conductor, step_features=segment_features
    )
    hierarchical_decoder = HierarchicalDecoder(
        config.latent,
        decoder,
        config.bars,
        hidden=config.conductor,
        step_conditioning=segment_features,
    )
    return SequenceVAE(hierarchical_encoder, hierarchical_decoder, config.latent, likelihood)


def _likelihood(config: NetConfig) -> Likelihood:
    codec = CODECS[config.codec]
    return Categorical(codec.heads) if codec.likelihood == "categorical" else Bernoulli()


def to_sequence_batch(batch: Batch, device: torch.device | str = "cpu") -> SequenceBatch:
    """Convert a batch of arrays to tensors on a device."""
    return SequenceBatch(
        torch.from_numpy(batch.x).to(device),
        torch.from_numpy(batch.condition).to(device),
        torch.from_numpy(batch.lengths).to(device),
        lags=torch.from_numpy(batch.lags).to(device),
    )


def net_weights(net: torch.nn.Module) -> dict[str, FloatArray]:
    """The weights of a net as arrays, under their names in a checkpoint."""
    return {name: tensor.detach().cpu().numpy() for name, tensor in net.state_dict().items()}


def load_net(checkpoint: Checkpoint) -> Net:
    """Build the net of a checkpoint, without its prior, in evaluation mode.

    Raises:
        CheckpointError: the weights do not fit the net that the config describes.
    """
    net = build(checkpoint.config.net)
    load_weights(net, checkpoint)
    return net.eval()


def load_weights(net: Net, checkpoint: Checkpoint) -> None:
    """Load the weights of a checkpoint into a net.

    Raises:
        CheckpointError: the weights do not fit the net.
    """
    tensors = {
        name: torch.from_numpy(array) for name, array in net_only(checkpoint).weights.items()
    }
    try:
        net.load_state_dict(tensors)
    except RuntimeError as error:
        first = str(error).splitlines()[0]
        raise CheckpointError(f"The weights do not fit the config: {first}") from error


def make_checkpoint(net: Net, config: ModelConfig, step: int) -> Checkpoint:
    """The checkpoint of a net, to be saved."""
    return Checkpoint(config, net_weights(net), step)
