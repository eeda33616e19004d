"""The state of a training run in one file: all that resuming needs, never a pickle.

    training.safetensors    net.*, exp_avg.*, exp_avg_sq.*, step.*: weights and the moments
                            of AdamW in single precision; the rest as JSON in its header

There is no random state to keep: what an update draws comes from (seed, step).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor, nn
from torch.optim import AdamW

from ..atomic_files import write_whole
from ..config import ModelConfig, TrainConfig, read_net
from ..errors import TrainingError

STATE = "training.safetensors"
MOMENTS = ("exp_avg", "exp_avg_sq", "step")


@dataclass(frozen=True)
class TrainerState:
    """How far a run has come.

    Attributes:
        step: updates done.
        best: the lowest loss on valid so far; None before the first.
        stale: validations since then.
    """

    step: int = 0
    best: float | None = None
    stale: int = 0


def save_state(
    folder: Path, config: ModelConfig, standing: TrainerState, net: nn.Module, optimizer: AdamW
) -> None:
    """Write the file whole.

    Raises:
        OutputError: the folder cannot be written.
    """
    tensors = {f"net.{name}": tensor for name, tensor in net.state_dict().items()}
    for name, parameter in net.named_parameters():
        for key, moment in optimizer.state[parameter].items():
            tensors[f"{key}.{name}"] = moment.reshape(-1) if key == "step" else moment
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    about = json.dumps({"config": asdict(config), "standing": asdict(standing)})
    write_whole(folder / STATE, to_bytes(tensors, {"about": about}))


def saved_config(folder: Path) -> ModelConfig:
    """The choices that the run in a folder was begun with.

    Raises:
        TrainingError: there is none, or its file is damaged.
    """
    with _saved(folder) as (_, about):
        return _config(about)


def load_state(folder: Path, config: ModelConfig, net: nn.Module, optimizer: AdamW) -> TrainerState:
    """Give a net and its optimizer what `save_state` wrote.

    Raises:
        TrainingError: the file is damaged, or of a run with other choices.
    """
    with _saved(folder) as (file, about):
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        begun, standing = _config(about), TrainerState(**about["standing"])
    if other := differences(asdict(begun), asdict(config)):
        raise TrainingError(
            f"{folder} holds a training that was begun with {', '.join(other)}: "
            "resume it with the same, or choose another folder."
        )
    net.load_state_dict(_below("net", tensors))
    moments = {key: _below(key, tensors) for key in MOMENTS}
    for name, parameter in net.named_parameters():
        if name in moments["step"]:
            optimizer.state[parameter] = {
                "step": moments["step"][name].reshape(()),
                "exp_avg": moments["exp_avg"][name].to(parameter.device),
                "exp_avg_sq": moments["exp_avg_sq"][name].to(parameter.device),
            }
    return standing


@contextmanager
def _saved(folder: Path) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The open file of a saved run, and its header."""
    if not (folder / STATE).is_file():
        raise TrainingError(f"There is no training in {folder} to resume.")
    try:
        with safe_open(folder / STATE, "pt") as file:
            yield file, json.loads(file.metadata()["about"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"{folder / STATE} cannot be resumed: {error}.") from error


def _config(about: Mapping[str, Any]) -> ModelConfig:
    """The choices in a header; one that there was not yet when it was written is the usual."""
    begun = about["config"]
    net, choices = read_net(begun["net"]), TrainConfig(**begun["train"])
    return ModelConfig(begun["preset"], net, choices)


def differences(begun: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """`batch 64 (not 32)` for each choice that is another."""
    found = []
    for name, value in now.items():
        was = begun.get(name)
        if isinstance(value, dict) and isinstance(was, dict):
            found += differences(was, value)
        elif was != value:
            found.append(f"{name} {was} (not {value})")
    return found


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    start = prefix + "."
    return {name[len(start) :]: t for name, t in tensors.items() if name.startswith(start)}
