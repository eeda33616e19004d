"""similar: search a folder for files like one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..presets import CLOSEST_MODEL
from .options import (
    FileBpm,
    MidiIn,
    Model,
    Track,
    count_of,
)
from .output import report_source
from .progress import bar

if TYPE_CHECKING:
    from ..retrieval.search import Match


def similar(
    query: MidiIn,
    library: Annotated[
        Path, typer.Argument(help="Folder of MIDI files, searched deeply.", readable=False)
    ],
    n: Annotated[int, typer.Option("--n", "-n", help="How many files.", min=1)] = 10,
    track: Track = None,
    any_key: Annotated[
        bool, typer.Option("--any-key/--same-key", help="Look in all twelve keys, or in its own.")
    ] = True,
    bpm: FileBpm = 120.0,
    model: Model = CLOSEST_MODEL,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="Name the files that cannot be used, and why.")
    ] = False,
) -> None:
    """Find what sounds like a MIDI file in a folder of them, nearest first.

    What was read is kept in the folder, so that it is quick the next time.

    Example:  musicvae similar query.mid library/ --n 10
    """
    from ..api import inputs
    from ..api.model import load

    asked = inputs.open(query, bpm=bpm)
    player = load(model)
    with bar("read", "files") as progress:
        opened = player.open_library(library, progress=progress)
    found = player.similar(asked, opened, n, track=track, any_key=any_key, bpm=bpm)
    report_source(asked)
    typer.echo("\n".join(map(_line, found)) or "There is no other file in it.")
    if opened.skipped:
        hint = "" if reasons else " (--reasons names them)"
        typer.echo(f"{count_of(len(opened.skipped), 'file')} cannot be used{hint}", err=True)
    for name, reason in opened.skipped.items() if reasons else ():
        typer.echo(f"{library / name}: {reason}", err=True)
    if not opened.kept:
        typer.echo(f"{library} cannot be written: it is read again the next time", err=True)


def _line(match: Match) -> str:
    moved = f", {match.semitones:+d} semitones" if match.semitones else ""
    place = f"bar {match.bar}, like bar {match.query_bar}{moved}"
    return f"{match.distance:.3f}  {match.path}  {place}"
