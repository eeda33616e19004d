"""prepare: folders of MIDI into a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .options import Force, count_of
from .progress import bar


def prepare(
    folders: Annotated[list[Path], typer.Argument(help="Folders of MIDI files, searched deeply.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the data set, data/NAME.")],
    codec: Annotated[
        str,
        typer.Option(help="What a net reads: melody, drums, roll, piano, trio, leadsheet."),
    ] = "melody",
    bars: Annotated[int, typer.Option(help="Bars of a window.", min=2, max=64)] = 2,
    workers: Annotated[
        int | None, typer.Option(help="Processes; as many as there are cores if not given.", min=1)
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds for each file.", min=0.01)] = 10.0,
    force: Force = False,
) -> None:
    """Read folders of MIDI into a data set: distinct windows, split by piece.

    What was interrupted goes on where it was when the same command is typed again.

    Example:  musicvae prepare my-midi/ -o data/mine
    """
    from ..corpus.prepare import prepare as run
    from ..errors import OutputError

    if (out / "data.json").exists() and not force:
        raise OutputError(f"{out} holds a data set already: choose another folder, or --force.")
    with bar("prepare", "files", kept=lambda: "The same command goes on from here.") as progress:
        about = run(
            folders,
            out,
            codec=codec,
            bars=bars,
            workers=workers,
            timeout=timeout,
            progress=progress,
        )
    _report(about)
    typer.echo(f"{out / 'data.json'} names every file that was left out and why.")


def _report(about: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    kept = Table("kept", *("train", "valid", "test"))
    for what in ("pieces", "windows"):
        kept.add_row(what, *(f"{about[what][split]:,}" for split in ("train", "valid", "test")))
    console.print(kept)
    left_out = Table("left out", "why")
    for reason, files in about["files_left_out"].items():
        left_out.add_row(count_of(len(files), "file"), escape(reason))
    for reason, count in about["windows_left_out"].items():
        left_out.add_row(count_of(count, "window"), escape(reason))
    console.print(left_out)
