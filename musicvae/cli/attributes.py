"""attributes: measure what setting each attribute changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..config import MAX_EVAL_WINDOWS, MAX_PHRASES
from .progress import progress_bar

if TYPE_CHECKING:
    from ..evaluation.attribute_effects import Effect, Effects


def attributes(
    model: Annotated[
        str, typer.Argument(help="A model of the package, by name, or a checkpoint folder.")
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", help="A data set to measure on, instead of windows that the model generates."
        ),
    ] = None,
    split: Annotated[
        str, typer.Option(help="Split of the data set: train, valid or test.")
    ] = "test",
    limit: Annotated[
        int, typer.Option(help="How many windows to measure at most.", min=1, max=MAX_PHRASES)
    ] = MAX_EVAL_WINDOWS,
    seed: Annotated[int, typer.Option(help="Which windows are chosen.", min=0)] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    plot: Annotated[
        Path | None, typer.Option(help="PNG file for plots: what each attribute changes.")
    ] = None,
) -> None:
    """Measure what setting each attribute of a model changes, side effects included.

    Example:  musicvae attributes melody-2bar --limit 16
    """
    from ..api.builders import measure_attributes as run

    if plot:
        from ..evaluation.plots import draw_effects
        from ..plotting import new_figure

        new_figure(1, 1)  # a missing library is reported before the work, not after it
    with progress_bar("attributes", "attributes") as progress:
        effects = run(model, data=data, split=split, limit=limit, seed=seed, progress=progress)
    if json:
        typer.echo(effects.to_json())
    else:
        _show(effects, f"{model} on {f'{split} of {data}' if data else 'its own samples'}")
    if plot:
        draw_effects(effects, plot)
        typer.echo(plot, err=True)


def _show(effects: Effects, title: str) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    title = f"{title}, {effects.windows:,} windows"
    caption = "in standard deviations of the training set"
    # padding at the edges would make the table wider than 80 characters
    table = Table(title=title, caption=caption, box=SIMPLE, pad_edge=False)
    table.add_column("set")
    for amount in effects.amounts:
        table.add_column(f"{amount:+g}", justify="right")
    table.add_column("ratio", justify="right")
    for effect in effects.effects:
        changes = (f"{change:+.2f}" for change in effect.changes[effect.name])
        table.add_row(effect.name, *changes, f"{effect.ratio:.1f}")
    Console().print(table)
    for effect in effects.effects:
        typer.echo(f"{effect.name}: {effect.meaning}; mean {effect.mean:.3g}, SD {effect.sd:.3g}")
        others = [_span(effect, name) for name in (effect.side, effect.partner) if name]
        typer.echo("  also changes: " + ", ".join(others or ["nothing"]))
        if not effect.monotone:
            typer.echo("  not monotone")


def _span(effect: Effect, name: str) -> str:
    """Change of another attribute, from the lowest setting to the highest."""
    changes = effect.changes[name]
    linked = " (linked)" if name == effect.partner else ""
    return f"{name} {changes[0]:+.2f} to {changes[-1]:+.2f}{linked}"
