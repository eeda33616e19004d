"""The state of a training run in one file, with everything needed to resume it; no pickle.

    training.safetensors    net.*, exp_avg.*, exp_avg_sq.*, step.*: weights and the moments
                            of AdamW in single precision; the rest as JSON in its header

No random state is stored: the random numbers of an update follow from (seed, step).
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

from ..atomic_files import write_atomic
from ..config import ModelConfig, TrainConfig, check_net, check_types, read_net
from ..errors import TrainingError

STATE_FILE = "training.safetensors"
MOMENTS = ("exp_avg", "exp_avg_sq", "step")


@dataclass(frozen=True)
class TrainerState:
    """Progress of a training run.

    Attributes:
        step: number of updates done.
        best: lowest validation loss so far; None before the first validation.
        stale: number of validations since then.
    """

    step: int = 0
    best: float | None = None
    stale: int = 0


def save_state(
    folder: Path, config: ModelConfig, state: TrainerState, net: nn.Module, optimizer: AdamW
) -> None:
    """Write the state of a run; an interrupted write leaves the old file intact.

    Raises:
        OutputError: the folder cannot be written.
    """
    tensors = {f"net.{name}": tensor for name, tensor in net.state_dict().items()}
    for name, parameter in net.named_parameters():
        for key, moment in optimizer.state[parameter].items():
            tensors[f"{key}.{name}"] = moment.reshape(-1) if key == "step" else moment
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    header = json.dumps({"config": asdict(config), "standing": asdict(state)})
    write_atomic(folder / STATE_FILE, to_bytes(tensors, {"about": header}))


def saved_config(folder: Path) -> ModelConfig:
    """The config of the run in a folder.

    Raises:
        TrainingError: there is no run, or its file is damaged.
    """
    with _open_state(folder) as (_, header):
        return _config(header)


def load_state(folder: Path, config: ModelConfig, net: nn.Module, optimizer: AdamW) -> TrainerState:
    """Load the state of a run into a net and its optimizer; return its progress.

    Raises:
        TrainingError: the file is damaged, or was written by a run with another config.
    """
    with _open_state(folder) as (file, header):
        # copies: Windows replaces no file of which a tensor is still mapped
        tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
        saved, state = _config(header), TrainerState(**header["standing"])
    if changed := differences(asdict(saved), asdict(config)):
        raise TrainingError(
            f"{folder} holds a training that was begun with {', '.join(changed)}: "
            "resume it with the same settings, or choose another folder."
        )
    net.load_state_dict(_with_prefix("net", tensors))
    moments = {key: _with_prefix(key, tensors) for key in MOMENTS}
    for name, parameter in net.named_parameters():
        if name in moments["step"]:
            optimizer.state[parameter] = {
                "step": moments["step"][name].reshape(()),
                "exp_avg": moments["exp_avg"][name].to(parameter.device),
                "exp_avg_sq": moments["exp_avg_sq"][name].to(parameter.device),
            }
    return state


@contextmanager
def _open_state(folder: Path) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Open the file of a saved run; yield it and its header."""
    if not (folder / STATE_FILE).is_file():
        raise TrainingError(f"There is no training in {folder} to resume.")
    try:
        with safe_open(folder / STATE_FILE, "pt") as file:
            yield file, json.loads(file.metadata()["about"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise TrainingError(f"{folder / STATE_FILE} cannot be resumed: {error}.") from error


def _config(header: Mapping[str, Any]) -> ModelConfig:
    """The config in a header; a setting newer than the file has its default."""
    saved = header["config"]
    net, train = read_net(saved["net"]), TrainConfig(**saved["train"])
    check_net(net)
    check_types(train)
    return ModelConfig(saved["preset"], net, train)


def differences(saved: Mapping[str, object], current: Mapping[str, object]) -> list[str]:
    """Describe each setting that differs, such as `batch 64 (not 32)`."""
    changed = []
    for name, value in current.items():
        saved_value = saved.get(name)
        if isinstance(value, dict) and isinstance(saved_value, dict):
            changed += differences(saved_value, value)
        elif saved_value != value:
            changed.append(f"{name} {saved_value} (not {value})")
    return changed


def _with_prefix(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names start with a prefix, by the rest of their names."""
    start = prefix + "."
    return {name[len(start) :]: t for name, t in tensors.items() if name.startswith(start)}
