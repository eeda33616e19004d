"""personalize: a model that leans towards a few MIDI files."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..presets import CLOSEST_MODEL
from .options import Force, Model, count_of
from .progress import bar

if TYPE_CHECKING:
    from ..adapt.personalize import Personal


def personalize(
    sources: Annotated[
        list[Path], typer.Argument(help="MIDI files, and folders that are searched deeply.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the checkpoint, checkpoints/NAME.")
    ],
    model: Model = CLOSEST_MODEL,
    seed: Annotated[int, typer.Option(help="Same seed and files, same bytes.", min=0)] = 0,
    force: Force = False,
) -> None:
    """Make a model that leans towards your music, from 1 to 20 files or so.

    The net stays as it is; what it makes up becomes more like the files, and four sliders
    are found: the directions in which your music differs most. It works for every verb.

    Example:  musicvae personalize my-midi/ -o checkpoints/mine
    """
    from ..api.builders import personalize as run
    from ..checkpoint import CONFIG
    from ..errors import OutputError

    if (out / CONFIG).exists() and not force:
        raise OutputError(f"{out} holds a checkpoint already: choose another folder, or --force.")
    with bar("personalize", "steps", kept=lambda: f"Nothing was written to {out}.") as progress:
        made = run(sources, out=out, model=model, seed=seed, progress=progress)
    _report(made)
    typer.echo(f"{out} is ready:  musicvae generate --model {shlex.quote(str(out))} out/")


def _report(made: Personal) -> None:
    from rich.console import Console
    from rich.table import Table

    for name, reason in made.left_out.items():
        typer.echo(f"left out: {name}: {reason}", err=True)
    meters = ", ".join(f"{count:,} of {meter}" for meter, count in made.meters.items())
    typer.echo(f"windows of {count_of(made.files, 'file')}: {meters}")
    effects = list(made.sliders[0].effects)
    table = Table("slider, at +1", *effects)
    for name, _, moved in made.sliders:
        table.add_row(name, *(f"{moved[of]:+.2f}" for of in effects))
    Console().print(table)
    typer.echo(f"copies of your music among samples: {made.copies:.1%}")
    if made.warning:
        typer.echo(f"musicvae: {made.warning}", err=True)
