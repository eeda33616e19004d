"""Read MIDI files as phrases. Files written by musicvae read back the same:

    read_midi(midi_bytes(phrase)) == [*phrase.sections]

They store meter, grid, bars, pick-up and whether notes are off the grid in a text event, which
other programs ignore, the recipe of a generated phrase in another, and chords as markers. Files
of other programs are quantized; see `quantize`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

from ..errors import MidiError
from ..score.phrase import Phrase
from .containers import NotMidi
from .limits import DEFAULT_LIMITS, Limits
from .own_format import attach_recipe, find_recipe, has_grid_text, read_written_phrases
from .parser import Score, parse
from .quantize import to_phrases
from .repair import repair

BLOCK = 2**20
"""Bytes per read."""

Source = Path | str | bytes | BinaryIO


def read_midi(
    source: Source, *, bpm: float = 120.0, limits: Limits = DEFAULT_LIMITS
) -> list[Phrase]:
    """Read a MIDI file as phrases, one per meter segment, in order.

    A phrase that a model made has its `recipe`. If another program has edited the file, the phrase
    is marked `edited`, and its chords are recognized from the notes if markers are outdated.

    Args:
        source: a path, the bytes of a file, or an open binary file.
        bpm: quarters per minute of a file timed in seconds (SMPTE division).
        limits: the most that a file may have.

    Raises:
        MidiError: the file cannot be read, exceeds a limit, or has no note that can be used.
    """
    return read_midi_data(*load_bytes(source, limits), bpm, limits)


def read_midi_data(
    name: str, data: bytes, bpm: float = 120.0, limits: Limits = DEFAULT_LIMITS
) -> list[Phrase]:
    """The phrases in the bytes of a file, which errors name; see `read_midi`."""
    try:
        scores = parse(data, bpm, limits)
    except NotMidi as error:
        raise MidiError(name, f"{error}.") from error
    if written := read_written_phrases(scores[0]):
        return [
            attach_recipe(_with_notices(phrase, scores[0]), find_recipe(score), fits=True)
            for phrase, score in written
        ]
    phrases: list[Phrase] = []
    reasons: list[str] = []
    for score in scores:
        repair(score)
        quantized, errors = to_phrases(score)
        phrases += [_with_notices(phrase, score) for phrase in quantized]
        reasons += errors
    if not phrases:
        raise MidiError(name, reasons[0] if reasons else "there is no note in it.")
    recipe, fits = find_recipe(scores[0]), not has_grid_text(scores[0])
    return [attach_recipe(phrase, recipe, fits) for phrase in phrases]


def _with_notices(phrase: Phrase, score: Score) -> Phrase:
    """The phrase with the notices about its file in front of its own."""
    return replace(phrase, notices=(*score.notices, *phrase.notices))


def main_phrase(phrases: Sequence[Phrase]) -> Phrase:
    """The phrase with most pitched notes, or most drum notes if none is pitched."""

    def note_counts(phrase: Phrase) -> tuple[int, int]:
        pitched = sum(len(part.notes) for part in phrase.parts if not part.is_drum)
        return pitched, sum(len(part.notes) for part in phrase.parts)

    return max(phrases, key=note_counts)


def load_bytes(source: Source, limits: Limits = DEFAULT_LIMITS) -> tuple[str, bytes]:
    """The bytes of a source, after its name for error messages.

    Raises:
        MidiError: the source cannot be read.
    """
    if isinstance(source, bytes):
        return "The MIDI data", _check_size("The MIDI data", source, limits)
    if not isinstance(source, (str, Path)):
        name = str(getattr(source, "name", "The MIDI data"))
        return name, _read(name, source, limits)
    path = Path(source)
    try:
        mode = path.stat().st_mode
        if S_ISDIR(mode):
            raise MidiError(path, "it is a folder, not a MIDI file.")
        if not S_ISREG(mode):
            raise MidiError(path, "it is a device or a pipe, not a file.")
        with path.open("rb") as file:
            return str(path), _read(str(path), file, limits)
    except FileNotFoundError:
        raise MidiError(path, "there is no such file.") from None
    except OSError as error:
        raise MidiError(path, f"it cannot be read: {error.strerror or error}.") from error


def _read(name: str, file: BinaryIO, limits: Limits) -> bytes:
    """Read an open file; one byte beyond the limit is enough to refuse it."""
    data, most = bytearray(), limits.bytes
    while len(data) <= most and (block := file.read(min(BLOCK, most + 1 - len(data)))):
        if not isinstance(block, bytes):
            raise MidiError(name, "it is opened as text; open it with mode 'rb'.")
        data += block
    return _check_size(name, bytes(data), limits)


def _check_size(name: str, data: bytes, limits: Limits) -> bytes:
    """Raise MidiError if there are more bytes than the limit."""
    if len(data) > limits.bytes:
        raise MidiError(name, f"it is larger than {limits.bytes >> 20} MB; no MIDI file is.")
    return data
