"""Settings of nets, training and sampling; a checkpoint stores them in `config.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

from . import arguments

Kind = Literal["rnn", "lstm", "autoencoder", "vae", "sequence-vae"]
DecoderKind = Literal["plain", "autoregressive"]
SEGMENT_WIDTH = 4
"""In a hierarchical net, features of a segment are this many times as wide as those of a step."""

MAX_PHRASES = 10_000
"""Most phrases one call can generate."""
MAX_FIT_WINDOWS = 8_000
"""Most training windows that attribute directions are fitted on."""
MAX_EVAL_WINDOWS = 64
"""Most windows that the effect of attributes is measured on."""


@dataclass(frozen=True)
class NetConfig:
    """Architecture and sizes of a net."""

    kind: Kind = "sequence-vae"
    """`rnn` and `lstm` predict the next step; `autoencoder` and `vae` are dense."""

    codec: str = "melody"
    """How phrases are encoded; `codecs.CODECS` lists the codecs."""

    decoder: DecoderKind = "autoregressive"
    """Decoder of a sequence VAE: `plain` outputs all steps at once, `autoregressive` one by one."""

    bars: int = 2
    """Bars per window; twice as many in meters whose bar is shorter than three quarter notes."""

    conductor: int = 0
    """Width of the conductor LSTM of a hierarchical net, one step per bar; 0 for a flat net."""

    segments: int = 1
    """Equal segments of a window, each with its own part of `z`; 1 for a net of whole windows."""

    encoder: int = 256
    """Hidden width of the encoder, in each direction."""

    latent: int = 192
    """Width of `z`."""

    hidden: int = 448
    """Hidden width of the decoder, or of a next-step net."""

    layers: int = 2
    """Recurrent layers of the decoder, or of a next-step net."""

    chain: bool = False
    """Let a next-step net condition each channel of a step on those before it (a chain)."""

    lookback: int = 0
    """Largest lag, in bars, at which a next-step net reads what stood there; 0 for none."""

    embedding: int = 0
    """Features to which a next-step net reduces its inputs first; 0 for none."""

    dropout: float = 0.0
    """Share of the outputs of each layer that training hides in a next-step net."""

    top_p: float = 1.0
    """A next-step net draws from the likeliest choices with this much probability; 1 for all."""

    step_features: int = 0
    """Features a sequence encoder outputs for each step, beside its final state; 0 for none."""

    step_conditioning: int = 32
    """Width of the vector that an autoregressive decoder computes from `z` for each step."""

    step_dropout: float = 0.0
    """Share of previous steps that training hides from an autoregressive decoder."""

    prior: int = 0
    """Hidden width of the next-step net fitted as the prior; 0 for N(0, I)."""

    prior_chain: bool = False
    """`chain` of the prior net."""

    prior_layers: int = 1
    """`layers` of the prior net."""

    prior_lookback: int = 0
    """`lookback` of the prior net."""

    prior_embedding: int = 0
    """`embedding` of the prior net."""

    prior_dropout: float = 0.0
    """`dropout` of the prior net."""

    prior_top_p: float = 1.0
    """`top_p` of the prior net."""

    min_nll: float = 0.0
    """Nats per step: a window the prior finds likelier than this is sampled again."""

    def __post_init__(self) -> None:
        if self.conductor and self.decoder == "plain":
            raise ValueError("A conductor needs an autoregressive decoder, not a plain one.")
        if self.segments > 1 and (
            self.kind != "sequence-vae" or self.decoder == "plain" or self.conductor
        ):
            raise ValueError(
                "Only an autoregressive sequence VAE without a conductor has segments."
            )
        if self.segments > 1 and (self.bars % self.segments or self.latent % self.segments):
            raise ValueError("The bars and the width of z must be multiples of the segments.")


_VERSION_1_NAMES = {"notes": "step_features", "plan": "step_conditioning", "prior_floor": "min_nll"}
"""Field names of `NetConfig` in JSON of format version 1, with their present names."""


def read_net(stored: Mapping[str, Any]) -> NetConfig:
    """Parse the net config of a checkpoint or training state, format version 1 or 2.

    Raises:
        TypeError: a field is unknown.
    """
    return NetConfig(**{_VERSION_1_NAMES.get(name, name): value for name, value in stored.items()})


MAX_SIZES = {
    **dict.fromkeys(("encoder", "latent", "hidden", "step_conditioning"), (1, 16_384)),
    **dict.fromkeys(("conductor", "prior"), (0, 16_384)),
    **{"bars": (1, 64), "segments": (1, 64), "step_features": (0, 4_096), "min_nll": (0, 1e6)},
    **dict.fromkeys(("embedding", "prior_embedding"), (0, 16_384)),
    **dict.fromkeys(("layers", "prior_layers"), (1, 64)),
    **dict.fromkeys(("lookback", "prior_lookback"), (0, 64)),
    **dict.fromkeys(("step_dropout", "dropout", "prior_dropout"), (0, 1)),
    **dict.fromkeys(("top_p", "prior_top_p"), (0.01, 1)),
}
"""Least and largest value of each size of a net that a checkpoint may ask for."""


def check_types(config: NetConfig | TrainConfig) -> None:
    """Check that a config that was read has values of the types and sizes of its fields.

    Raises:
        ValueError: a value has another type, is not finite, or does not fit 64 bits.
    """
    for setting in fields(config):
        value, types = getattr(config, setting.name), (type(setting.default), int)
        is_number = isinstance(value, int | float)
        if type(value) not in types or (is_number and not abs(value) < 2**63):
            raise ValueError(f"{setting.name} is {arguments.quote(value)}")


def check_net(net: NetConfig) -> None:
    """Check that a config that was read describes a net that can be built.

    Raises:
        ValueError: a value has the wrong type or kind, or a size is out of range.
    """
    check_types(net)
    for name, (least, largest) in MAX_SIZES.items():
        value = getattr(net, name)
        if not least <= value <= largest:
            raise ValueError(f"{name} is {value}, and not from {least:,} to {largest:,}")
    if net.kind not in get_args(Kind) or net.decoder not in get_args(DecoderKind):
        kind, decoder = arguments.quote(net.kind), arguments.quote(net.decoder)
        raise ValueError(f"there is no net of kind {kind} with decoder {decoder}")


PRIOR_FIELDS = {
    "prior": "hidden",
    "prior_chain": "chain",
    "prior_layers": "layers",
    "prior_lookback": "lookback",
    "prior_embedding": "embedding",
    "prior_dropout": "dropout",
    "prior_top_p": "top_p",
}
"""Fields of a config that describe its prior, and those of the prior's own config."""


