"""transpose: a file in another key."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import FileBpm, Force, MidiIn, OutFile
from .output import report_notices, write_song
from .streams import open_midi


def transpose(
    source: MidiIn,
    out: OutFile,
    by: Annotated[
        int | None,
        typer.Option(help="Semitones upwards, or below 0 downwards: -3.", min=-127, max=127),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            help="New key: 'A minor', Bb. The file's own is read from its key signature, or else "
            "estimated from its notes."
        ),
    ] = None,
    bpm: FileBpm = 120.0,
    force: Force = False,
) -> None:
    """Move a MIDI file by semitones, or from its own key into another.

    The notes of all parts but drums, key signatures and chord symbols move; all else stays.

    Example:  musicvae transpose in.mid out.mid --by -3
    """
    from ..api.transposition import transpose as run

    opened = open_midi(source, bpm)
    song = run(opened, by=by, key=key, bpm=bpm)
    write_song(song, out, source, force)
    report_notices(opened.notices)
