"""Training: one readable loop for every net; stops by the clock, resumes where it was.

Everything random in an update is drawn from (seed, step), so a resumed run
draws what an unbroken one would have drawn.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor

from . import checkpoint
from .config import ModelConfig, TrainConfig
from .dataset import Windows, draw_transpositions, open_split
from .errors import TrainingError
from .files import write_whole
from .model import Net, build, checkpoint_of, to_sequences
from .nets import Losses, Sequences
from .progress import Progress, Report, silent

STATE = "training.safetensors"
SAVE_EVERY_SECONDS = 120
REPORT_EVERY = 10
VALID_WINDOWS = 1024


def train(
    config: ModelConfig,
    data: Path | str,
    out: Path | str,
    *,
    resume: bool = False,
    max_minutes: float = math.inf,
    progress: Progress = silent,
) -> Path:
    """Train a net on a prepared data set and save it to the folder `out`.

    With *resume* the run in `out` goes on from its last save. After
    *max_minutes* the run saves and stops, to be resumed later.

    Raises:
        DatasetError: `data` is no data set, or of another codec than the net reads.
        TrainingError: `out` holds a training already, or none to resume; or the loss is NaN.
        OutputError: `out` cannot be written.
    """
    out = Path(out)
    windows = open_split(data, "train")
    valid = open_split(data, "valid")
    if windows.codec.name != config.net.codec:
        raise TrainingError(
            f"{config.preset} reads {config.net.codec!r}, but {data} was prepared for "
            f"{windows.codec.name!r}: prepare it again with --codec {config.net.codec}."
        )
    if resume != (out / STATE).exists():
        raise TrainingError(
            f"There is no training in {out} to resume."
            if resume
            else f"{out} holds a training already: go on with --resume, or choose another folder."
        )
    run = Run(config, out)
    if resume:
        run.restore()
    run.go(windows, valid, max_minutes, progress)
    return out


class Run:
    """A net, its optimizer, and how far they have come."""

    def __init__(self, config: ModelConfig, out: Path) -> None:
        torch.manual_seed(config.train.seed)
        self.config = config
        self.out = out
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.net: Net = build(config.net).to(self.device)
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(),
            lr=config.train.learning_rate,
            betas=(0.9, 0.98),
            weight_decay=config.train.weight_decay,
        )
        self.bf16 = use_bf16(config.train.precision, self.device)
        self.step = 0

    def go(self, windows: Windows, valid: Windows, max_minutes: float, progress: Progress) -> None:
        """Update until the steps are done or the time is up; save on the way and at the end."""
        choices = self.config.train
        begun = saved = time.monotonic()
        seen = 0
        for rows in draw_batches(windows, choices, self.step):
            now = time.monotonic()
            if now - begun > 60 * max_minutes:
                break
            if now - saved > SAVE_EVERY_SECONDS:
                self.save()
                saved = now
            losses = self.update(windows, rows)
            seen += len(rows)
            if self.step % REPORT_EVERY == 0 or self.step == choices.steps:
                figures = self._figures(losses, seen / (time.monotonic() - begun))
                progress(Report("train", self.step, choices.steps, figures))
        self.save()
        if self.step:
            progress(Report("train", self.step, choices.steps, self.validate(valid)))

    def update(self, windows: Windows, rows: NDArray[np.int64]) -> dict[str, float]:
        """One step of AdamW on a batch; the terms of its loss, a mean over windows."""
        choices = self.config.train
        rng = np.random.default_rng((choices.seed, self.step))
        torch.manual_seed(int(rng.integers(2**62)))
        batch = windows.batch(rows, draw_transpositions(len(rows), rng))
        sequences = to_sequences(batch, self.device)
        for group in self.optimizer.param_groups:
            group["lr"] = choices.learning_rate * warmup_then_cooldown(choices, self.step)
        self.net.train()
        with self._autocast():
            losses = self.net.losses(sequences)
        beta = choices.beta * min(1.0, self.step / max(1, choices.beta_warmup))
        total = losses.total(beta, choices.free_nats)
        if not bool(torch.isfinite(total)):
            raise TrainingError(
                f"The loss is not a number at step {self.step}; the last good save is in "
                f"{self.out}. Go on with --resume and a lower learning rate."
            )
        self.optimizer.zero_grad()
        torch.autograd.backward(total)
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), choices.clip)
        self.optimizer.step()
        self.step += 1
        return self._terms(losses, sequences)

    @torch.no_grad()
    def validate(self, valid: Windows) -> dict[str, float]:
        """The same terms on held-out windows, teacher-forced."""
        self.net.eval()
        rows = np.arange(0, len(valid), max(1, len(valid) // VALID_WINDOWS))
        sums: dict[str, float] = {}
        for part in np.array_split(rows, math.ceil(len(rows) / 256)):
            sequences = to_sequences(valid.batch(part), self.device)
            with self._autocast():
                terms = self._terms(self.net.losses(sequences), sequences)
            for name, value in terms.items():
                sums[name] = sums.get(name, 0.0) + value * len(part) / len(rows)
        return {f"valid_{name}": value for name, value in sums.items()}

    def save(self) -> None:
        """The checkpoint for playing, and beside it all that resuming needs, in one file."""
        checkpoint.save(self.out, checkpoint_of(self.net, self.config, self.step))
        tensors = {f"net.{name}": tensor for name, tensor in self.net.state_dict().items()}
        for name, parameter in self.net.named_parameters():
            for key in ("exp_avg", "exp_avg_sq", "step"):
                state = self.optimizer.state[parameter]
                if key in state:
                    tensors[f"{key}.{name}"] = (
                        state[key].reshape(-1) if key == "step" else state[key]
                    )
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        write_whole(self.out / STATE, to_bytes(tensors, {"state": json.dumps({"step": self.step})}))

    def restore(self) -> None:
        """Take up a saved run."""
        try:
            with safe_open(self.out / STATE, "pt") as file:
                self.step = json.loads(file.metadata()["state"])["step"]
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise TrainingError(f"{self.out / STATE} cannot be resumed: {error}.") from error
        try:
            self.net.load_state_dict(_below("net", tensors))
        except RuntimeError as error:
            raise TrainingError(
                f"{self.out} holds the training of another net: "
                "resume it with the preset and the sizes it was begun with."
            ) from error
        moments = {key: _below(key, tensors) for key in ("exp_avg", "exp_avg_sq", "step")}
        for name, parameter in self.net.named_parameters():
            if name in moments["step"]:
                self.optimizer.state[parameter] = {
                    "step": moments["step"][name].reshape(()),
                    "exp_avg": moments["exp_avg"][name].to(self.device),
                    "exp_avg_sq": moments["exp_avg_sq"][name].to(self.device),
                }

    def _autocast(self) -> AbstractContextManager[object]:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16)

    def _terms(self, losses: Losses, sequences: Sequences) -> dict[str, float]:
        right = self.net.likelihood.right(losses.logits, sequences.x) & sequences.mask
        return {
            "nats": losses.reconstruction.mean().item(),
            "kl": losses.kl.mean().item(),
            "accuracy": (right.sum() / sequences.mask.sum()).item(),
        }

    def _figures(self, terms: Mapping[str, float], speed: float) -> dict[str, float]:
        return {**terms, "windows/s": speed}


def use_bf16(precision: str, device: torch.device) -> bool:
    """Whether matrix products are computed in bf16.

    Raises:
        TrainingError: bf16 is asked for and the processor has none.
    """
    if device.type == "cuda":
        has_bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        able = torch.cpu.get_capabilities()
        has_bf16 = bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16"))
    if precision == "bf16" and not has_bf16:
        raise TrainingError("This processor does not compute in bf16; train with --precision fp32.")
    return precision != "fp32" and has_bf16


def warmup_then_cooldown(choices: TrainConfig, step: int) -> float:
    """Share of the highest learning rate: up, level, down to zero; linear both ways."""
    rise = (step + 1) / max(1, choices.warmup)
    fall = (choices.steps - step) / max(1.0, choices.cooldown * choices.steps)
    return min(1.0, rise, fall)


def draw_batches(windows: Windows, choices: TrainConfig, start: int) -> Iterator[NDArray[np.int64]]:
    """Rows for each update from `start` on, epoch after epoch, each in an order of its own."""
    step, epoch = 0, 0
    while step < choices.steps:
        plan = windows.plan(choices.batch, np.random.default_rng((choices.seed, 1, epoch)))
        for rows in plan:
            if start <= step < choices.steps:
                yield rows
            step += 1
        epoch += 1


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    start = prefix + "."
    return {name[len(start) :]: t for name, t in tensors.items() if name.startswith(start)}
