"""A training run: a net, its optimizer, and how far they have come.

Everything random in an update is drawn from (seed, step), for the whole batch; so a
resumed run draws what an unbroken one would have drawn, and two processes what one would.
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
from .build import Net, build, checkpoint_of, to_sequences
from .distributed import share
from .resume import TrainerState, load_state, save_state
from .schedules import beta_at, learning_rate_at

if TYPE_CHECKING:
    from lightning.fabric import Fabric

VALID_WINDOWS = 1024
VALID_BATCH = 256


class LocalBatch(NamedTuple):
    """What one process holds of a batch of so many windows, and the weight of it; see `Share`."""

    sequences: SequenceBatch
    of: int
    weight: float


class Trainer:
    """The run of a config in the folder `out`; one process of it.

    Methods that meet the other processes are called in all of them: `update`,
    `figures`, `validate`, `save`, `agree` and `first`.
    """

    def __init__(self, config: ModelConfig, out: Path, fabric: Fabric) -> None:
        torch.manual_seed(config.train.seed)
        self.config = config
        self.out = out
        self.fabric = fabric
        self.net: Net = build(config.net)
        self.adam = torch.optim.AdamW(
            self.net.parameters(), betas=(0.9, 0.98), weight_decay=config.train.weight_decay
        )
        self.shared, self.optimizer = fabric.setup(self.net, self.adam)
        self.shared.mark_forward_method("losses")
        self.state = TrainerState()

    @property
    def done(self) -> bool:
        """Whether the steps are done, or validation has not improved for the patience."""
        choices = self.config.train
        tired = 0 < choices.patience <= self.state.stale
        return tired or self.state.step >= choices.steps

    def local_batches(self, windows: Windows) -> Iterator[LocalBatch]:
        """What this process learns from in each update that is left."""
        choices = self.config.train
        first = choices.steps if self.done else self.state.step
        for step, rows in enumerate(draw_batches(windows, choices, first), first):
            rng = np.random.default_rng((choices.seed, step))
            yield self.local_batch(windows, rows, draw_transpositions(len(rows), rng))

    def local_batch(
        self, windows: Windows, rows: IntArray, semitones: IntArray | None = None
    ) -> LocalBatch:
        """The rows of a batch that fall to this process."""
        mine = share(len(rows), self.fabric.global_rank, self.fabric.world_size)
        batch = windows.batch(rows[mine.rows], None if semitones is None else semitones[mine.rows])
        sequences = to_sequences(batch, self.fabric.device)
        sequences = sequences._replace(noise=Noise(len(rows), mine.rows))
        return LocalBatch(sequences, len(rows), mine.weight)

    def update(self, portion: LocalBatch) -> Losses:
        """One step of AdamW; the losses it was taken on, detached.

        Raises:
            TrainingError: a loss or a gradient is not a number; no step was taken.
        """
        choices, step = self.config.train, self.state.step
        rng = np.random.default_rng((choices.seed, 2, step))
        torch.manual_seed(int(rng.integers(2**62)))
        for group in self.adam.param_groups:
            group["lr"] = learning_rate_at(choices, step)
        self.net.train()
        with self.fabric.autocast():
            losses: Losses = self.shared.losses(portion.sequences)
        # processes average their gradients; each is to count by the windows it holds
        part = portion.weight * self.fabric.world_size
        total = losses.total(beta_at(choices, step), choices.free_nats) * part
        self.optimizer.zero_grad()
        self.fabric.backward(total)
        norm = get_total_norm([p.grad for p in self.net.parameters() if p.grad is not None])
        if not bool(torch.isfinite(norm)):
            raise self._failure(TrainingError(self._not_a_number(losses)))
        clip_grads_with_norm_(self.net.parameters(), choices.clip, norm)
        self.optimizer.step()
        self.state = replace(self.state, step=step + 1)
        return Losses(*(term.detach() for term in losses))

    def figures(self, losses: Losses, portion: LocalBatch) -> dict[str, float]:
        """The row of metrics.csv for the last update: means over the whole batch."""
        choices, before = self.config.train, self.state.step - 1
        beta = beta_at(choices, before)
        return {
            "step": self.state.step,
            "learning_rate": learning_rate_at(choices, before),
            "beta": beta,
            **self._means(self._sums(losses, portion, beta)),
        }

    @torch.no_grad()
    def validate(self, valid: Windows) -> dict[str, float]:
        """The same on held-out windows, teacher-forced; where they were never better, save.

        They are judged by what training ends with: the loss at the last beta.
        """
        choices = self.config.train
        self.net.eval()
        torch.manual_seed(choices.seed)  # the same noise each time
        beta = beta_at(choices, choices.steps)
        sums = torch.zeros(6, dtype=torch.float64, device=self.fabric.device)
        for rows in spread_batches(valid):
            portion = self.local_batch(valid, rows)
            with self.fabric.autocast():
                sums += self._sums(self.net.losses(portion.sequences), portion, beta)
        means = self._means(sums)
        if self.state.best is None or means["loss"] < self.state.best:
            self.state = replace(self.state, best=means["loss"], stale=0)
            self.on_first_process(self._save_playable)
        else:
            self.state = replace(self.state, stale=self.state.stale + 1)
        return {f"valid_{name}": value for name, value in means.items()}

    def save(self) -> None:
        """All that resuming needs; and while nothing was validated, what can be played so far."""

        def write() -> None:
            save_state(self.out, self.config, self.state, self.net, self.adam)
            if self.state.step and self.state.best is None:
                self._save_playable()

        self.on_first_process(write)

    def restore(self) -> None:
        """Take up a saved run."""
        self.state = load_state(self.out, self.config, self.net, self.adam)

    def any_process(self, *wishes: bool) -> list[bool]:
        """For each wish, whether any process has it: they must all do the same."""
        if self.fabric.world_size == 1:
            return list(wishes)
        heard = torch.tensor(wishes, dtype=torch.float32, device=self.fabric.device)
        return [wish > 0 for wish in self._over_all(heard)]

    def on_first_process(self, write: Callable[[], object]) -> None:
        """Only the first process writes; what it cannot write stops all.

        Raises:
            OutputError: it could not.
        """
        failure = ""
        if self.fabric.is_global_zero:
            try:
                write()
            except OutputError as error:
                failure = str(error)
        if failure := self.fabric.broadcast(failure):
            raise self._failure(OutputError(failure))

    def _save_playable(self) -> None:
        checkpoint.save(self.out, checkpoint_of(self.net, self.config, self.state.step))

    def _failure(self, error: Exception) -> BaseException:
        """An error of all processes, which only the first one tells."""
        return error if self.fabric.is_global_zero else SystemExit(1)

    def _not_a_number(self, losses: Losses) -> str:
        terms = {"the reconstruction": losses.reconstruction, "the KL": losses.kl}
        for name, parameter in self.net.named_parameters():
            if parameter.grad is not None:
                terms[f"the gradient of {name}"] = parameter.grad
        wrong = self.any_process(*(not bool(term.isfinite().all()) for term in terms.values()))
        where = next((name for name, bad in zip(terms, wrong, strict=True) if bad), "the gradient")
        return (
            f"At step {self.state.step} {where} is not a number; the last good save stays in "
            f"{self.out}. Begin again in another folder with a lower --learning-rate."
        )

    def _sums(self, losses: Losses, portion: LocalBatch, beta: float) -> Tensor:
        """Windows, loss, nats, KL, right steps and steps of a portion. Output `[6]`."""
        x, mask = portion.sequences.x, portion.sequences.mask
        right = (self.net.likelihood.right(losses.logits, x) & mask).sum()
        total = losses.total(beta, self.config.train.free_nats) * len(x)
        sums = [total.new_tensor(len(x)), total, losses.reconstruction.sum(), losses.kl.sum()]
        return torch.stack([*sums, right, mask.sum()]).double() * bool(portion.weight)

    def _over_all(self, numbers: Tensor) -> list[float]:
        """Their sums over all processes."""
        sums = self.fabric.all_reduce(numbers, reduce_op="sum")
        return cast(Tensor, sums).tolist()

    def _means(self, sums: Tensor) -> dict[str, float]:
        n, loss, nats, kl, right, steps = self._over_all(sums)
        return {"loss": loss / n, "nats": nats / n, "kl": kl / n, "accuracy": right / steps}


def draw_batches(windows: Windows, choices: TrainConfig, start: int) -> Iterator[IntArray]:
    """Rows for each update from `start` on, epoch after epoch, each in an order of its own."""
    step, epoch = 0, 0
    while step < choices.steps:
        plan = windows.batch_rows(choices.batch, np.random.default_rng((choices.seed, 1, epoch)))
        for rows in plan:
            if start <= step < choices.steps:
                yield rows
            step += 1
        epoch += 1


def spread_batches(windows: Windows) -> Iterator[IntArray]:
    """About `VALID_WINDOWS` rows, spread over all, in batches of one length."""
    rows = np.arange(0, len(windows), max(1, len(windows) // VALID_WINDOWS))
    lengths = windows.lengths[rows]
    for length in np.unique(lengths):
        alike = rows[lengths == length]
        for i in range(0, len(alike), VALID_BATCH):
            yield alike[i : i + VALID_BATCH]
