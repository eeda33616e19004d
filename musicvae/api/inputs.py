"""Music of any kind, opened once: what every verb is given, as phrases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import RequestError
from ..midi.convert import NoteTuple, from_pretty_midi, from_tuples
from ..midi.reader import Source, main_phrase, read_midi
from ..score.phrase import Phrase

if TYPE_CHECKING:
    from pretty_midi import PrettyMIDI


@dataclass(frozen=True)
class Opened:
    """Music that was read, for all who need it.

    Attributes:
        name: of the file it came from; None if it came from none.
        phrases: one for each stretch of one meter, in order.
        main: the one that the verbs read; see `main_phrase`.
    """

    name: str | None
    phrases: tuple[Phrase, ...]
    main: Phrase


Music: TypeAlias = "Phrase | Opened | Source | PrettyMIDI | Iterable[NoteTuple]"
"""What every verb takes."""


def open(music: Music, *, bpm: float = 120.0) -> Opened:
    """Read music of any kind: see `MusicVAE`. What is open already stays as it is.

    Args:
        bpm: quarters per minute of what is timed in seconds.

    Raises:
        MidiError: it cannot be read, or there is no note in it.
        RequestError: it is nothing of the kind.
    """
    if isinstance(music, Opened):
        return music
    phrases = tuple(_read(music, bpm))
    name = str(music) if isinstance(music, (str, Path)) else None
    return Opened(name, phrases, main_phrase(phrases))


def _read(music: Any, bpm: float) -> Iterable[Phrase]:
    if isinstance(music, Phrase):
        return [music]
    if isinstance(music, (str, Path, bytes)) or hasattr(music, "read"):
        return read_midi(music, bpm=bpm)
    if hasattr(music, "instruments"):
        return from_pretty_midi(music)
    if not isinstance(music, Iterable) or isinstance(music, (bytearray, memoryview)):
        raise RequestError(
            f"{type(music).__name__} is no music: give a path, the bytes of a MIDI file, "
            "a pretty_midi.PrettyMIDI, a Phrase, or note tuples."
        )
    return [from_tuples(music, bpm=bpm)]


def to_phrase(music: Music, *, bpm: float = 120.0) -> Phrase:
    """Music of any kind as a phrase: see `MusicVAE`. Of several meters, the one with most notes.

    Raises:
        MidiError: it cannot be read, or there is no note in it.
        RequestError: it is nothing of the kind.
    """
    return open(music, bpm=bpm).main


@contextmanager
def naming(music: Opened) -> Iterator[None]:
    """Errors about music name the file that it came from."""
    try:
        yield
    except RequestError as error:
        if music.name is not None:
            raise RequestError(f"{music.name}: {str(error).rstrip('.')}.") from error
        raise
