"""A training run: a net, its optimizer, and its progress.

All random numbers of an update are drawn from (seed, step), for the whole batch. So a resumed
run draws the same numbers as an uninterrupted one, and two processes the same as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from .. import checkpoint
from ..arrays import IntArray
from ..config import ModelConfig, TrainConfig
from ..corpus.dataset import Windows, draw_transpositions
from ..errors import OutputError, TrainingError
from ..nets import Losses, Noise, SequenceBatch
from .build import Net, build, make_checkpoint, to_sequence_batch
from .distributed import local_share
from .resume import TrainerState, load_state, save_state
from .schedules import beta_at, learning_rate_at

if TYPE_CHECKING:
    from lightning.fabric import Fabric

VALID_WINDOWS = 1024
"""Approximate number of windows in a validation."""

VALID_BATCH = 256


class LocalBatch(NamedTuple):
    """The part of a batch that one process computes.

    Attributes:
        sequences: the windows of this process.
        batch_size: number of windows in the whole batch.
        weight: the part of the whole batch that this process holds; see `Share`.
    """

    sequences: SequenceBatch
    batch_size: int
    weight: float


class Trainer:
    """One process of a training run that is saved to the folder `out`.

    `update`, `figures`, `validate`, `save`, `any_process` and `on_first_process` communicate
    with the other processes, so all processes must call them.
    """

    def __init__(self, config: ModelConfig, out: Path, fabric: Fabric) -> None:
        torch.manual_seed(config.train.seed % 2**63)  # torch takes 64 bits
        self.config = config
        self.out = out
        self.fabric = fabric
        self.net: Net = build(config.net)
        self.adam = torch.optim.AdamW(
            self.net.parameters(), betas=(0.9, 0.98), weight_decay=config.train.weight_decay
        )
        self.wrapped_net, self.optimizer = fabric.setup(self.net, self.adam)
        self.wrapped_net.mark_forward_method("losses")
        self.state = TrainerState()

    @property
    def done(self) -> bool:
        """True if all steps are done, or validation has not improved for `patience` times."""
        config = self.config.train
        out_of_patience = 0 < config.patience <= self.state.stale
        return out_of_patience or self.state.step >= config.steps

    def local_batches(self, windows: Windows) -> Iterator[LocalBatch]:
        """The batches of this process for all remaining updates."""
        config = self.config.train
        first = config.steps if self.done else self.state.step
        for step, rows in enumerate(draw_batches(windows, config, first), first):
            rng = np.random.default_rng((config.seed, step))
            shifts = draw_transpositions(len(rows), rng, config.transposed)
            yield self.local_batch(windows, rows, shifts)

    def local_batch(
        self, windows: Windows, rows: IntArray, semitones: IntArray | None = None
    ) -> LocalBatch:
        """The share of this process in the rows of a batch, transposed by semitones."""
        local = local_share(len(rows), self.fabric.global_rank, self.fabric.world_size)
        shifts = None if semitones is None else semitones[local.rows]
        batch = windows.batch(rows[local.rows], shifts)
        sequences = to_sequence_batch(batch, self.fabric.device)
        sequences = sequences._replace(noise=Noise(len(rows), local.rows))
        return LocalBatch(sequences, len(rows), local.weight)

    def update(self, batch: LocalBatch) -> Losses:
        """Take one step of AdamW; return its losses, detached.

        Raises:
            TrainingError: a loss or a gradient is not a number; no step was taken.
        """
        config, step = self.config.train, self.state.step
        rng = np.random.default_rng((config.seed, 2, step))
        torch.manual_seed(int(rng.integers(2**62)))
        for group in self.adam.param_groups:
            group["lr"] = learning_rate_at(config, step)
        self.net.train()
        with self.fabric.autocast():
            losses: Losses = self.wrapped_net.losses(batch.sequences)
        # `losses.total` is a mean over the rows of this process, and gradients are averaged over
        # processes: the factor weight * world_size turns that into the mean over the whole batch
        scale = batch.weight * self.fabric.world_size
        total = losses.total(beta_at(config, step), config.free_nats) * scale
        self.optimizer.zero_grad()
        self.fabric.backward(total)
        norm = get_total_norm([p.grad for p in self.net.parameters() if p.grad is not None])
        if not bool(torch.isfinite(norm)):
            raise self._failure(TrainingError(self._describe_nan(losses)))
        clip_grads_with_norm_(self.net.parameters(), config.clip, norm)
        self.optimizer.step()
        self.state = replace(self.state, step=step + 1)
        return Losses(*(term.detach() for term in losses))

    def figures(self, losses: Losses, batch: LocalBatch) -> dict[str, float]:
        """The row of metrics.csv for the last update: means over the whole batch."""
        config, last_step = self.config.train, self.state.step - 1
        beta = beta_at(config, last_step)
        return {
            "step": self.state.step,
            "learning_rate": learning_rate_at(config, last_step),
            "beta": beta,
            **self._means(self._sums(losses, batch, beta)),
        }

    @torch.no_grad()
    def validate(self, valid: Windows) -> dict[str, float]:
        """Figures of held-out windows, teacher-forced; save the model if its loss is the lowest.

        The loss is computed with the final beta, so that validations can be compared.
        """
        config = self.config.train
        self.net.eval()
        torch.manual_seed(config.seed % 2**63)  # the same noise each time
        beta = beta_at(config, config.steps)
        sums = torch.zeros(6, dtype=torch.float64, device=self.fabric.device)
        for rows in spread_batches(valid):
            batch = self.local_batch(valid, rows)
            with self.fabric.autocast():
                sums += self._sums(self.net.losses(batch.sequences), batch, beta)
        means = self._means(sums)
        if self.state.best is None or means["loss"] < self.state.best:
            self.state = replace(self.state, best=means["loss"], stale=0)
            self.on_first_process(self._save_model)
        else:
            self.state = replace(self.state, stale=self.state.stale + 1)
        return {f"valid_{name}": value for name, value in means.items()}

    def save(self) -> None:
        """Save the state to resume from, and before the first validation the model, too."""

        def write() -> None:
            save_state(self.out, self.config, self.state, self.net, self.adam)
            if self.state.step and self.state.best is None:
                self._save_model()

        self.on_first_process(write)

    def restore(self) -> None:
        """Load the state of the run saved in `out`."""
        self.state = load_state(self.out, self.config, self.net, self.adam)

    def any_process(self, *flags: bool) -> list[bool]:
        """For each flag, True if any process sets it; so all processes decide alike."""
        if self.fabric.world_size == 1:
            return list(flags)
        local = torch.tensor(flags, dtype=torch.float32, device=self.fabric.device)
        return [count > 0 for count in self._sum_over_processes(local)]

    def on_first_process(self, write: Callable[[], object]) -> None:
        """Call `write` in the first process; its OutputError stops all processes.

        Raises:
            OutputError: `write` raised it.
        """
        failure = ""
        if self.fabric.is_global_zero:
            try:
                write()
            except OutputError as error:
                failure = str(error)
        if failure := self.fabric.broadcast(failure):
            raise self._failure(OutputError(failure))

    def _save_model(self) -> None:
        checkpoint.save(self.out, make_checkpoint(self.net, self.config, self.state.step))

    def _failure(self, error: Exception) -> BaseException:
        """The error in the first process, SystemExit in the others; see `all_processes`."""
        return error if self.fabric.is_global_zero else SystemExit(1)

    def _describe_nan(self, losses: Losses) -> str:
        """Say which loss term or gradient is not a number, in whichever process."""
        terms = {"the reconstruction": losses.reconstruction, "the KL": losses.kl}
        for name, parameter in self.net.named_parameters():
            if parameter.grad is not None:
                terms[f"the gradient of {name}"] = parameter.grad
        is_bad = self.any_process(*(not bool(term.isfinite().all()) for term in terms.values()))
        where = next((name for name, bad in zip(terms, is_bad, strict=True) if bad), "the gradient")
        return (
            f"At step {self.state.step} {where} is not a number; the last good save stays in "
            f"{self.out}. Start again in another folder with a lower --learning-rate."
        )

    def _sums(self, losses: Losses, batch: LocalBatch, beta: float) -> Tensor:
        """Sums over a local batch: windows, loss, nats, KL, right steps, steps. Output `[6]`."""
        x, mask = batch.sequences.x, batch.sequences.mask
        right = (self.net.likelihood.is_correct(losses.logits, x) & mask).sum()
        total = losses.total(beta, self.config.train.free_nats) * len(x)
        sums = [total.new_tensor(len(x)), total, losses.reconstruction.sum(), losses.kl.sum()]
        return torch.stack([*sums, right, mask.sum()]).double() * bool(batch.weight)

    def _sum_over_processes(self, numbers: Tensor) -> list[float]:
        sums = self.fabric.all_reduce(numbers, reduce_op="sum")
        return cast(Tensor, sums).tolist()

    def _means(self, sums: Tensor) -> dict[str, float]:
        n, loss, nats, kl, right, steps = self._sum_over_processes(sums)
        return {"loss": loss / n, "nats": nats / n, "kl": kl / n, "accuracy": right / steps}


def draw_batches(windows: Windows, config: TrainConfig, start: int) -> Iterator[IntArray]:
    """The rows of each update from `start` on; every epoch has a random order of its own."""
    step, epoch = 0, 0
    while step < config.steps:
        rng = np.random.default_rng((config.seed, 1, epoch))
        for rows in windows.batch_rows(config.batch, rng):
            if start <= step < config.steps:
                yield rows
            step += 1
        epoch += 1


def spread_batches(windows: Windows) -> Iterator[IntArray]:
    """About `VALID_WINDOWS` rows, evenly spread, in batches of windows of equal length."""
    rows = np.arange(0, len(windows), max(1, len(windows) // VALID_WINDOWS))
    lengths = windows.lengths[rows]
    for length in np.unique(lengths):
        same_length = rows[lengths == length]
        for i in range(0, len(same_length), VALID_BATCH):
            yield same_length[i : i + VALID_BATCH]
