"""Checkpoints: weights and config of a model in one folder, as numpy arrays, without pickle.

The folder:

    model.safetensors    the weights, half precision
    config.json          format version, digest, preset, net, training, step
    card.md              data, training and results, written by hand
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .arguments import MAX_SYMBOL, MAX_WHOLE, check_text, quote
from .arrays import FloatArray
from .atomic_files import write_atomic
from .bounded_read import check_file, read_bytes, read_json
from .config import (
    ModelConfig,
    TrainConfig,
    check_net,
    check_types,
    prior_config,
    read_net,
    with_prior_config,
    without_prior,
)
from .errors import CheckpointError

VERSION = 2
"""Format version of the folder. Version 1, with other field names and no digest, is read too."""

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
MAX_WEIGHT_BYTES = 2**29
"""Largest file of weights that is read: 268 million of them."""
MAX_TEXT_BYTES = 2**20
"""Largest `config.json` that is read."""

DIGEST_LENGTH = 64
"""Hexadecimal digits of a SHA-256."""
PRIOR = "prior."
"""Prefix of the weights of the fitted prior."""
ATTRIBUTE = "attribute."
"""Prefix of attribute directions in z; adding one moves its attribute by about one SD."""
ATTRIBUTE_SCALE = "attribute-scale."
"""Prefix of the mean and SD of an attribute over the training set."""


@dataclass(frozen=True)
class Checkpoint:
    """Weights and config of a model. Weights are single precision in memory."""

    config: ModelConfig
    weights: Mapping[str, FloatArray]
    step: int = 0

    def __repr__(self) -> str:
        return f"Checkpoint({self.config.preset}, parameters={self.parameters:,})"

    @property
    def parameters(self) -> int:
        """Number of trained weights, without attribute directions and scales."""
        return sum(array.size for array in _without(self, ATTRIBUTE, ATTRIBUTE_SCALE).values())

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the net without prior and attributes; clips store it.

        Weights are hashed in half precision, as stored, so saving and loading do not change it.
        Clips of every version identify the net by it: a renamed field keeps its old name in the
        hashed text, and a new field is left out. A checkpoint that was loaded has the digest that
        its config states.
        """
        net, weights = self.config.net, net_only(self).weights
        hashed_fields: dict[str, object] = {
            "kind": net.kind,
            "codec": net.codec,
            "decoder": net.decoder,
            "bars": net.bars,
            "conductor": net.conductor,
            "encoder": net.encoder,
            "latent": net.latent,
            "hidden": net.hidden,
            "layers": net.layers,
            "chain": net.chain,
            "notes": net.step_features,
            "plan": net.step_conditioning,
            "step_dropout": net.step_dropout,
            "prior": 0,
            "prior_chain": False,
            "prior_floor": 0.0,
        }
        if net.segments > 1:
            hashed_fields["segments"] = net.segments
        text = ", ".join(f"{name}={value!r}" for name, value in hashed_fields.items())
        digest = hashlib.sha256(f"NetConfig({text})".encode())
        for name in sorted(weights):
            digest.update(name.encode() + np.ascontiguousarray(weights[name], "<f2").tobytes())
        return digest.hexdigest()


def save(folder: Path | str, checkpoint: Checkpoint) -> None:
    """Write weights, then config, each atomically; an unfinished folder has no config.

    Raises:
        CheckpointError: a weight is not finite in half precision; nothing is written.
        OutputError: the folder cannot be written.
    """
    from safetensors.numpy import save as to_bytes

    folder = Path(folder)
    halves = {}
    for name, array in checkpoint.weights.items():
        with np.errstate(over="ignore"):  # the next line reports an overflow
            halves[name] = np.ascontiguousarray(array, dtype=np.float16)
        if not np.isfinite(halves[name]).all():
            raise CheckpointError(f"{name} holds numbers that half precision cannot: it diverged.")
    write_atomic(folder / WEIGHTS, to_bytes(halves))
    about = {
        "version": VERSION,
        "digest": checkpoint.digest,
        "step": checkpoint.step,
        **asdict(checkpoint.config),
    }
    write_atomic(folder / CONFIG, (json.dumps(about, indent=2) + "\n").encode())


def load(folder: Path | str) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        CheckpointError: it is missing, damaged, or of an unknown format version.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    folder = Path(folder)
    about = _read_json(folder)
    config, step = _parse_config(folder, about)
    try:
        _check_header(folder / WEIGHTS)
        stored = from_bytes(read_bytes(folder / WEIGHTS, MAX_WEIGHT_BYTES))
    except (OSError, SafetensorError, KeyError, ValueError) as error:  # KeyError: a foreign type
        raise CheckpointError(f"The weights in {folder} cannot be read: {error}.") from error
    if any(a.dtype.kind != "f" or not (a.size and n.isprintable()) for n, a in stored.items()):
        raise CheckpointError(f"The weights in {folder} are no numbers of a net: it is damaged.")
    with np.errstate(over="ignore"):  # the next line reports an overflow
        weights = {name: array.astype(np.float32) for name, array in stored.items()}
    if not all(np.isfinite(array).all() for array in weights.values()):
        raise CheckpointError(f"The weights in {folder} are not all numbers: it is damaged.")
    checkpoint = Checkpoint(config, weights, step)
    if digest := _digest_in(about):  # fills the cached property: hashing takes as long as loading
        vars(checkpoint)["digest"] = digest
    return checkpoint


