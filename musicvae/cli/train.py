"""train: train a preset on a prepared data set."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..presets import RECONSTRUCTION_MODEL
from ..progress import Report
from .ending import command_with, next_lines, why_it_ended
from .progress import progress_bar


class Precision(StrEnum):
    """Precision of matrix products."""

    auto = "auto"
    bf16 = "bf16"
    fp32 = "fp32"


def train(
    data: Annotated[Path, typer.Option("--data", help="A data set made by prepare.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the model, such as checkpoints/NAME.")
    ],
    preset: Annotated[
        str | None,
        typer.Option(
            help=f"Net and settings, by name; default {RECONSTRUCTION_MODEL}, or those of --from."
        ),
    ] = None,
    start_from: Annotated[
        str | None,
        typer.Option("--from", help="A model, by name or folder, to continue training from."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue a run that was stopped.")
    ] = False,
    max_minutes: Annotated[
        float, typer.Option(help="Save and stop after this time; --resume continues.", min=0.0)
    ] = math.inf,
    devices: Annotated[
        int, typer.Option(help="Number of processes on this machine: its GPUs.", min=1)
    ] = 1,
    num_nodes: Annotated[int, typer.Option(help="Number of machines.", min=1)] = 1,
    codec: Annotated[
        str | None, typer.Option(help="Codec of the net, if not that of the preset.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Number of updates.", min=1)] = None,
    batch: Annotated[int | None, typer.Option(help="Windows per update.", min=1)] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Highest learning rate.", min=0.0)
    ] = None,
    beta: Annotated[float | None, typer.Option(help="Weight of the KL term.", min=0.0)] = None,
    free_nats: Annotated[
        float | None, typer.Option(help="KL per window that is free of cost.", min=0.0)
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            help="Stop after this many validations without a better one; 0: never.", min=0
        ),
    ] = None,
    precision: Annotated[
        Precision | None, typer.Option(help="auto is bf16 where the processor supports it.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of weights, batches and noise.", min=0)
    ] = None,
) -> None:
    """Train a preset on a prepared data set.

    Example:  musicvae train --preset melody-2bar --data data/mine -o checkpoints/mine
    """
    from ..api.builders import train as run

    with progress_bar(
        "train", "steps", max_minutes=max_minutes, on_interrupt=lambda: _how_to_continue(out)
    ) as progress:
        run(
            preset,
            data=data,
            out=out,
            start_from=start_from,
            resume=resume,
            max_minutes=max_minutes,
            devices=devices,
            num_nodes=num_nodes,
            codec=codec,
            steps=steps,
            batch=batch,
            learning_rate=learning_rate,
            beta=beta,
            free_nats=free_nats,
            patience=patience,
            precision=precision.value if precision else None,
            seed=seed,
            progress=progress,
        )
    if progress.last:
        _report(progress.last, out, data)


def _how_to_continue(out: Path) -> str:
    """What an interrupted training saved, and the command that continues it."""
    from ..training.resume import STATE_FILE

    if not (out / STATE_FILE).exists():
        return f"Nothing was saved in {out}."
    return f"Continue from its last save with:  {command_with('--resume')}"


def _report(last: Report, out: Path, data: Path) -> None:
    """Print why a training ended, what the model can do, and what to type next."""
    from ..api.model import load

    typer.echo(why_it_ended(last))
    if last.ended == "time":
        typer.echo(f"Continue with:  {command_with('--resume')}")
    model = load(out)
    step = model.checkpoint.step
    best = "" if step == last.done else f" (step {step:,}, the best on valid)"
    typer.echo(f"{out} can {', '.join(model.verbs)}{best}.")
    for line in next_lines(model, out, data):
        typer.echo(line)
