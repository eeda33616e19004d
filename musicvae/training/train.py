"""Training: one readable loop for every net, on any number of processes.

The folder of a run:

    model.safetensors, config.json            the best on valid so far: what is played
    training.safetensors                      the last, and all that resuming it needs
    metrics.csv, curves.png, tensorboard/     what it told on the way
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from functools import partial
from pathlib import Path

from .. import checkpoint
from ..atomic_files import sweep
from ..checkpoint import Checkpoint
from ..config import ModelConfig, without_prior
from ..corpus.dataset import Windows, open_split
from ..errors import TrainingError
from ..progress import Ending, Progress, Report, silent
from .build import load_weights
from .distributed import enough_memory, start, together
from .metrics_log import CURVES, METRICS, MetricsLogger
from .prefetch import Prefetcher
from .resume import STATE, differences
from .signals import interrupts
from .trainer import Trainer

SAVE_EVERY_SECONDS = 120
REPORT_EVERY = 10
NOT_SHOWN = ("step", "learning_rate", "beta")
"""Columns of metrics.csv that a report leaves out."""


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
    progress: Progress = silent,
) -> Path:
    """Train a net on a prepared data set and save it to the folder `out`.

    It begins with the weights of *start_from*, if given, else with fresh ones.
    With *resume* the run in `out` goes on from its last save. After *max_minutes*,
    or at Ctrl-C, the run saves and stops, to be resumed later.

    The last report says how far the run came and why it ended. Of several processes only the first
    one returns; the others end here.

    Raises:
        DatasetError: `data` is no data set.
        TrainingError: the data or *start_from* are for another net; `out` holds a training
            already, or none to resume, or one with other choices; devices or memory are
            lacking; or the loss is not a number.
        OutputError: `out` cannot be written.
        KeyboardInterrupt: Ctrl-C or SIGTERM; the run is saved.
    """
    out = Path(out)
    windows = open_split(data, "train")
    valid = open_split(data, "valid")
    _check_fit(config, windows, data, start_from)
    if not resume and (out / checkpoint.CONFIG).exists() and not (out / STATE).exists():
        raise TrainingError(f"{out} holds a trained model already: choose another folder.")
    if resume != (out / STATE).exists():
        raise TrainingError(
            f"There is no training in {out} to resume."
            if resume
            else f"{out} holds a training already: go on with --resume, or choose another folder."
        )
    fabric = start(config.train.precision, devices, num_nodes)
    journal = MetricsLogger(out)
    with enough_memory(config.train.batch), together(fabric), closing(journal):
        run = Trainer(config, out, fabric)
        if start_from:
            load_weights(run.net, start_from)
        if resume:
            run.restore()
        fit(run, journal, windows, valid, max_minutes, progress)
    return out


def fit(
    run: Trainer,
    journal: MetricsLogger,
    windows: Windows,
    valid: Windows,
    max_minutes: float,
    progress: Progress,
) -> None:
    """Update until the run is done or the time is up; save at the start, on the way, at the end."""
    choices = run.config.train
    run.on_first_process(partial(_open, run, journal))
    run.save()

    def tell(figures: Mapping[str, float], ended: Ending = "") -> None:
        report = Report("train", run.state.step, choices.steps, figures, ended=ended)
        run.on_first_process(partial(progress, report))

    sizes = {"batch": choices.batch, "windows": len(windows)}
    first = Report("train", run.state.step, choices.steps, sizes=sizes)
    run.on_first_process(partial(progress, first))
    shown: dict[str, float] = {}
    halted = False
    begun = saved = time.monotonic()
    seen, portions = 0, Prefetcher(run.local_batches(windows))
    with interrupts() as interrupted:
        for portion in portions:
            losses = run.update(portion)
            seen += portion.of
            step, took = run.state.step, time.monotonic() - begun
            look = step % choices.valid_every == 0 or step == choices.steps
            if look or step % REPORT_EVERY == 0:
                row = run.figures(losses, portion)
                if look:
                    row |= run.validate(valid)
                run.on_first_process(partial(journal.add, row))
                pace = {"phrases/s": seen / took, "busy": 1 - portions.waited / took}
                shown = {name: row[name] for name in row if name not in NOT_SHOWN} | pace
                tell(shown)
            now = time.monotonic()
            halted, late, save = run.any_process(
                interrupted.is_set(),
                now - begun > 60 * max_minutes,
                now - saved > SAVE_EVERY_SECONDS,
            )
            stop = halted or late
            if save and not stop:
                run.save()
                run.on_first_process(journal.draw)
                saved = now
            if stop or run.done:
                break
    run.save()
    run.on_first_process(journal.draw)
    tell(shown, _ending(run, halted))
    if halted:
        raise KeyboardInterrupt(
            f"Stopped at step {run.state.step} of {choices.steps}; --resume goes on from there."
        )


def _check_fit(
    config: ModelConfig, windows: Windows, data: Path | str, start_from: Checkpoint | None
) -> None:
    """That the net reads the windows, and has the size of the one that it begins with."""
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
    first = without_prior(start_from.config.net) if start_from else config.net
    if other := differences(asdict(first), asdict(config.net)):
        raise TrainingError(
            f"{config.preset} cannot begin with a model that has {', '.join(other)}: "
            "choose another model, or the preset that it was made from."
        )


def _open(run: Trainer, journal: MetricsLogger) -> None:
    """Make the folder what it was when the run was saved."""
    for name in (STATE, checkpoint.WEIGHTS, checkpoint.CONFIG, METRICS, CURVES):
        sweep(run.out / name)
    journal.open(run.state.step)


def _ending(run: Trainer, halted: bool) -> Ending:
    """Why a run takes no further update."""
    if run.done:
        return "done" if run.state.step >= run.config.train.steps else "patience"
    return "interrupt" if halted else "time"
