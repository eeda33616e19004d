"""prepare: folders of MIDI into a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import Force
from .progress import bar


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
    from ..errors import OutputError
    from ..workshop import prepare as run

    if (out / "data.json").exists() and not force:
        raise OutputError(f"{out} holds a data set already: choose another folder, or --force.")
    with bar("prepare", "files") as progress:
        about = run(folders, out, codec=codec, workers=workers, progress=progress)
    _report(about)
    typer.echo(f"{out / 'data.json'} names every file that was left out and why.")


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
