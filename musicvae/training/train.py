"""Training: one readable loop for every net, on any number of processes.

The folder of a run:

    model.safetensors, config.json            the model with the lowest validation loss so far
    training.safetensors                      the latest state, with all that is needed to resume
    metrics.csv, curves.png, tensorboard/     the log
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import asdict
from functools import partial
from pathlib import Path

from .. import checkpoint
from ..atomic_files import one_writer
from ..checkpoint import Checkpoint
from ..config import ModelConfig, without_prior
from ..corpus.dataset import Windows, open_split
from ..errors import TrainingError
from ..progress import Ending, Progress, Report, no_progress
from .build import load_weights
from .distributed import all_processes, enough_memory, launch_fabric
from .metrics_log import MetricsLogger
from .prefetch import Prefetcher
from .resume import STATE_FILE, differences
from .signals import interrupts
from .trainer import Trainer

SAVE_EVERY_SECONDS = 120
REPORT_EVERY = 10
MIN_SECONDS = 1e-3
"""Shortest time that a pace is computed from: the clock of Windows stands still for 16 ms."""

NOT_SHOWN = ("step", "learning_rate", "beta")
"""Columns of metrics.csv that are not part of a report."""


def train(
    config: ModelConfig,
    data: Path | str,
    out: Path | str,
    *,
    start_from: Checkpoint | None = None,
    resume: bool = False,
    max_minutes: float = math.inf,
    devices: int = 1,
    num_nodes: int = 1,
    progress: Progress = no_progress,
) -> Path:
    """Train a net on a prepared data set and save it to the folder `out`.

    Training starts from the weights of *start_from* if given, else from fresh ones.
    With *resume* the run in `out` continues from its last save. After *max_minutes*,
    or at Ctrl-C, the run saves its state and stops; it can be resumed later.

    The last report says how far the run came and why it ended. With several processes, only the
    first one returns; the others exit here.

    Raises:
        DatasetError: `data` is not a data set.
        TrainingError: the data or *start_from* do not fit the net; `out` already holds a
            training, or holds none to resume, or one with other settings; there are too few
            devices or too little memory; or the loss is not a number.
        OutputError: `out` cannot be written, or another program is writing into it.
        KeyboardInterrupt: Ctrl-C; or `Terminated`, its subclass, SIGTERM. The run is saved.
    """
    out = Path(out)
    windows = open_split(data, "train")
    valid = open_split(data, "valid")
    _check_fit(config, windows, data, start_from)
    if not resume and (out / checkpoint.CONFIG).exists() and not (out / STATE_FILE).exists():
        raise TrainingError(f"{out} holds a trained model already: choose another folder.")
    if resume != (out / STATE_FILE).exists():
        raise TrainingError(
            f"There is no training in {out} to resume."
            if resume
            else f"{out} holds a training already: go on with --resume, or choose another folder."
        )
    fabric = launch_fabric(config.train.precision, devices, num_nodes)
    logger = MetricsLogger(out)
    with (
        enough_memory(config.train.batch),
        all_processes(fabric),
        closing(logger),
        ExitStack() as hold,
    ):
        trainer = Trainer(config, out, fabric)
        trainer.on_first_process(lambda: hold.enter_context(one_writer(out)))
        if start_from:
            load_weights(trainer.net, start_from)
        if resume:
            trainer.restore()
        fit(trainer, logger, windows, valid, max_minutes, progress)
    return out


def fit(
    trainer: Trainer,
    logger: MetricsLogger,
    windows: Windows,
    valid: Windows,
    max_minutes: float,
    progress: Progress,
) -> None:
    """Update until all steps are done or the time is up; save first, now and then, and last."""
    config = trainer.config.train
    trainer.on_first_process(partial(logger.open, trainer.state.step))
    trainer.save()

    def report(figures: Mapping[str, float], ended: Ending = "") -> None:
        current = Report("train", trainer.state.step, config.steps, figures, ended=ended)
        trainer.on_first_process(partial(progress, current))

    sizes = {"batch": config.batch, "windows": len(windows)}
    first = Report("train", trainer.state.step, config.steps, sizes=sizes)
    trainer.on_first_process(partial(progress, first))
    figures: dict[str, float] = {}
    interrupted = False
    started = saved = time.monotonic()
    windows_seen, batches = 0, Prefetcher(trainer.local_batches(windows))
    with interrupts() as interrupt:
        for batch in batches:
            losses = trainer.update(batch)
            windows_seen += batch.batch_size
            step = trainer.state.step
            seconds = max(MIN_SECONDS, time.monotonic() - started)
            validate = step % config.valid_every == 0 or step == config.steps
            if validate or step % REPORT_EVERY == 0:
                row = trainer.figures(losses, batch)
                if validate:
                    row |= trainer.validate(valid)
                trainer.on_first_process(partial(logger.add, row))
                pace = {"phrases/s": windows_seen / seconds, "busy": 1 - batches.waited / seconds}
                figures = {name: row[name] for name in row if name not in NOT_SHOWN} | pace
                report(figures)
            now = time.monotonic()
            interrupted, time_up, save_due = trainer.any_process(
                interrupt.is_set(),
                now - started > 60 * max_minutes,
                now - saved > SAVE_EVERY_SECONDS,
            )
            stop = interrupted or time_up
            if save_due and not stop:
                trainer.save()
                trainer.on_first_process(logger.draw)
                saved = now
            if stop or trainer.done:
                break
    trainer.save()
    trainer.on_first_process(logger.draw)
    report(figures, _ending(trainer, interrupted))
    if interrupted:
        raise interrupt.reason(
            f"Stopped at step {trainer.state.step} of {config.steps}; --resume goes on from there."
        )


def _check_fit(
    config: ModelConfig, windows: Windows, data: Path | str, start_from: Checkpoint | None
) -> None:
    """Check that the net reads the windows, and has the sizes of the model that it starts from."""
    if windows.codec.name != config.net.codec:
        raise TrainingError(
            f"{config.preset} reads {config.net.codec!r}, but {data} was prepared for "
            f"{windows.codec.name!r}: prepare it again with --codec {config.net.codec}, or train "
            f"with --codec {windows.codec.name}."
        )
    if windows.bars != config.net.bars:
        raise TrainingError(
            f"{config.preset} reads windows of {config.net.bars} bars, but {data} was prepared for "
            f"{windows.bars}: prepare it again with --bars {config.net.bars}."
        )
    initial = without_prior(start_from.config.net) if start_from else config.net
    if different := differences(asdict(initial), asdict(config.net)):
        raise TrainingError(
            f"{config.preset} cannot begin with a model that has {', '.join(different)}: "
            "choose another model, or the preset that it was made from."
        )


def _ending(trainer: Trainer, interrupted: bool) -> Ending:
    """Why the run ended."""
    if trainer.done:
        return "done" if trainer.state.step >= trainer.config.train.steps else "patience"
    return "interrupt" if interrupted else "time"
