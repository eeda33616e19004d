"""Every preset in miniature: built, trained for a step, saved, loaded, decoded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from musicvae import checkpoint
from musicvae.codecs import CODECS
from musicvae.config import NetConfig
from musicvae.corpus.dataset import Batch, Windows
from musicvae.engine import Player
from musicvae.errors import CheckpointError, PresetNotFound
from musicvae.nets import (
    LSTM,
    RNN,
    VAE,
    Autoencoder,
    AutoregressiveDecoder,
    Bernoulli,
    Categorical,
    LanguageModel,
    PlainDecoder,
    SequenceVAE,
)
from musicvae.presets import PRESETS, preset
from musicvae.training.build import (
    Net,
    build,
    load_net,
    make_checkpoint,
    net_weights,
    to_sequence_batch,
)

from ..miniatures import RAGGED, miniature, packed_windows, windows_of

EVERY_PRESET = pytest.mark.parametrize("name", PRESETS)


def a_batch(net: NetConfig) -> Batch:
    """Six short windows in five meters."""
    windows = Windows(CODECS[net.codec], *packed_windows(net.codec, bars=net.bars), net.bars)
    return windows.batch(np.arange(len(RAGGED)))


def loss_of(net: Net, batch: Batch) -> torch.Tensor:
    """The loss of a batch, with the same noise each time."""
    torch.manual_seed(0)
    return net.losses(to_sequence_batch(batch)).total(beta=0.2)


@EVERY_PRESET
def test_a_preset_trains_saves_loads_and_plays(name: str, tmp_path: Path) -> None:
    """One step lowers the loss of its batch; the saved model encodes and decodes."""
    torch.manual_seed(0)
    config = miniature(name)
    net, batch = build(config.net), a_batch(config.net)
    net.eval()  # without step dropout, the losses before and after compare
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    before = loss_of(net, batch)
    torch.autograd.backward(before)
    optimizer.step()
    assert loss_of(net, batch) < before

    checkpoint.save(tmp_path, make_checkpoint(net, config, step=1))
    loaded = checkpoint.load(tmp_path)
    assert (loaded.config, loaded.step) == (config, 1)
    restored_loss = loss_of(load_net(loaded), batch).item()
    assert restored_loss == pytest.approx(loss_of(net, batch).item(), rel=1e-2)

    player = Player(loaded)
    z = np.zeros((len(RAGGED), player.latent), np.float32)
    if "encode" in player.verbs:
        z = player.encode(windows_of(config.net.codec, bars=player.bars), RAGGED).mu
        assert np.isfinite(z).all()
        assert len(np.unique(z, axis=0)) == len(RAGGED)
    rngs = [np.random.default_rng(i) for i in range(len(RAGGED))]
    windows = player.decode(z, RAGGED, temperature=1.0, rngs=rngs)
    for codes, meter in zip(windows, RAGGED, strict=True):
        assert player.codec.decode(codes, meter).steps == len(codes)


@EVERY_PRESET
def test_weights_have_the_names_of_a_checkpoint(name: str) -> None:
    """All are in single precision, and a restored net has identical weights."""
    config = miniature(name)
    net = build(config.net)
    weights = net_weights(net)
    assert all(array.dtype == np.float32 for array in weights.values())
    again = net_weights(load_net(make_checkpoint(net, config, 0)))
    assert weights.keys() == again.keys()
    assert all(np.array_equal(weights[key], again[key]) for key in weights)


def test_each_kind_of_net_has_its_modules() -> None:
    """`config.kind` and `config.decoder` choose the classes."""
    nets = {name: build(miniature(name).net) for name in PRESETS}
    for name, cell in (("rnn", RNN), ("lstm", LSTM)):
        net = nets[name]
        assert isinstance(net, LanguageModel)
        assert type(net.recurrent) is cell
    assert type(nets["autoencoder"]) is Autoencoder
    assert type(nets["vae"]) is VAE
    for name, decoder in (
        ("sequence-vae", PlainDecoder),
        ("music-vae", AutoregressiveDecoder),
        ("melody-2bar", AutoregressiveDecoder),
    ):
        net = nets[name]
        assert isinstance(net, SequenceVAE)
        assert type(net.decoder) is decoder


@EVERY_PRESET
def test_the_likelihood_is_that_of_the_codec(name: str) -> None:
    """One class per step for a melody, on or off in each channel for a roll."""
    net = build(miniature(name).net)
    expected = Bernoulli if PRESETS[name].net.codec in ("roll", "piano") else Categorical
    assert type(net.likelihood) is expected


def test_any_decoder_works_with_any_codec() -> None:
    """An autoregressive net can read rolls, a plain one melodies."""
    preset_net = miniature("melody-2bar").net
    for codec, decoder in (("roll", "autoregressive"), ("melody", "plain")):
        config = replace(preset_net, codec=codec, decoder=decoder)  # type: ignore[arg-type]  # loop
        loss = build(config).losses(to_sequence_batch(a_batch(config))).total()
        assert torch.isfinite(loss)


def test_a_plain_decoder_has_no_conductor() -> None:
    """Such a config is refused: the net could be trained, but the engine could not decode."""
    with pytest.raises(ValueError, match="not a plain one"):
        replace(miniature("melody-16bar").net, decoder="plain")


def test_weights_of_another_net_are_refused() -> None:
    """An autoencoder cannot load the weights of a VAE."""
    weights = net_weights(build(miniature("vae").net))
    with pytest.raises(CheckpointError, match="do not fit the config"):
        load_net(checkpoint.Checkpoint(miniature("autoencoder"), weights))


def test_an_unknown_preset_is_refused() -> None:
    """The error lists all presets."""
    with pytest.raises(PresetNotFound, match=r"no preset called 'melody-3bar'.*melody-2bar"):
        preset("melody-3bar")
    assert all(preset(name).preset == name for name in PRESETS)


def test_padding_is_encoded_as_zeros() -> None:
    """For codecs of classes as for those of rolls."""
    for codec in CODECS:
        batch = a_batch(NetConfig(codec=codec))
        for x, length in zip(batch.x, batch.lengths, strict=True):
            assert not x[length:].any()
