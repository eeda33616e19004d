"""`-` in place of a file: standard input and standard output."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import typer

if TYPE_CHECKING:
    from ..api.inputs import Opened

STANDARD = Path("-")


class StandardInput:
    """Standard input as an open binary file that remembers what was read from it.

    Raises:
        RequestError: this process has no standard input.
    """

    name = "standard input"

    def __init__(self) -> None:
        from ..errors import RequestError

        if sys.stdin is None:
            raise RequestError("There is no standard input here: name a file.")
        self._stream, self._seen = sys.stdin.buffer, bytearray()

    def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes."""
        block = self._stream.read(size)
        self._seen += block
        return block

    def read_bytes(self) -> bytes:
        """What has been read so far, as `Path.read_bytes` gives it for a file."""
        return bytes(self._seen)


def source_of(path: Path) -> Path | StandardInput:
    """The file, or standard input for `-`."""
    return StandardInput() if path == STANDARD else path


def open_midi(source: Path | StandardInput, bpm: float = 120.0) -> Opened:
    """Read a MIDI file, or standard input for `-`; both are named in errors and notices."""
    from ..api import inputs

    source = source_of(source) if isinstance(source, Path) else source
    if isinstance(source, Path):
        return inputs.open(source, bpm=bpm)
    return inputs.open(cast(BinaryIO, source), bpm=bpm, name=source.name)


def stem_of(source: Path) -> str:
    """The name of a file without its extension, from which names of new files are made."""
    return "input" if source == STANDARD else source.stem


def write_standard(data: bytes) -> None:
    """Write the bytes of a file to standard output.

    Raises:
        OutputError: it is a terminal, or this process has none.
    """
    from ..errors import OutputError

    if sys.stdout is None or sys.stdout.isatty():
        raise OutputError(
            "A MIDI file is no text for a terminal: send standard output to a file or a program, "
            "as in  musicvae ... - > out.mid"
        )
    typer.echo(data, nl=False)


def say(text: str, out: Path) -> None:
    """Print a message: on standard error if the file itself goes to standard output."""
    typer.echo(text, err=out == STANDARD)
