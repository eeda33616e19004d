"""evaluate: a checkpoint on music it was not trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..presets import CLOSEST_MODEL
from .options import Model
from .progress import bar

if TYPE_CHECKING:
    from ..evaluation.report import Evaluation, Figures


def evaluate(
    data: Annotated[
        Path, typer.Option("--data", help="A data set that `prepare` made, or a folder of MIDI.")
    ],
    model: Model = CLOSEST_MODEL,
    split: Annotated[str, typer.Option(help="valid, to choose a model; test, to report.")] = "test",
    trained_on: Annotated[
        Path | None,
        typer.Option(help="The data set that the model learned from, if it is another."),
    ] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many windows.", min=2)] = None,
    pairs: Annotated[
        int, typer.Option(help="Pairs of windows to interpolate between.", min=0)
    ] = 256,
    importance: Annotated[
        int, typer.Option(help="Draws of z for the likelihood of a VAE; 0 gives the bound.", min=0)
    ] = 0,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn.", min=0)] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
    plots: Annotated[
        Path | None, typer.Option(help="Folder for pictures of samples and interpolation.")
    ] = None,
) -> None:
    """Measure a checkpoint on music it was not trained on.

    Example:  musicvae evaluate --model checkpoints/mine --data data/mine --plots pictures/
    """
    from ..api.builders import evaluate as run

    if plots:
        from ..evaluation.plots import draw_evaluation
        from ..plotting import new_figure

        new_figure(1, 1)  # what is missing is said before the work, not after it
    with bar("evaluate", "windows") as progress:
        found = run(
            model,
            data=data,
            split=split,
            trained_on=trained_on,
            limit=limit,
            pairs=pairs,
            importance=importance,
            seed=seed,
            progress=progress,
        )
    if json:
        typer.echo(found.to_json())
    else:
        is_prepared = (data / "data.json").exists()
        _show(found, f"{model} on {split} of {data}" if is_prepared else f"{model} on {data}")
    if plots:
        for path in draw_evaluation(found, plots):
            typer.echo(path, err=True)


def _show(found: Evaluation, title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{title}, {found.windows:,} windows")
    table.add_column("figure")
    for column in ("all", *found.parts) if found.parts else ("value",):
        table.add_column(column, justify="right")
    for group, figures in found.groups.items():
        table.add_section()
        table.add_row(group, style="bold")
        for name, values in _rows(figures, found.parts):
            table.add_row(name, *values)
    console = Console()
    console.print(table)
    for what, why in found.left_out.items():
        console.print(f"  left out: {what}: {why}", markup=False)


def _rows(figures: Figures, parts: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Figures by name, those of all and of each part side by side."""
    rows: dict[str, dict[str, str]] = {}
    for name, value in figures.items():
        stem, _, part = name.rpartition(", ")
        row = rows.setdefault(stem if part in parts else name, {})
        row[part if part in parts else ""] = f"{value:.4g}"
    for name, row in rows.items():
        yield name, [row.get(part, "") for part in ("", *parts)]