def _check_header(path: Path) -> None:
    """Raise ValueError if the length of the header, in the first 8 bytes, does not fit the file.

    So the zeros of a sparse file are refused before they are read.
    """
    size = check_file(path, MAX_WEIGHT_BYTES)
    with path.open("rb") as file:
        header = int.from_bytes(file.read(8), "little")
    if not 2 <= header <= size - 8:
        raise ValueError("it has no header")


def net_only(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint without fitted prior and attributes."""
    config = replace(checkpoint.config, net=without_prior(checkpoint.config.net))
    weights = _without(checkpoint, PRIOR, ATTRIBUTE, ATTRIBUTE_SCALE)
    return replace(checkpoint, config=config, weights=weights)


def with_prior(checkpoint: Checkpoint, prior: Checkpoint, min_nll: float = 0.0) -> Checkpoint:
    """The checkpoint with `prior`, a next-step net, as its prior; an older prior is replaced.

    Args:
        min_nll: `min_nll` of the config, nats per step.
    """
    net = with_prior_config(checkpoint.config.net, prior.config.net, min_nll)
    weights = {PRIOR + name: array for name, array in prior.weights.items()}
    return replace(
        checkpoint,
        config=replace(checkpoint.config, net=net),
        weights={**_without(checkpoint, PRIOR), **weights},
    )


def prior_of(checkpoint: Checkpoint) -> Checkpoint | None:
    """The next-step net fitted as prior, or None if the prior is N(0, I)."""
    if not checkpoint.config.net.prior:
        return None
    config = replace(checkpoint.config, net=prior_config(checkpoint.config.net))
    return Checkpoint(config, _with_prefix(checkpoint, PRIOR), checkpoint.step)


def with_attributes(
    checkpoint: Checkpoint,
    directions: Mapping[str, FloatArray],
    scales: Mapping[str, FloatArray] | None = None,
) -> Checkpoint:
    """The checkpoint with attributes added to those it has.

    Args:
        directions: direction in z by attribute name, `[Z]` each.
        scales: mean and SD of attributes that can be measured, `[2]` each.
    """
    added = {ATTRIBUTE + name: array for name, array in directions.items()}
    added |= {ATTRIBUTE_SCALE + name: array for name, array in (scales or {}).items()}
    return replace(checkpoint, weights={**checkpoint.weights, **added})


def attribute_directions(checkpoint: Checkpoint) -> dict[str, FloatArray]:
    """Attribute directions in z by name, `[Z]` each."""
    return _with_prefix(checkpoint, ATTRIBUTE)


def attribute_scales(checkpoint: Checkpoint) -> dict[str, FloatArray]:
    """Mean and SD over the training set of measurable attributes by name, `[2]` each."""
    return _with_prefix(checkpoint, ATTRIBUTE_SCALE)


def _with_prefix(checkpoint: Checkpoint, prefix: str) -> dict[str, FloatArray]:
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
    """The digest stored in the config; a config without one has its weights read and hashed.

    Raises:
        CheckpointError: see `load`.
    """
    return _digest_in(_read_json(Path(folder))) or load(folder).digest


def _digest_in(about: Mapping[str, Any]) -> str | None:
    """The digest that a config states; None if it states none."""
    digest = about.get("digest")
    return digest if isinstance(digest, str) and len(digest) == DIGEST_LENGTH else None


def load_config(folder: Path) -> tuple[ModelConfig, int]:
    """Read the config and the training step without the weights.

    Raises:
        CheckpointError: see `load`.
    """
    return _parse_config(folder, _read_json(folder))


def _parse_config(folder: Path, about: Mapping[str, Any]) -> tuple[ModelConfig, int]:
    try:
        net, train = read_net(about["net"]), TrainConfig(**about["train"])
        check_net(net)
        check_types(train)
        step, preset = about["step"], check_text("preset", about["preset"], MAX_SYMBOL)
        if type(step) is not int or not 0 <= step <= MAX_WHOLE:
            raise ValueError(f"step is {quote(step)}")
        return ModelConfig(preset, net, train), step
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{folder / CONFIG} does not describe a net: {error}.") from error


def _read_json(folder: Path) -> dict[str, Any]:
    """Read `config.json` and check its format version."""
    try:
        about: Any = read_json(folder / CONFIG, MAX_TEXT_BYTES)
    except FileNotFoundError:
        raise CheckpointError(f"{folder} is no checkpoint: it has no {CONFIG}.") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{folder / CONFIG} cannot be read: {error}.") from error
    if not isinstance(about, dict):
        raise CheckpointError(f"{folder / CONFIG} does not describe a net.")
    if about.get("version") not in (1, VERSION):
        raise CheckpointError(
            f"{folder} has format version {quote(about.get('version'))}; "
            f"this musicvae reads versions up to {VERSION}."
        )
    return about
