"""train: a preset on a prepared data set."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..presets import CLOSEST_MODEL
from ..progress import Report
from .ending import next_lines, typed_again, why_it_ended
from .progress import bar


class Precision(StrEnum):
    """Of matrix products."""

    auto = "auto"
    bf16 = "bf16"
    fp32 = "fp32"


def train(
    data: Annotated[Path, typer.Option("--data", help="A data set that `prepare` made.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the checkpoint, checkpoints/NAME.")
    ],
    preset: Annotated[
        str | None, typer.Option(help=f"A named configuration; {CLOSEST_MODEL} without --from.")
    ] = None,
    start_from: Annotated[
        str | None,
        typer.Option("--from", help="A model, by name or folder, whose net goes on learning."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run stopped.")] = False,
    max_minutes: Annotated[
        float, typer.Option(help="Save and stop after this time; --resume goes on.", min=0.0)
    ] = math.inf,
    devices: Annotated[int, typer.Option(help="Processes on this machine: its GPUs.", min=1)] = 1,
    num_nodes: Annotated[int, typer.Option(help="Machines in all.", min=1)] = 1,
    codec: Annotated[
        str | None, typer.Option(help="What the net is to read, if not what its preset reads.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Updates in all.", min=1)] = None,
    batch: Annotated[int | None, typer.Option(help="Windows in an update.", min=1)] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Highest learning rate.", min=0.0)
    ] = None,
    beta: Annotated[float | None, typer.Option(help="Weight of the KL term.", min=0.0)] = None,
    free_nats: Annotated[
        float | None, typer.Option(help="KL of a window that costs nothing.", min=0.0)
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(help="Stop after so many validations without a better one; 0: never.", min=0),
    ] = None,
    precision: Annotated[
        Precision | None, typer.Option(help="auto: bf16 where the processor computes in it.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights, batches and noise.", min=0)] = None,
) -> None:
    """Train a preset on a prepared data set.

    Example:  musicvae train --preset melody-2bar --data data/mine -o checkpoints/mine
    """
    from ..api.builders import train as run

    with bar("train", "steps", max_minutes=max_minutes, kept=lambda: _kept(out)) as progress:
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
        _tell(progress.last, out, data)


def _kept(out: Path) -> str:
    """What a training that was interrupted has left."""
    from ..training.resume import STATE

    if not (out / STATE).exists():
        return f"Nothing was saved in {out}."
    return f"Its last save goes on with:  {typed_again('--resume')}"


def _tell(end: Report, out: Path, data: Path) -> None:
    """How a training ended, and what can be done now."""
    from ..api.model import load

    typer.echo(why_it_ended(end))
    if end.ended == "time":
        typer.echo(f"Go on with:  {typed_again('--resume')}")
    model = load(out)
    step = model.checkpoint.step
    best = "" if step == end.done else f", as it was at step {step:,}, best on valid"
    typer.echo(f"{out} can {', '.join(model.verbs)}{best}.")
    for line in next_lines(model, out, data):
        typer.echo(line)
