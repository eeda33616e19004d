"""attributes: measure what setting each attribute does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..config import MAX_EVAL_WINDOWS, MAX_PHRASES
from .progress import bar

if TYPE_CHECKING:
    from ..evaluation.attribute_effects import Effect, Effects


def attributes(
    model: Annotated[
        str, typer.Argument(help="A model that came with the package, or a checkpoint folder.")
    ],
    data: Annotated[
        Path | None,
        typer.Option("--data", help="A data set to measure on, not what the model makes up."),
    ] = None,
    split: Annotated[str, typer.Option(help="Of the data set.")] = "test",
    limit: Annotated[
        int, typer.Option(help="At most so many windows.", min=1, max=MAX_PHRASES)
    ] = MAX_EVAL_WINDOWS,
    seed: Annotated[int, typer.Option(help="Which windows.", min=0)] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
    plot: Annotated[
        Path | None, typer.Option(help="PNG to draw: what each attribute does to all.")
    ] = None,
) -> None:
    """Measure what setting each attribute of a model does, to it and to the others.

    Example:  musicvae attributes melody-2bar --limit 16
    """
    from ..api.builders import measure_attributes as run

    if plot:
        from ..evaluation.plots import draw_effects
        from ..plotting import new_figure

        new_figure(1, 1)  # what is missing is said before the work, not after it
    with bar("attributes", "attributes") as progress:
        found = run(model, data=data, split=split, limit=limit, seed=seed, progress=progress)
    if json:
        typer.echo(found.to_json())
    else:
        _show(found, f"{model} on {f'{split} of {data}' if data else 'what it makes up'}")
    if plot:
        draw_effects(found, plot)
        typer.echo(plot, err=True)


def _show(found: Effects, title: str) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    title = f"{title}, {found.windows:,} windows, in SDs of the training set"
    table = Table(title=title, box=SIMPLE, pad_edge=False)  # 80 characters hold no more
    table.add_column("set")
    for amount in found.amounts:
        table.add_column(f"{amount:+g}", justify="right")
    table.add_column("ratio", justify="right")
    for effect in found.effects:
        changes = (f"{change:+.2f}" for change in effect.changes[effect.name])
        table.add_row(effect.name, *changes, f"{effect.ratio:.1f}")
    Console().print(table)
    for effect in found.effects:
        typer.echo(f"{effect.name}: {effect.meaning}; mean {effect.mean:.3g}, SD {effect.sd:.3g}")
        beside = [_span(effect, name) for name in (effect.side, effect.partner) if name]
        typer.echo("  beside it: " + ", ".join(beside or ["nothing"]))
        if not effect.monotone:
            typer.echo("  not monotone")


def _span(effect: Effect, name: str) -> str:
    changes = effect.changes[name]
    nature = " by nature" if name == effect.partner else ""
    return f"{name} {changes[0]:+.2f} to {changes[-1]:+.2f}{nature}"
