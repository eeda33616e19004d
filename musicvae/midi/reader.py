"""MIDI files: any of them in, as phrases; phrases out, so that they read back the same.

    read_midi(midi_bytes(phrase)) == [phrase]

Our own files carry meter, grid, bars and pick-up in a text event, which other
software ignores, the recipe of what a model made in another, and chords as markers,
which it shows; there stands too whether notes are off the grid on purpose. Files of
others are put on a grid; see `quantise`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, BinaryIO

from ..errors import MidiError
from ..score.phrase import Phrase
from .own_format import own_phrase, with_origin
from .parser import NotMidi, parse
from .quantize import to_phrases

MAX_BYTES = 64 * 2**20
"""No MIDI file is larger, however it is given."""

BLOCK = 2**20
"""Bytes that are read at once."""

Source = Path | str | bytes | BinaryIO

if TYPE_CHECKING:
    from mido import Message, MetaMessage

    Timed = tuple[int, Message | MetaMessage]


def read_midi(source: Source, *, bpm: float = 120.0) -> list[Phrase]:
    """Read a MIDI file: a phrase for each stretch of one meter, in order.

    Args:
        source: a path, the bytes of a file, or an open binary file.
        bpm: quarters per minute of a file that is timed in seconds (SMPTE division).

    A phrase of a file that a model made knows its recipe; one of a file of ours that was edited
    elsewhere is marked as `edited`, and has the chords that its notes play, not stale markers.

    Raises:
        MidiError: it cannot be read, or no note in it can be used; the sentence says why.
    """
    name, data = load_bytes(source)
    try:
        scores = parse(data, bpm)
    except NotMidi as error:
        raise MidiError(name, f"{error}.") from error
    own = own_phrase(scores[0])
    phrases = [own] if own else []
    reasons: list[str] = []
    for score in () if own else scores:
        found, why = to_phrases(score)
        phrases += found
        reasons += why
    if not phrases:
        raise MidiError(name, reasons[0] if reasons else "there is no note in it.")
    return [with_origin(phrase, scores[0], fits=own is not None) for phrase in phrases]


def main_phrase(phrases: Sequence[Phrase]) -> Phrase:
    """The phrase with most pitched notes, of those that a file with changes of meter gives.

    Where nothing pitched is played, that with most drums.
    """

    def notes(phrase: Phrase) -> tuple[int, int]:
        pitched = sum(len(part.notes) for part in phrase.parts if not part.is_drum)
        return pitched, sum(len(part.notes) for part in phrase.parts)

    return max(phrases, key=notes)


def load_bytes(source: Source) -> tuple[str, bytes]:
    """A name to speak of, and the bytes.

    Raises:
        MidiError: they cannot be read.
    """
    if isinstance(source, bytes):
        return "The MIDI data", _limited("The MIDI data", source)
    if not isinstance(source, (str, Path)):
        name = str(getattr(source, "name", "The MIDI data"))
        return name, _read(name, source)
    path = Path(source)
    try:
        about = path.stat()
        if not (S_ISREG(about.st_mode) or S_ISDIR(about.st_mode)):
            raise MidiError(path, "it is a device or a pipe, not a file.")
        with path.open("rb") as file:
            return str(path), _read(str(path), file)
    except FileNotFoundError:
        raise MidiError(path, "there is no such file.") from None
    except IsADirectoryError:
        raise MidiError(path, "it is a folder, not a MIDI file.") from None
    except OSError as error:
        raise MidiError(path, f"it cannot be read: {error.strerror or error}.") from error


def _read(name: str, file: BinaryIO) -> bytes:
    """All of an open file; a byte beyond the limit is enough to refuse it."""
    data = bytearray()
    while len(data) <= MAX_BYTES and (block := file.read(min(BLOCK, MAX_BYTES + 1 - len(data)))):
        if not isinstance(block, bytes):
            raise MidiError(name, "it is opened as text; open it with mode 'rb'.")
        data += block
    return _limited(name, bytes(data))


def _limited(name: str, data: bytes) -> bytes:
    """Raises MidiError where they are more than a MIDI file has."""
    if len(data) > MAX_BYTES:
        raise MidiError(name, f"it is larger than {MAX_BYTES >> 20} MB; no MIDI file is.")
    return data
