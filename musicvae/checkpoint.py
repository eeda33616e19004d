"""A checkpoint: weights and config in one folder; numpy in, numpy out, never a pickle.

The folder:

    model.safetensors    the weights, half precision
    config.json          format version, preset, net, training, step
    card.md              what it learned from, how, and its numbers (written by people)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

import numpy as np

from .arrays import FloatArray
from .atomic_files import write_whole
from .config import (
    DecoderKind,
    Kind,
    ModelConfig,
    NetConfig,
    TrainConfig,
    prior_config,
    read_net,
    without_prior,
)
from .errors import CheckpointError

VERSION = 2
"""Of the folder; version 1, with other names of some fields and no digest, is read, too."""

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
PRIOR = "prior."
"""Before the names of the weights of the prior that was fitted when the net was trained."""
ATTRIBUTE = "attribute."
"""Before the name of a direction in z: adding it once moves that attribute by about one SD."""
ATTRIBUTE_SCALE = "attribute-scale."
"""Before the name of an attribute whose mean and SD over the training set are stored."""


@dataclass(frozen=True)
class Checkpoint:
    """What a folder holds. Weights are single precision in memory."""

    config: ModelConfig
    weights: Mapping[str, FloatArray]
    step: int = 0

    def __repr__(self) -> str:
        return f"Checkpoint({self.config.preset}, parameters={self.parameters:,})"

    @property
    def parameters(self) -> int:
        """Numbers learned; directions of attributes were measured."""
        apart = (ATTRIBUTE, ATTRIBUTE_SCALE)
        return sum(a.size for name, a in self.weights.items() if not name.startswith(apart))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the net that decodes z, without prior and attributes; clips store it.

        Weights are hashed as they are stored, so saving and loading do not change it. Fields are
        spelled out one by one: clips of every version know the net by this text, so a field that
        is renamed keeps its old spelling here, and a new one does not enter.
        """
        net, weights = self.config.net, net_only(self).weights
        spelled = {
            **{"kind": net.kind, "codec": net.codec, "decoder": net.decoder, "bars": net.bars},
            **{"conductor": net.conductor, "encoder": net.encoder, "latent": net.latent},
            **{"hidden": net.hidden, "layers": net.layers, "chain": net.chain},
            **{"notes": net.step_features, "plan": net.step_conditioning},
            **{"step_dropout": net.step_dropout},
            **{"prior": 0, "prior_chain": False, "prior_floor": 0.0},
        }
        text = ", ".join(f"{name}={value!r}" for name, value in spelled.items())
        found = hashlib.sha256(f"NetConfig({text})".encode())
        for name in sorted(weights):
            found.update(name.encode() + np.ascontiguousarray(weights[name], "<f2").tobytes())
        return found.hexdigest()


def save(folder: Path | str, checkpoint: Checkpoint) -> None:
    """Write weights, then config, each whole; a folder in the making has no config.

    Raises:
        CheckpointError: a weight is not finite in half precision; nothing is written.
        OutputError: the folder cannot be written.
    """
    from safetensors.numpy import save as to_bytes

    folder = Path(folder)
    halves = {}
    for name, array in checkpoint.weights.items():
        with np.errstate(over="ignore"):  # an overflow is found in the next line
            halves[name] = np.ascontiguousarray(array, dtype=np.float16)
        if not np.isfinite(halves[name]).all():
            raise CheckpointError(f"{name} holds numbers that half precision cannot: it diverged.")
    write_whole(folder / WEIGHTS, to_bytes(halves))
    about = {
        "version": VERSION,
        "digest": checkpoint.digest,
        "step": checkpoint.step,
        **asdict(checkpoint.config),
    }
    write_whole(folder / CONFIG, (json.dumps(about, indent=2) + "\n").encode())


def load(folder: Path | str) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        CheckpointError: it is missing, damaged, or of a version this package does not know.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    folder = Path(folder)
    config, step = load_config(folder)
    try:
        stored = from_bytes((folder / WEIGHTS).read_bytes())
    except (OSError, SafetensorError, KeyError) as error:  # KeyError: a type numpy has not
        raise CheckpointError(f"The weights in {folder} cannot be read: {error}.") from error
    weights = {name: array.astype(np.float32) for name, array in stored.items()}
    if not all(np.isfinite(array).all() for array in weights.values()):
        raise CheckpointError(f"The weights in {folder} are not all numbers: it is damaged.")
    return Checkpoint(config, weights, step)


