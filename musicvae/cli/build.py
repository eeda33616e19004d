"""prepare, train, evaluate: for the builder of a model."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .options import Force, Model
from .progress import bar


class Precision(StrEnum):
    """Of matrix products."""

    auto = "auto"
    bf16 = "bf16"
    fp32 = "fp32"


DataFolder = Annotated[Path, typer.Option("--data", help="A data set that `prepare` made.")]


def prepare(
    folders: Annotated[list[Path], typer.Argument(help="Folders of MIDI files, searched deeply.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the data set, data/NAME.")],
    codec: Annotated[str, typer.Option(help="What a net is to read: melody or roll.")] = "melody",
    workers: Annotated[
        int | None, typer.Option(help="Processes; as many as there are cores if not given.", min=1)
    ] = None,
    force: Force = False,
) -> None:
    """Read folders of MIDI into a data set: distinct windows, split by piece.

    Example:  musicvae prepare my-midi/ -o data/mine
    """
    from ..api import prepare as run
    from ..errors import OutputError

    if (out / "data.json").exists() and not force:
        raise OutputError(f"{out} holds a data set already: choose another folder, or --force.")
    with bar("prepare", "files") as progress:
        about = run(folders, out, codec=codec, workers=workers, progress=progress)
    _report(about)
    typer.echo(f"{out / 'data.json'} names every file that was left out and why.")


def train(
    data: DataFolder,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the checkpoint, checkpoints/NAME.")
    ],
    preset: Annotated[str, typer.Option(help="A named configuration.")] = "melody-2bar",
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run stopped.")] = False,
    max_minutes: Annotated[
        float, typer.Option(help="Save and stop after this time; --resume goes on.", min=0.0)
    ] = math.inf,
    steps: Annotated[int | None, typer.Option(help="Updates in all.", min=1)] = None,
    batch: Annotated[int | None, typer.Option(help="Windows in an update.", min=1)] = None,
    precision: Annotated[
        Precision | None, typer.Option(help="auto: bf16 where the processor computes in it.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights, batches and noise.", min=0)] = None,
) -> None:
    """Train a preset on a prepared data set.

    Example:  musicvae train --preset melody-2bar --data data/mine -o checkpoints/mine
    """
    from ..api import train as run

    with bar("train", "steps") as progress:
        run(
            preset,
            data=data,
            out=out,
            resume=resume,
            max_minutes=max_minutes,
            steps=steps,
            batch=batch,
            precision=precision.value if precision else None,
            seed=seed,
            progress=progress,
        )
    typer.echo(f"{out} is ready:  musicvae generate --model {out} out/")


def evaluate(
    data: DataFolder,
    model: Model = "melody-2bar",
    split: Annotated[str, typer.Option(help="valid, to choose a model; test, to report.")] = "test",
    limit: Annotated[int | None, typer.Option(help="At most so many windows.", min=2)] = None,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn.", min=0)] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
) -> None:
    """Measure a checkpoint on music it was not trained on.

    Example:  musicvae evaluate --model melody-2bar --data data/melody
    """
    from ..api import evaluate as run

    with bar("evaluate", "windows") as progress:
        found = run(model, data=data, split=split, limit=limit, seed=seed, progress=progress)
    if json:
        typer.echo(found.to_json())
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{model} on {split}, {found.windows:,} windows")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in found.rows():
        table.add_row(name, value)
    Console().print(table)


def _report(about: dict[str, object]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for column in ("what", "train", "valid", "test"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for what in ("pieces", "windows"):
        counts: dict[str, int] = about[what]  # type: ignore[assignment]  # as `preparation.write` lays it out
        table.add_row(what, *(f"{counts.get(split, 0):,}" for split in ("train", "valid", "test")))
    console = Console()
    console.print(table)
    reasons: dict[str, int] = about["windows_left_out"]  # type: ignore[assignment]
    for reason, count in reasons.items():
        console.print(f"  {count:,} windows left out: {reason}")
    files: dict[str, str] = about["files_left_out"]  # type: ignore[assignment]
    tally: dict[str, int] = {}
    for reason in files.values():
        tally[reason] = tally.get(reason, 0) + 1
    for reason, count in sorted(tally.items(), key=lambda item: -item[1])[:10]:
        console.print(f"  {count:,} files left out: {reason}", markup=False)
