"""replay: recreate a file from its recipe."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from .options import Force, MidiIn
from .output import file_in, write


def replay(
    source: MidiIn,
    out: Annotated[
        Path | None,
        typer.Argument(
            help="MIDI file to write; by default a new file next to the first one.", readable=False
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="The model that made it; by default the one of the package that did."),
    ] = None,
    force: Force = False,
) -> None:
    """Recreate a generated file from the recipe that is stored in it.

    Example:  musicvae replay clip.mid again.mid
    """
    from ..api.model import replay as run
    from ..atomic_files import numbered_copies
    from ..midi.writer import midi_bytes

    phrase = run(source, model=model)
    is_identical = source.read_bytes() == midi_bytes(phrase)
    names = numbered_copies(file_in(out, source) if out else source)
    write([phrase], names if out else islice(names, 1, None), force, True)
    typer.echo("identical, byte for byte" if is_identical else "the same notes, in different bytes")
