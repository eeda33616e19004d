"""replay: a file made again from its recipe."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from .options import (
    Force,
    MidiIn,
)
from .output import file_in, write


def replay(
    source: MidiIn,
    out: Annotated[
        Path | None,
        typer.Argument(help="MIDI file to write; without it, beside the first.", readable=False),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="The model that made it; without one, those of the package are tried."),
    ] = None,
    force: Force = False,
) -> None:
    """Make a file of ours again, from the recipe that it carries.

    Example:  musicvae replay clip.mid again.mid
    """
    from ..api.model import replay as run
    from ..atomic_files import spare_names
    from ..midi.writer import midi_bytes

    phrase = run(source, model=model)
    same = source.read_bytes() == midi_bytes(phrase)
    names = spare_names(file_in(out, source) if out else source)
    write([phrase], names if out else islice(names, 1, None), force, True)
    typer.echo("the same, byte for byte" if same else "the same notes, in another file")
