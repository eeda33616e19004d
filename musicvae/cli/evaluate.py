"""evaluate: measure a model on held-out music."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..presets import RECONSTRUCTION_MODEL
from .options import Model
from .progress import progress_bar

ABOUT_PEOPLE = ("told apart", "repetition and endings")
"""Groups of figures about samples and reconstructions beside people's music."""

if TYPE_CHECKING:
    from ..evaluation.report import Evaluation, Figures


def evaluate(
    data: Annotated[
        Path, typer.Option("--data", help="A data set made by prepare, or a folder of MIDI files.")
    ],
    model: Model = RECONSTRUCTION_MODEL,
    split: Annotated[
        str, typer.Option(help="Split of the data set: valid to choose a model, test to report.")
    ] = "test",
    trained_on: Annotated[
        Path | None,
        typer.Option(help="The data set that the model was trained on, if it is another one."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(help="How many windows to measure at most.", min=2)
    ] = None,
    pairs: Annotated[
        int, typer.Option(help="How many pairs of windows to interpolate between.", min=0)
    ] = 256,
    importance: Annotated[
        int,
        typer.Option(help="Samples of z for the likelihood of a VAE; 0 gives the bound.", min=0),
    ] = 0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.", min=0)] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    plots: Annotated[
        Path | None, typer.Option(help="Folder for plots of samples and interpolations.")
    ] = None,
    listening: Annotated[
        Path | None, typer.Option(help="Folder for a blind listening test of 20 pairs of clips.")
    ] = None,
    clips_from: Annotated[
        list[str] | None,
        typer.Option(help="A folder below the data whose music may be handed on; repeatable."),
    ] = None,
) -> None:
    """Measure a model on music that it was not trained on.

    Example:  musicvae evaluate --model checkpoints/mine --data data/mine --plots pictures/
    """
    from ..api.builders import evaluate as run

    if plots:
        from ..evaluation.plots import draw_evaluation
        from ..plotting import new_figure

        new_figure(1, 1)  # a missing library is reported before the work, not after it
    if listening:
        _write_listening(listening, model, data, split, clips_from or [], seed)
    with progress_bar("evaluate", "windows") as progress:
        evaluation = run(
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
        typer.echo(evaluation.to_json())
    else:
        is_prepared = (data / "data.json").exists()
        _show(evaluation, f"{model} on {f'{split} of {data}' if is_prepared else data}")
    if plots:
        for path in draw_evaluation(evaluation, plots):
            typer.echo(path, err=True)


def _write_listening(
    folder: Path, model: str, data: Path, split: str, collections: Sequence[str], seed: int
) -> None:
    from ..api.model import load
    from ..corpus.dataset import open_split
    from ..evaluation.listening import write_listening_pack

    held_out = open_split(data, split)
    for path in write_listening_pack(load(model).player, held_out, collections, folder, seed):
        typer.echo(path, err=True)


def _show(evaluation: Evaluation, title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from ..evaluation.report import SIDES

    console = Console()
    about_model = {k: v for k, v in evaluation.groups.items() if k not in ABOUT_PEOPLE}
    about_people = {k: v for k, v in evaluation.groups.items() if k in ABOUT_PEOPLE}
    for groups, columns, first, heading in (
        (about_model, evaluation.parts, "all" if evaluation.parts else "value", title),
        (about_people, SIDES, "", "people's music"),
    ):
        table = Table(title=heading)
        table.add_column("figure")
        for column in (first, *columns) if first else columns:
            table.add_column(column, justify="right")
        for group, figures in groups.items():
            table.add_section()
            table.add_row(group, style="bold")
            for name, values in _rows(figures, columns):
                table.add_row(name, *(values if first else values[1:]))
        if heading != title and evaluation.giveaways:
            table.add_section()
            table.add_row("tells samples on its own", style="bold")
            for each in evaluation.giveaways:
                name = f"{each.feature}: AUC {each.auc:.3f}"
                table.add_row(name, f"{each.people:.4g}", "", f"{each.samples:.4g}")
        if groups:
            console.print(table)
    if evaluation.reference:
        console.print(
            "  reference: {windows:,} windows of {pieces:,} pieces of the training set".format(
                **evaluation.reference
            )
        )
    for figure, reason in evaluation.left_out.items():
        console.print(f"  left out: {figure}: {reason}", markup=False)


def _rows(figures: Figures, parts: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Name of each figure, and its values: for all parts together, then for each part."""
    rows: dict[str, dict[str, str]] = {}
    for name, value in figures.items():
        stem, _, part = name.rpartition(", ")
        row = rows.setdefault(stem if part in parts else name, {})
        row[part if part in parts else ""] = f"{value:.4g}"
    for name, row in rows.items():
        yield name, [row.get(part, "") for part in ("", *parts)]
