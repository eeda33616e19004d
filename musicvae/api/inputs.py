"""Music of any kind as phrases, read once however many functions need it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..arguments import check_path
from ..errors import RequestError
from ..midi.convert import NoteTuple, from_tuples, pretty_midi_bytes
from ..midi.reader import Source, load_bytes, main_phrase, read_midi_data
from ..midi.song_events import read_song, song_bytes
from ..midi.song_text import SONG, read_new_parts
from ..midi.writer import midi_bytes
from ..notation.read_score import is_score, score_to_midi
from ..score.phrase import Phrase
from ..score.song import Song
from ..theory.meter import bpm_to_tempo

if TYPE_CHECKING:
    from pretty_midi import PrettyMIDI


@dataclass(frozen=True)
class Opened:
    """Music that has been read.

    Attributes:
        name: path of the file, as it was given, or another name of the music in errors and
            notices; None for music without a name.
        phrases: one for each section of one meter, in order.
        main: the phrase that verbs of one section read: of a `Phrase` with sections around it
            itself, else that of `midi.reader.main_phrase`.
        data: the bytes of its file; None for music without a file.
    """

    name: str | None
    phrases: tuple[Phrase, ...]
    main: Phrase
    data: bytes | None = field(default=None, repr=False)

    @cached_property
    def new_parts(self) -> tuple[Phrase, ...]:
        """The parts that a model made for this song, with their recipes; see `midi.song_text`."""
        if self.data is None or SONG.encode() not in self.data:
            return ()
        return tuple(read_new_parts(read_song(self.data)))

    @property
    def notices(self) -> tuple[str, ...]:
        """What was not read as it stands in the file, each with its name; see `Phrase.notices`."""
        return notices_of(self.phrases)

    @property
    def main_number(self) -> int:
        """Number of the main phrase, from 0."""
        return self.phrases.index(self.main)

    @property
    def unread_sections(self) -> tuple[str, ...]:
        """The notice about the sections that a verb of one section does not read."""
        if len(self.phrases) == 1:
            return ()
        bars = sum(phrase.bars for phrase in self.phrases)
        return (
            f"{self.name or 'The music'} changes meter: of {len(self.phrases)} sections, number "
            f"{self.main_number + 1} was read, which has the most notes, {self.main.bars} of "
            f"{bars} bars (musicvae info shows them)",
        )


Music: TypeAlias = "Phrase | Song | Opened | Source | PrettyMIDI | Iterable[NoteTuple]"
"""Music as every verb takes it."""


def open(music: Music, *, bpm: float = 120.0, name: str | None = None) -> Opened:
    """Read music of any kind that `MusicVAE` lists; an `Opened` is returned unchanged.

    Args:
        bpm: quarters per minute of music that is timed in seconds.
        name: of the music in errors and notices; None for the path of a file.

    Raises:
        MidiError: the file cannot be read, or contains no note.
        RequestError: the argument is not music.
    """
    if isinstance(music, Opened):
        return music
    bpm_to_tempo(bpm)  # an error if it is none
    if name is None and isinstance(music, (str, Path)):
        name = str(music)
    data = _load(music)
    found = read_midi_data(*data, bpm) if data else _phrases(music, bpm)
    phrases = tuple(add_notices(phrase, (), name) for phrase in found)
    main = phrases[len(music.before)] if isinstance(music, Phrase) else main_phrase(phrases)
    return Opened(name, phrases, main, data[1] if data else None)


def notices_of(phrases: Iterable[Phrase]) -> tuple[str, ...]:
    """The notices of all phrases, each once, in order."""
    return tuple(dict.fromkeys(notice for phrase in phrases for notice in phrase.notices))


def add_notices(phrase: Phrase, before: tuple[str, ...], name: str | None) -> Phrase:
    """The phrase with the notices `before`, and then its own, after the name of the file."""
    own = (notice if name is None else f"{name}: {notice}" for notice in phrase.notices)
    return replace(phrase, notices=(*before, *own))


def _load(music: Any) -> tuple[str, bytes] | None:
    """The name and the bytes of a file or an object that can be written as one; None for others."""
    if isinstance(music, (str, Path)):
        check_path("music", music)
        if is_score(music):
            name, data = load_bytes(music)
            return name, score_to_midi(name, data)
    if isinstance(music, (str, Path, bytes)) or hasattr(music, "read"):
        return load_bytes(music)
    if isinstance(music, Song):
        return "The song", song_bytes(music)
    if hasattr(music, "instruments"):
        return "The MIDI data", pretty_midi_bytes(music)
    return None


def file_of(music: Music, bpm: float = 120.0) -> tuple[str, bytes]:
    """The name and the bytes of the file of some music, which is not read as phrases.

    Music without a file has that which `midi_bytes` writes.

    Raises:
        MidiError: the file cannot be read, or there are notes that are none.
        RequestError: the argument is not music.
    """
    if isinstance(music, Opened):
        if music.data is not None:
            return music.name or "The music", music.data
        music = music.main
    if data := _load(music):
        return data
    (phrase, *_) = (music,) if isinstance(music, Phrase) else _phrases(music, bpm)
    return "The music", midi_bytes(phrase)


def _phrases(music: Any, bpm: float) -> Iterable[Phrase]:
    """The phrases of a `Phrase` or of note tuples."""
    if isinstance(music, Phrase):
        return music.sections
    if not isinstance(music, Iterable) or isinstance(music, (bytearray, memoryview)):
        raise RequestError(
            f"{type(music).__name__} is no music: give a path, the bytes of a MIDI file, "
            "a pretty_midi.PrettyMIDI, a Phrase, a Song, or note tuples."
        )
    return [from_tuples(music, bpm=bpm)]


def to_phrase(music: Music, *, bpm: float = 120.0) -> Phrase:
    """Turn music of any kind into a phrase; of several meters, the section with the most notes.

    A notice then says how much that is.

    Raises:
        MidiError: the file cannot be read, or contains no note.
        RequestError: the argument is not music.
    """
    opened = open(music, bpm=bpm)
    return replace(opened.main, notices=(*opened.main.notices, *opened.unread_sections))


@contextmanager
def naming(music: Opened) -> Iterator[None]:
    """Put the name of the file in front of a `RequestError` about its music."""
    try:
        yield
    except RequestError as error:
        if music.name is not None:
            raise RequestError(f"{music.name}: {str(error).rstrip('.')}.") from error
        raise