def without_prior(config: NetConfig) -> NetConfig:
    """The config without its prior."""
    defaults = {name: getattr(NetConfig, name) for name in PRIOR_FIELDS}
    return replace(config, min_nll=0.0, **defaults)


def prior_config(config: NetConfig) -> NetConfig:
    """The config of the next-step net that is the prior of `config`."""
    settings: dict[str, Any] = {
        field_name: getattr(config, name) for name, field_name in PRIOR_FIELDS.items()
    }
    return NetConfig("lstm", config.codec, bars=config.bars, **settings)


def with_prior_config(config: NetConfig, prior: NetConfig, min_nll: float) -> NetConfig:
    """The config with a next-step net as its prior; undoes `prior_config`."""
    settings = {name: getattr(prior, field_name) for name, field_name in PRIOR_FIELDS.items()}
    return replace(config, min_nll=min_nll, **settings)


def has_posterior(config: NetConfig) -> bool:
    """Return True if the encoder of the net outputs `q(z|x)`."""
    return config.kind in ("vae", "sequence-vae")


@dataclass(frozen=True)
class TrainConfig:
    """How a net is trained."""

    steps: int = 4_000
    """Number of updates; the learning rate reaches zero at the last."""

    batch: int = 256
    """Windows per update."""

    learning_rate: float = 1.5e-3
    """Peak learning rate of AdamW."""

    warmup: int = 100
    """Updates over which the learning rate rises to its peak."""

    cooldown: float = 0.4
    """Share of updates, at the end, over which the learning rate falls to zero."""

    weight_decay: float = 0.01
    """Decoupled weight decay of AdamW."""

    clip: float = 1.0
    """Gradients are clipped to this norm."""

    beta: float = 0.2
    """Weight of the KL term."""

    beta_warmup: int = 1_000
    """Updates over which beta rises from zero, so that the decoder learns to use `z` first."""

    free_nats: float = 33.3
    """KL per window that is not penalized; 33.3 nats are the 48 bits of the published model."""

    valid_every: int = 500
    """Updates between validations; the net with the best validation is saved."""

    patience: int = 0
    """Stop after this many validations in a row without improvement; 0 for never."""

    precision: Literal["auto", "bf16", "fp32"] = "auto"
    """Precision of matrix products; weights stay in single precision. `auto` is bf16 if the
    processor supports it, which is several times faster, else fp32."""

    transposed: float = 0.25
    """Share of training windows that are moved to a random key, within the range of the codec."""

    seed: int = 0
    """Seed of initial weights, batches, transpositions and noise."""


@dataclass(frozen=True)
class ModelConfig:
    """A preset: the net and how it is trained."""

    preset: str
    net: NetConfig
    train: TrainConfig = field(default_factory=TrainConfig)


@dataclass(frozen=True)
class SampleConfig:
    """How phrases are sampled from a model."""

    n: int = 4
    """Number of phrases."""

    temperature: float = 1.0
    """Softmax temperature: 0.5 plays it safe, 1.0 is the model's own distribution, 1.3 is wild."""


def check_seed(seed: int | None) -> None:
    """Check that a seed is 0 or more; None, for a random seed, passes.

    Raises:
        RequestError: it is no whole number, below 0, or has more than 128 bits.
    """
    if seed is not None:
        arguments.check_seed("seed", seed)
