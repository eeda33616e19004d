"""evaluate: measure a model on held-out music."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..presets import RECONSTRUCTION_MODEL
from .options import Model
from .progress import progress_bar

ABOUT_PEOPLE = ("told apart", "repetition and endings")
"""Groups of figures about samples and reconstructions beside people's music."""

if TYPE_CHECKING:
    from rich.table import Table

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

    from ..evaluation.report import SIDES

    console = Console()
    groups, parts = evaluation.groups, evaluation.parts
    about_model = {name: groups[name] for name in groups if name not in ABOUT_PEOPLE}
    about_people = {name: groups[name] for name in groups if name in ABOUT_PEOPLE}
    columns = {"": "all", **{part: part for part in parts}} if parts else {"": "value"}
    heading = f"{title}, {evaluation.windows:,} windows"
    console.print(_table(heading, about_model, columns))
    if about_people:
        console.print(_table("beside people's music", about_people, dict.fromkeys(SIDES, "")))
    if evaluation.giveaways:
        told = {
            f"{each.feature}, {column}": value
            for each in evaluation.giveaways
            for column, value in vars(each).items()
            if column != "feature"
        }
        by_column = dict.fromkeys(("auc", "people", "samples"), "")
        console.print(_table("what gives samples away", {"AUC of one feature": told}, by_column))
    if evaluation.reference:
        windows, pieces = evaluation.reference.values()
        console.print(f"  reference: {windows:,} windows of {pieces:,} pieces of the training set")
    for figure, reason in evaluation.left_out.items():
        console.print(f"  left out: {figure}: {reason}", markup=False)


def _table(title: str, groups: Mapping[str, Figures], columns: Mapping[str, str]) -> Table:
    """A table of groups of figures.

    Args:
        columns: the end of the names of figures in each column, and the column's title if it
            differs; the rest of a name is the row.
    """
    from rich.table import Table

    table = Table(title=title)
    table.add_column("figure")
    for end, heading in columns.items():
        table.add_column(heading or end, justify="right")
    for group, figures in groups.items():
        table.add_section()
        table.add_row(group, style="bold")
        for name, values in _rows(figures, list(columns)):
            table.add_row(name, *values)
    return table


def _rows(figures: Figures, columns: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Name of each figure, and its values in each column; "" is that of all parts together."""
    rows: dict[str, dict[str, str]] = {}
    for name, value in figures.items():
        stem, _, end = name.rpartition(", ")
        row = rows.setdefault(stem if end in columns else name, {})
        row[end if end in columns else ""] = f"{value:.4g}"
    for name, row in rows.items():
        yield name, [row.get(column, "") for column in columns]
