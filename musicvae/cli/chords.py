"""chords: the chords of a file as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import FileBpm, Force, MidiIn
from .output import report_notices, write_song
from .streams import STANDARD, open_midi


def chords(
    source: MidiIn,
    write: Annotated[
        Path | None,
        typer.Option(
            help="MIDI file to write, a folder for it, or - for standard output: a copy with the "
            "recognized chords as markers.",
            readable=False,
        ),
    ] = None,
    bpm: FileBpm = 120.0,
    force: Force = False,
) -> None:
    """Print the key and the chords of a MIDI file, by its symbols or else by its notes.

    Example:  musicvae chords in.mid --write symbols.mid
    """
    from ..api.harmony import chords as run
    from ..api.harmony import mark_chords

    opened = open_midi(source, bpm)
    table = run(opened, bpm=bpm)
    origin = "key signature" if table.is_key_written else "notes"
    lines = [f"key: {table.key} (by its {origin})"]
    if table.rows:
        lines.append(f"{'bar':>5}  {'beat':>5}  {'chord':<9}  from")
    for row in table.rows:
        origin = "symbol" if row.is_written else "notes"
        lines.append(f"{row.bar:>5}  {round(row.beat, 2):>5g}  {row.symbol:<9}  {origin}")
    typer.echo("\n".join(lines), err=write == STANDARD)
    if write:
        write_song(mark_chords(opened, bpm=bpm), write, source, force)
    report_notices(opened.notices)
