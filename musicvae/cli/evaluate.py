"""evaluate: a checkpoint on music it was not trained on."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import DataFolder, Model
from .progress import bar


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
    from ..workshop import evaluate as run

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
