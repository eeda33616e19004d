"""prepare: turn folders of MIDI files into a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..atomic_files import MIDI_ENDINGS
from .options import Force, Track, count_of
from .printable import printable
from .progress import progress_bar


def prepare(
    folders: Annotated[
        list[Path], typer.Argument(help="Folders of MIDI files, with all subfolders.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the data set, such as data/NAME.")
    ],
    codec: Annotated[
        str,
        typer.Option(
            help="What the net will read: melody, drums, roll, piano, trio, leadsheet, band."
        ),
    ] = "melody",
    bars: Annotated[int, typer.Option(help="Length of a window, in bars.", min=2, max=64)] = 2,
    track: Track = None,
    per_piece: Annotated[
        int | None,
        typer.Option(
            help="Training draws a piece with more windows than this as often as one with so many.",
            min=1,
        ),
    ] = None,
    weights: Annotated[
        list[str] | None,
        typer.Option(
            "--weight",
            help="How often training draws what is in a folder: midi/made=0.3. May be repeated.",
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Number of processes; by default one per core.", min=1)
    ] = None,
    timeout: Annotated[
        float, typer.Option(help="Seconds after which reading a file is given up.", min=0.01)
    ] = 10.0,
    force: Force = False,
) -> None:
    """Turn folders of MIDI files into a data set for training.

    The data set holds each window of music once, and is split by piece. After an interruption, the
    same command continues where it stopped.

    Example:  musicvae prepare my-midi/ -o data/mine
    """
    from ..corpus.prepare import prepare as run
    from ..corpus.weights import parse_weights
    from ..errors import OutputError

    if (out / "data.json").exists() and not force:
        raise OutputError(f"{out} holds a data set already: choose another folder, or --force.")
    with progress_bar(
        "prepare", "files", on_interrupt=lambda: "The same command continues from here."
    ) as progress:
        about = run(
            folders,
            out,
            codec=codec,
            bars=bars,
            track=track,
            per_piece=per_piece,
            weights=parse_weights(weights) if weights else None,
            workers=workers,
            timeout=timeout,
            progress=progress,
        )
    _report(about)
    typer.echo(f"{printable(out / 'data.json')} names every file that was left out and why.")


def _report(about: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    splits = ("train", "valid", "test")
    contents = Table("in the data set", *splits)
    for unit in ("pieces", "windows"):
        contents.add_row(unit, *(f"{about[unit][split]:,}" for split in splits))
    console.print(contents)
    left_out = Table("left out", "why")
    for reason, files in about["files_left_out"].items():
        left_out.add_row(count_of(len(files), "file"), escape(printable(reason)))
    if passed_over := about["files_passed_over"]:
        endings = ", ".join(MIDI_ENDINGS)
        left_out.add_row(count_of(len(passed_over), "file"), f"not named like MIDI: {endings}")
    for reason, count in about["windows_left_out"].items():
        left_out.add_row(count_of(count, "window"), escape(printable(reason)))
    console.print(left_out)
    for notice in about["notices"]:
        typer.echo(f"musicvae: {notice}", err=True)
