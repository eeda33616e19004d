"""replay: recreate a file from its recipe."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from .options import Force, MidiIn
from .output import write, write_file
from .streams import STANDARD, open_midi, source_of


def replay(
    source: MidiIn,
    out: Annotated[
        Path | None,
        typer.Argument(
            help="MIDI file to write; by default a new file next to the first one, or standard "
            "output if that is -.",
            readable=False,
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

    given = source_of(source)
    phrase = run(open_midi(given), model=model)
    is_identical = given.read_bytes() == midi_bytes(phrase)
    out = out or (STANDARD if source == STANDARD else None)
    if out:
        write_file(phrase, out, source, force, True)
    else:
        write([phrase], islice(numbered_copies(source), 1, None), force, True)
    verdict = "identical, byte for byte" if is_identical else "the same notes, in different bytes"
    typer.echo(verdict, err=out == STANDARD)
