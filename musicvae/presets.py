"""Named configurations: `musicvae train --preset NAME` starts from one of them."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from .config import ModelConfig, NetConfig, TrainConfig
from .errors import PresetNotFound

DEFAULT_MODEL = "leadsheet-8bar"
"""Default of `generate` and the other verbs that sample: a melody with chords."""

RECONSTRUCTION_MODEL = "melody-2bar"
"""Default of verbs that read music, since it reconstructs most exactly; and of `train`."""

EXTENSION_MODEL = "melody-16bar"
"""Default of `extend`, since its windows are the longest."""

FILL_MODEL = "leadsheet-8bar"
"""Default of `fill`: it hears the chords that stay, and eight bars at once."""

BAND_MODEL = "band-8bar"
"""Default of `accompany`: melody, bass, drums and chords at once."""

DRUM_MODEL = "drums-2bar"
"""Default where drums are read."""

HIERARCHICAL_NET = NetConfig(
    "sequence-vae",
    bars=16,
    conductor=256,
    encoder=160,
    latent=320,
    hidden=288,
    layers=1,
    step_features=24,
    step_conditioning=48,
    step_dropout=0.35,
)
"""A hierarchical net, for windows of more than two bars."""

SEGMENTED_NET = NetConfig(
    "sequence-vae",
    segments=2,
    encoder=192,
    latent=256,
    hidden=320,
    layers=1,
    step_features=32,
    step_conditioning=64,
    step_dropout=0.35,
)
"""A net that codes each segment by a part of z of its own, for windows that must come back."""

PRESETS = MappingProxyType(
    {
        config.preset: config
        for config in (
            ModelConfig("rnn", NetConfig("rnn", "roll", hidden=256, layers=1)),
            ModelConfig("lstm", NetConfig("lstm", "roll", hidden=256, layers=1)),
            ModelConfig("autoencoder", NetConfig("autoencoder", "roll", latent=64, hidden=256)),
            ModelConfig("vae", NetConfig("vae", "roll", latent=64, hidden=256)),
            ModelConfig(
                "sequence-vae",
                NetConfig(
                    "sequence-vae", "roll", "plain", encoder=128, latent=64, hidden=256, layers=1
                ),
            ),
            ModelConfig(
                "music-vae",
                NetConfig(
                    "sequence-vae",
                    "roll",
                    encoder=128,
                    latent=64,
                    hidden=256,
                    layers=1,
                    step_features=16,
                    step_dropout=0.35,
                ),
            ),
            ModelConfig(
                "melody-2bar",
                NetConfig(
                    "sequence-vae",
                    "melody",
                    encoder=192,
                    latent=192,
                    hidden=320,
                    layers=1,
                    step_features=32,
                    step_conditioning=64,
                    step_dropout=0.35,
                ),
                TrainConfig(steps=32_000, batch=64, learning_rate=2e-3, beta=0.3, free_nats=0.0),
            ),
            ModelConfig(
                "drums-2bar",
                NetConfig(
                    "sequence-vae",
                    "drums",
                    encoder=192,
                    latent=128,
                    hidden=320,
                    layers=1,
                    step_features=24,
                    step_conditioning=48,
                    step_dropout=0.35,
                ),
                TrainConfig(steps=9_000, batch=64, learning_rate=2e-3, beta=0.1, free_nats=0.0),
            ),
            ModelConfig(
                "piano-2bar",
                NetConfig(
                    "sequence-vae",
                    "piano",
                    encoder=256,
                    latent=256,
                    hidden=384,
                    layers=1,
                    step_features=40,
                    step_conditioning=72,
                    step_dropout=0.35,
                ),
                TrainConfig(steps=7_000, batch=64, learning_rate=2e-3, beta=0.1, free_nats=0.0),
            ),
            ModelConfig(
                "melody-16bar",
                HIERARCHICAL_NET,
                TrainConfig(steps=4_500, batch=32, learning_rate=2e-3, beta=0.1, free_nats=120.0),
            ),
            ModelConfig(
                "leadsheet-8bar",
                replace(SEGMENTED_NET, codec="leadsheet", bars=8, segments=4, latent=512),
                TrainConfig(steps=11_000, batch=24, learning_rate=2e-3, beta=0.1, free_nats=0.0),
            ),
            ModelConfig(
                BAND_MODEL,
                replace(SEGMENTED_NET, codec="band", bars=8, segments=4, latent=768),
                TrainConfig(steps=8_000, batch=24, learning_rate=2e-3, beta=0.1, free_nats=0.0),
            ),
        )
    }
)


def preset(name: str) -> ModelConfig:
    """The preset of that name.

    Raises:
        PresetNotFound: there is none; the message lists all presets.
    """
    try:
        return PRESETS[name]
    except KeyError:
        raise PresetNotFound(name, PRESETS) from None
