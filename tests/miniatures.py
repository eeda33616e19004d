"""Every preset in miniature, and small data sets and tunes for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from musicvae.checkpoint import Checkpoint, with_prior
from musicvae.codecs import CODECS
from musicvae.codecs.base import Codes
from musicvae.config import ModelConfig, NetConfig, prior_config
from musicvae.corpus.dataset import SPLITS, save
from musicvae.corpus.shards import pack
from musicvae.generation.seeding import NEW_MUSIC, Sampling
from musicvae.presets import PRESETS
from musicvae.score.chord_recognition import to_chord_changes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.windows import window_bars
from musicvae.theory.drum_kit import DRUM_PITCH
from musicvae.theory.meter import TRIPLET, Meter
from musicvae.training.build import build, make_checkpoint

if TYPE_CHECKING:
    import pytest

METERS = (Meter(4, 4), Meter(6, 8), Meter(3, 4)) * 6
"""Meters of the eighteen windows of a small data set: 32, 24 and 24 steps."""

OUTPUT_BIASES = ("head.bias", "decoder.layers.2.bias")
"""Names of the bias of the channels, in nets that decode steps and in dense ones."""

RAGGED = (Meter(4, 4), Meter(3, 8), Meter(6, 8), Meter(4, 4), Meter(4, 4, TRIPLET), Meter(5, 4))
"""Meters with windows of 32, 24, 24, 32, 48 and 40 steps."""


def miniature(name: str, **choices: object) -> ModelConfig:
    """The preset with small widths and at most four bars; `choices` override fields of its net."""
    config = PRESETS[name]
    net = config.net
    segments = min(2, net.segments)
    small = replace(
        net,
        bars=min(4, net.bars),
        conductor=min(6, net.conductor),
        segments=segments,
        encoder=6,
        latent=5 * segments,
        hidden=8,
        layers=min(2, net.layers + 1),  # so that each has stacked layers
        step_features=min(4, net.step_features),
        step_conditioning=4,
    )
    small = replace(small, **choices)  # type: ignore[arg-type]  # any field
    return replace(config, net=small, train=replace(config.train, batch=4, precision="fp32"))


def short_training(name: str = "melody-2bar", **choices: object) -> ModelConfig:
    """A preset in miniature with 12 training steps; `choices` override fields of its training."""
    config = miniature(name)
    base = replace(config.train, steps=12, warmup=3, learning_rate=5e-3)
    return replace(config, train=replace(base, **choices))  # type: ignore[arg-type]  # any field


def shorten_commands(patch: pytest.MonkeyPatch) -> None:
    """Let what trains and fits work in miniature: it does the same with less."""
    small = {name: short_training(name) for name in PRESETS}
    patch.setattr("musicvae.presets.PRESETS", MappingProxyType(small))
    narrow = NetConfig("lstm", hidden=8, lookback=8, embedding=8)
    patch.setattr("musicvae.training.fit_prior.PRIOR_NET_CONFIG", narrow)
    patch.setattr("musicvae.adapt.personalize.SAMPLES", 8)
    patch.setattr("musicvae.adapt.sliders.MAX_SLIDER_WINDOWS", 8)
    patch.setattr("musicvae.adapt.fit_attributes.MAX_TRIAL_WINDOWS", 4)


def write_dataset(folder: Path, codec: str = "melody", bars: int = 2) -> Path:
    """Write a data set of eighteen windows, the same in each split."""
    folder.mkdir()
    windows = packed_windows(codec, METERS, bars)
    save(folder, CODECS[codec], bars, {split: [windows] for split in SPLITS}, {})
    return folder


def packed_windows(
    codec: str, meters: Sequence[Meter] = RAGGED, bars: int = 2
) -> tuple[Codes, NDArray[np.uint8]]:
    """The codes of `windows_of` as a data set stores them, and their meters."""
    windows = windows_of(codec, meters, bars)
    codes = [pack(CODECS[codec], window[None], bars)[0] for window in windows]
    names = [(m.numerator, m.denominator, m.steps_per_quarter) for m in meters]
    return np.array(codes), np.array(names, dtype=np.uint8)


def tiny_checkpoint(name: str = "melody-2bar", **choices: object) -> Checkpoint:
    """A checkpoint of random weights, large enough that z makes a difference."""
    torch.manual_seed(0)
    config = miniature(name, **choices)
    net = build(config.net)
    enlarge_weights(net, config.net.codec)
    return make_checkpoint(net, config, 0)


@torch.no_grad()
def enlarge_weights(net: torch.nn.Module, codec: str) -> None:
    """Multiply all weights; a roll gets a bias against keys, or every second one would sound."""
    for name, parameter in net.named_parameters():
        parameter.mul_(3)
        if CODECS[codec].likelihood == "bernoulli" and name.endswith(OUTPUT_BIASES):
            parameter.sub_(3)


def tiny_prior(model: Checkpoint, layers: int = 1, lookback: int = 0) -> Checkpoint:
    """The model with a prior of random weights."""
    torch.manual_seed(1)
    described = replace(model.config.net, prior=8, prior_chain=True)
    net = prior_config(replace(described, prior_layers=layers, prior_lookback=lookback))
    prior = build(net)
    enlarge_weights(prior, net.codec)
    return with_prior(model, make_checkpoint(prior, replace(model.config, net=net), 0))


def seeded(seed: int) -> Sampling:
    """Default sampling of new music with a seed."""
    return replace(NEW_MUSIC, seed=seed)


def little_tune(meter: Meter, seed: int, bars: int = 2) -> Phrase:
    """A one-line melody of one window, with steps, rests and repeated notes."""
    rng = np.random.default_rng(seed)
    bars = window_bars(meter, bars)
    notes, at, pitch = [], int(rng.integers(0, 3)), 64
    while at < bars * meter.steps_per_bar:
        duration = min(int(rng.integers(1, 6)), bars * meter.steps_per_bar - at)
        pitch = max(40, min(96, pitch + int(rng.integers(-4, 5))))
        notes.append(Note(at, duration, pitch))
        at += duration + int(rng.integers(0, 3))
    return Phrase(meter, bars, parts=(Part(tuple(notes)),))


def little_piece(codec: str, meter: Meter, seed: int, bars: int = 2) -> Phrase:
    """A little tune with the parts that a codec reads: drums, a bass, or chords."""
    tune = little_tune(meter, seed, bars)
    (melody,) = tune.parts
    drums = Part(
        tuple(replace(note, duration=1, pitch=DRUM_PITCH[note.pitch % 9]) for note in melody.notes),
        is_drum=True,
    )
    if codec == "drums":
        return replace(tune, parts=(drums,))
    if codec in ("trio", "band"):
        bass = tuple(replace(note, pitch=note.pitch - 24) for note in melody.notes)
        tune = replace(tune, parts=(melody, Part(bass, 33), drums))
    if codec in ("leadsheet", "band"):
        beats = np.arange(tune.steps // meter.steps_per_beat)
        tune = replace(tune, chords=to_chord_changes(1 + (beats // 2 + seed) * 5 % 12, meter))
    return tune


def little_band(meter: Meter, seed: int, bars: int = 2) -> Phrase:
    """The little tune with a bass and drums, so that every codec can read it."""
    tune = little_tune(meter, seed, bars)
    rng = np.random.default_rng((seed, 1))
    melody = replace(tune.parts[0], name="melody")
    steps = range(0, tune.steps, 2)
    bass = [Note(at, 2, int(rng.integers(36, 48))) for at in steps if at % meter.steps_per_bar < 3]
    kit = [Note(at, 1, DRUM_PITCH[rng.integers(len(DRUM_PITCH))]) for at in steps]
    parts = (melody, Part(tuple(bass), 33, name="bass"), Part(tuple(kit), is_drum=True))
    return replace(tune, parts=parts)


def windows_of(codec: str, meters: Sequence[Meter] = RAGGED, bars: int = 2) -> list[Codes]:
    """Codes of a little piece for each meter."""
    return [
        CODECS[codec].encode(little_piece(codec, meter, seed, bars))
        for seed, meter in enumerate(meters)
    ]
