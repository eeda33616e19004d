"""similar: search a folder for similar music."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..presets import RECONSTRUCTION_MODEL
from .options import FileBpm, MidiIn, Model, Track, count_of
from .output import report_notices
from .printable import printable
from .progress import progress_bar
from .streams import open_midi

if TYPE_CHECKING:
    from ..retrieval.search import Match


def similar(
    query: MidiIn,
    library: Annotated[
        Path, typer.Argument(help="Folder of MIDI files, with all subfolders.", readable=False)
    ],
    n: Annotated[int, typer.Option("--n", "-n", help="How many files to list.", min=1)] = 10,
    track: Track = None,
    any_key: Annotated[
        bool,
        typer.Option(
            "--any-key/--same-key", help="Compare in all twelve keys, or only in the file's own."
        ),
    ] = True,
    bpm: FileBpm = 120.0,
    model: Model = RECONSTRUCTION_MODEL,
    reasons: Annotated[
        bool,
        typer.Option("--reasons", help="List the files that cannot be used, with the reasons."),
    ] = False,
) -> None:
    """Find the files of a folder that are most like a MIDI file, nearest first.

    An index of the folder is stored in it, so that the next search is fast.

    Example:  musicvae similar query.mid library/ --n 10
    """
    from ..api.model import load

    opened = open_midi(query, bpm)
    vae = load(model)
    with progress_bar("read", "files") as progress:
        index = vae.open_library(library, progress=progress)
    matches = vae.similar(opened, index, n, track=track, any_key=any_key, bpm=bpm)
    report_notices((*opened.notices, *opened.unread_sections))
    typer.echo("\n".join(map(_line, matches)) or "There is no other file in the folder.")
    if index.skipped:
        hint = "" if reasons else " (--reasons lists them)"
        typer.echo(f"{count_of(len(index.skipped), 'file')} cannot be used{hint}", err=True)
    for name, reason in index.skipped.items() if reasons else ():
        typer.echo(printable(f"{library / name}: {reason}"), err=True)
    if not index.kept:
        place = printable(library)
        typer.echo(f"{place} cannot be written: it will be read again the next time", err=True)


def _line(match: Match) -> str:
    transposed = f", {match.semitones:+d} semitones" if match.semitones else ""
    place = f"bar {match.bar}, like bar {match.query_bar}{transposed}"
    return f"{match.distance:.3f}  {printable(match.path)}  {place}"
