"""personalize: a model of your own, from a few MIDI files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..presets import RECONSTRUCTION_MODEL
from .ending import shell_line
from .options import Force, Model, count_of
from .printable import printable
from .progress import progress_bar

if TYPE_CHECKING:
    from ..adapt.personalize import Personal


def personalize(
    sources: Annotated[
        list[Path], typer.Argument(help="MIDI files, or folders of them, with all subfolders.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the model, such as checkpoints/NAME.")
    ],
    model: Model = RECONSTRUCTION_MODEL,
    seed: Annotated[
        int, typer.Option(help="The same seed and files give the same model.", min=0)
    ] = 0,
    force: Force = False,
) -> None:
    """Make a model that generates music like yours, from about 1 to 20 files.

    The new model encodes and decodes like the old one, but generates and extends in the style of
    your files. It gets four sliders for vary --set: the ways in which your music varies most.

    Example:  musicvae personalize my-midi/ -o checkpoints/mine
    """
    from ..api.builders import personalize as run
    from ..checkpoint import CONFIG
    from ..errors import OutputError

    if (out / CONFIG).exists() and not force:
        raise OutputError(f"{out} holds a checkpoint already: choose another folder, or --force.")
    with progress_bar(
        "personalize", "steps", on_interrupt=lambda: f"Nothing was written to {out}."
    ) as progress:
        personal = run(sources, out=out, model=model, seed=seed, progress=progress)
    _report(personal)
    typer.echo(f"{out} is ready:  musicvae generate --model {shell_line([str(out)])} out/")


def _report(personal: Personal) -> None:
    from rich.console import Console
    from rich.table import Table

    for name, reason in personal.left_out.items():
        typer.echo(f"left out: {printable(f'{name}: {reason}')}", err=True)
    meters = ", ".join(f"{count:,} of {meter}" for meter, count in personal.meters.items())
    typer.echo(f"windows of {count_of(personal.files, 'file')}: {meters}")
    effects = list(personal.sliders[0].effects)
    table = Table("slider, at +1", *effects)
    for name, _, changes in personal.sliders:
        table.add_row(name, *(f"{changes[effect]:+.2f}" for effect in effects))
    Console().print(table)
    typer.echo(f"copies of your music among samples: {personal.copies:.1%}")
    if personal.warning:
        typer.echo(f"musicvae: {personal.warning}", err=True)
