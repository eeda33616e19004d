"""From a config to a net: the place where the sizes meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ..arrays import FloatArray
from ..checkpoint import Checkpoint, net_only
from ..codecs import CODECS
from ..codecs.conditioning import width
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
    PlainDecoder,
    SequenceBatch,
    SequenceEncoder,
    SequenceVAE,
)
from ..score.windows import max_steps

if TYPE_CHECKING:
    pass

Net = LanguageModel | Autoencoder


def build(config: NetConfig) -> Net:
    """A net with fresh weights, as the config describes it."""
    channels = CODECS[config.codec].channels
    known, steps = width(config.bars), max_steps(config.bars)
    likelihood = _likelihood(config)
    if config.kind in ("rnn", "lstm"):
        recurrent = {"rnn": RNN, "lstm": LSTM}[config.kind]
        core = recurrent(channels + known, config.hidden, layers=config.layers)
        return LanguageModel(core, channels, likelihood, chain=config.chain)
    if config.kind in ("autoencoder", "vae"):
        dense = {"autoencoder": Autoencoder, "vae": VAE}[config.kind]
        encoder = DenseEncoder(channels, known, steps, config.encoder)
        decoder = DenseDecoder(config.latent, channels, known, steps, config.hidden)
        return dense(encoder, decoder, config.latent, likelihood)
    return _sequence_vae(config, channels, likelihood)


def _sequence_vae(config: NetConfig, channels: int, likelihood: Likelihood) -> SequenceVAE:
    known, steps = width(config.bars), max_steps(config.bars)
    hierarchical = config.conductor > 0
    if hierarchical:
        steps //= config.bars
    encoder = SequenceEncoder(
        channels, known, config.encoder, step_features=config.step_features, steps=steps
    )
    if config.decoder == "plain":
        plain = PlainDecoder(config.latent, channels, known, config.hidden, config.layers)
        return SequenceVAE(encoder, plain, config.latent, likelihood)
    note = SEGMENT_WIDTH * config.step_features
    decoder = AutoregressiveDecoder(
        config.conductor + note if hierarchical else config.latent,
        channels,
        known,
        config.hidden,
        layers=config.layers,
        step_conditioning=config.step_conditioning,
        steps=steps,
        step_dropout=config.step_dropout,
    )
    if not hierarchical:
        return SequenceVAE(encoder, decoder, config.latent, likelihood)
    over = HierarchicalEncoder(encoder, config.bars, hidden=config.conductor, step_features=note)
    conductor = HierarchicalDecoder(
        config.latent, decoder, config.bars, hidden=config.conductor, step_conditioning=note
    )
    return SequenceVAE(over, conductor, config.latent, likelihood)


def _likelihood(config: NetConfig) -> Likelihood:
    codec = CODECS[config.codec]
    return Categorical(codec.heads) if codec.likelihood == "categorical" else Bernoulli()


def to_sequences(batch: Batch, device: torch.device | str = "cpu") -> SequenceBatch:
    """A batch of arrays as the tensors that nets read."""
    return SequenceBatch(
        torch.from_numpy(batch.x).to(device),
        torch.from_numpy(batch.condition).to(device),
        torch.from_numpy(batch.lengths).to(device),
    )


def weights_of(net: torch.nn.Module) -> dict[str, FloatArray]:
    """The weights of a net as arrays, by the names that a checkpoint stores."""
    return {name: tensor.detach().cpu().numpy() for name, tensor in net.state_dict().items()}


def restore(checkpoint: Checkpoint) -> Net:
    """The net of a checkpoint, ready to be evaluated; not its prior.

    Raises:
        CheckpointError: the weights are not those of the net that the config describes.
    """
    net = build(checkpoint.config.net)
    load_weights(net, checkpoint)
    return net.eval()


def load_weights(net: Net, checkpoint: Checkpoint) -> None:
    """Give a net the weights of a checkpoint.

    Raises:
        CheckpointError: they are those of another net.
    """
    tensors = {
        name: torch.from_numpy(array) for name, array in net_only(checkpoint).weights.items()
    }
    try:
        net.load_state_dict(tensors)
    except RuntimeError as error:
        first = str(error).splitlines()[0]
        raise CheckpointError(f"The weights do not fit the config: {first}") from error


def checkpoint_of(net: Net, config: ModelConfig, step: int) -> Checkpoint:
    """A net as it is saved."""
    return Checkpoint(config, weights_of(net), step)