def net_only(checkpoint: Checkpoint) -> Checkpoint:
    """The net alone, as it was trained: its prior is N(0, I)."""
    config = replace(checkpoint.config, net=without_prior(checkpoint.config.net))
    weights = _without(checkpoint, PRIOR, ATTRIBUTE, ATTRIBUTE_SCALE)
    return replace(checkpoint, config=config, weights=weights)


def with_prior(checkpoint: Checkpoint, prior: Checkpoint, floor: float = 0.0) -> Checkpoint:
    """A net and the next-step net that was fitted to it, which takes the place of another."""
    fitted = prior.config.net
    net = replace(
        checkpoint.config.net,
        prior=fitted.hidden,
        prior_chain=fitted.chain,
        min_nll=floor,
    )
    weights = {PRIOR + name: array for name, array in prior.weights.items()}
    return replace(
        checkpoint,
        config=replace(checkpoint.config, net=net),
        weights={**_without(checkpoint, PRIOR), **weights},
    )


def prior_of(checkpoint: Checkpoint) -> Checkpoint | None:
    """The next-step net that was fitted to a net, or None: its prior is N(0, I)."""
    if not checkpoint.config.net.prior:
        return None
    config = replace(checkpoint.config, net=prior_config(checkpoint.config.net))
    return Checkpoint(config, _below(checkpoint, PRIOR), checkpoint.step)


def with_attributes(
    checkpoint: Checkpoint,
    directions: Mapping[str, FloatArray],
    scales: Mapping[str, FloatArray] | None = None,
) -> Checkpoint:
    """The same with some directions in z, `[Z]` each, by name; others that it has stay.

    Args:
        scales: mean and SD of those that can be measured, `[2]` each.
    """
    added = {ATTRIBUTE + name: array for name, array in directions.items()}
    added |= {ATTRIBUTE_SCALE + name: array for name, array in (scales or {}).items()}
    return replace(checkpoint, weights={**checkpoint.weights, **added})


def attributes_of(checkpoint: Checkpoint) -> dict[str, FloatArray]:
    """The directions in z that are stored, by name. `[Z]` each"""
    return _below(checkpoint, ATTRIBUTE)


def scales_of(checkpoint: Checkpoint) -> dict[str, FloatArray]:
    """Mean and SD over the training set of the attributes that can be measured. `[2]` each"""
    return _below(checkpoint, ATTRIBUTE_SCALE)


def _below(checkpoint: Checkpoint, prefix: str) -> dict[str, FloatArray]:
    return {
        name.removeprefix(prefix): array
        for name, array in checkpoint.weights.items()
        if name.startswith(prefix)
    }


def _without(checkpoint: Checkpoint, *prefixes: str) -> dict[str, FloatArray]:
    return {
        name: array for name, array in checkpoint.weights.items() if not name.startswith(prefixes)
    }


def stored_digest(folder: Path | str) -> str:
    """The digest of a checkpoint from its config; weights are read only if an old one has none.

    Raises:
        CheckpointError: see `load`.
    """
    digest = _about(Path(folder)).get("digest")
    return digest if isinstance(digest, str) else load(folder).digest


def load_config(folder: Path) -> tuple[ModelConfig, int]:
    """The config alone, and the step it was saved at."""
    about = _about(folder)
    try:
        net, train = _net(about["net"]), TrainConfig(**about["train"])
        return ModelConfig(str(about["preset"]), net, train), int(about["step"])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder / CONFIG} does not describe a net: {error}.") from error


def _about(folder: Path) -> dict[str, Any]:
    """The JSON of a checkpoint, of a version that is known."""
    try:
        about: Any = json.loads((folder / CONFIG).read_text())
    except FileNotFoundError:
        raise CheckpointError(f"{folder} is no checkpoint: it has no {CONFIG}.") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{folder / CONFIG} cannot be read: {error}.") from error
    if not isinstance(about, dict):
        raise CheckpointError(f"{folder / CONFIG} does not describe a net.")
    if about.get("version") not in (1, VERSION):
        raise CheckpointError(
            f"{folder} has format version {about.get('version')}; "
            f"this musicvae reads versions up to {VERSION}."
        )
    return about


def _net(found: Mapping[str, Any]) -> NetConfig:
    """A net as JSON describes it; a value of a type or kind that there is not is a ValueError."""
    net = read_net(found)
    for field in fields(net):
        value = getattr(net, field.name)
        if type(value) not in (type(field.default), int):
            raise ValueError(f"{field.name} is {value!r}")
    if net.kind not in get_args(Kind) or net.decoder not in get_args(DecoderKind):
        raise ValueError(f"there is no net of kind {net.kind!r} with decoder {net.decoder!r}")
    return net
