"""Choices, each a field with a sentence. They are stored in a checkpoint's `config.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .errors import RequestError

Kind = Literal["rnn", "lstm", "autoencoder", "vae", "sequence-vae"]
DecoderKind = Literal["plain", "autoregressive"]
SEGMENT_WIDTH = 4
"""Of a hierarchical net: a segment's note and plan are so many times as wide as a step's note."""

MAX_PHRASES = 10_000
"""As many as can be asked for at once."""
MAX_FIT_WINDOWS = 8_000
"""Windows of a training set at most that attributes are fitted on."""
MAX_EVAL_WINDOWS = 64
"""Windows at most that attributes are measured on."""


@dataclass(frozen=True)
class NetConfig:
    """Which net, and how large."""

    kind: Kind = "sequence-vae"
    """`rnn` and `lstm` predict the next step; `autoencoder` and `vae` are dense."""

    codec: str = "melody"
    """What the net reads; `music.codecs` lists them."""

    decoder: DecoderKind = "autoregressive"
    """Of a sequence VAE: `plain` gives all steps at once, `autoregressive` one after the other."""

    bars: int = 2
    """Bars of a window; twice as many where a bar is shorter than three quarters."""

    conductor: int = 0
    """Width of the conductor of a hierarchical net, which goes bar by bar; 0 for a flat one."""

    encoder: int = 256
    """Hidden width of the encoder, in each direction."""

    latent: int = 192
    """Width of `z`."""

    hidden: int = 448
    """Hidden width of the decoder, or of a next-step net."""

    layers: int = 2
    """Recurrent layers of the decoder, or of a next-step net."""

    chain: bool = False
    """Whether what sounds together in a next-step net hears each other."""

    step_features: int = 0
    """Width of the note that a sequence encoder takes at each step; 0 for final states alone."""

    step_conditioning: int = 32
    """Width of the plan that an autoregressive decoder unfolds from `z` for each step."""

    step_dropout: float = 0.0
    """Share of previous steps hidden from an autoregressive decoder in training."""

    prior: int = 0
    """Hidden width of the next-step net that was fitted as its prior; 0 for N(0, I)."""

    prior_chain: bool = False
    """Whether that net is a chain."""

    min_nll: float = 0.0
    """Nats a step: a window that it makes up is made up again if it is likelier than this."""

    def __post_init__(self) -> None:
        if self.conductor and self.decoder == "plain":
            raise ValueError("A conductor leads an autoregressive decoder, not a plain one.")


RENAMED = {"notes": "step_features", "plan": "step_conditioning", "prior_floor": "min_nll"}
"""Fields of `NetConfig` as JSON of format version 1 spells them."""


def read_net(stored: Mapping[str, Any]) -> NetConfig:
    """A net from the JSON of a checkpoint or a training state, of format version 1 or 2.

    Raises:
        TypeError: there is a field that no net has.
    """
    return NetConfig(**{RENAMED.get(name, name): value for name, value in stored.items()})


def without_prior(config: NetConfig) -> NetConfig:
    """The net as it is trained, before a prior is fitted to it."""
    return replace(config, prior=0, prior_chain=False, min_nll=0.0)


def prior_config(config: NetConfig) -> NetConfig:
    """The next-step net that is the prior of a net which has one."""
    net = NetConfig("lstm", config.codec, bars=config.bars)
    return replace(net, hidden=config.prior, layers=1, chain=config.prior_chain)


def has_posterior(config: NetConfig) -> bool:
    """Whether the net gives `q(z|x)`, not a point or no z at all."""
    return config.kind in ("vae", "sequence-vae")


@dataclass(frozen=True)
class TrainConfig:
    """How a net is trained."""

    steps: int = 4_000
    """Updates in all; the learning rate falls to zero by the last."""

    batch: int = 256
    """Windows in an update."""

    learning_rate: float = 1.5e-3
    """Highest learning rate of AdamW."""

    warmup: int = 100
    """Updates over which the learning rate rises to its highest."""

    cooldown: float = 0.4
    """Share of the updates, at the end, over which the learning rate falls to zero."""

    weight_decay: float = 0.01
    """AdamW's decoupled weight decay."""

    clip: float = 1.0
    """Largest norm of the gradient."""

    beta: float = 0.2
    """Weight of the KL term."""

    beta_warmup: int = 1_000
    """Updates over which beta rises from zero, so that `z` is worth something before it costs."""

    free_nats: float = 33.3
    """KL of a window that costs nothing; 33.3 nats are the 48 bits of the published model."""

    valid_every: int = 500
    """Updates after which the net is validated, and kept if it was never better."""

    patience: int = 0
    """Validations in a row without a better one after which the run stops; 0 for never."""

    precision: Literal["auto", "bf16", "fp32"] = "auto"
    """Of matrix products; weights stay in single precision. `auto` is bf16 where the
    processor computes in it, which is several times faster there, and fp32 elsewhere."""

    seed: int = 0
    """Of initial weights, batches, transpositions and noise."""


@dataclass(frozen=True)
class ModelConfig:
    """All that is needed to build a net again and to know how it came about."""

    preset: str
    net: NetConfig
    train: TrainConfig = field(default_factory=TrainConfig)


@dataclass(frozen=True)
class SampleConfig:
    """How steps are drawn from a model."""

    n: int = 4
    """How many phrases."""

    temperature: float = 1.0
    """Softmax temperature: 0.5 plays it safe, 1.0 is the model's own taste, 1.3 wanders."""


def check_seed(seed: int | None) -> None:
    """Refuse a seed below 0; None, for a seed that is still to be drawn, is fine.

    Raises:
        RequestError: it is below 0.
    """
    if seed is not None and seed < 0:
        raise RequestError(f"A seed is a whole number from 0 on, not {seed}.")
