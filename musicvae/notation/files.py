"""The kinds of files that music is written to: MIDI, or a score, by the ending of the name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..atomic_files import SCORE_ENDINGS
from ..errors import MidiError
from ..metrics.key_finding import find_key
from ..midi.events import NOTE_ON, TRACK_NAME
from ..midi.own_format import EDITED
from ..midi.reader import main_phrase, read_midi_data
from ..midi.song_events import meta_data, read_song
from ..midi.text import decode_text
from .abc import abc
from .engrave import engrave
from .musicxml import compressed_musicxml, musicxml
from .sheet import Sheet

WRITERS: dict[str, Callable[[Sheet], bytes]] = dict(
    zip(SCORE_ENDINGS, (musicxml, compressed_musicxml, abc), strict=True)
)
"""What writes a score, by the ending of its name."""


class Encoded(NamedTuple):
    """The bytes of a file, and what of the music is not in it as it was, a sentence each."""

    data: bytes
    notices: tuple[str, ...] = ()


def encode(path: Path, midi: bytes, bpm: float = 120.0) -> Encoded:
    """A MIDI file as a file of the kind that a name asks for: itself, or a score of it.

    The score is that of the music on its grid, as `read_midi` reads it. Its title is that of the
    file, or else its name.

    Args:
        bpm: quarters per minute of a file that is timed in seconds.

    Raises:
        MidiError: there is no note, so no score.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        return Encoded(midi)
    phrases = read_midi_data(str(path), midi, bpm)
    found = find_key(main_phrase(phrases))
    sheet = engrave(
        phrases, title_of(midi) or path.stem, None if found.is_written else found.signature
    )
    if not sheet.bars or not sheet.parts:
        raise MidiError(path, "there is no note in it, so it makes no score.")
    notices = (n for phrase in phrases for n in phrase.notices if n != EDITED)
    return Encoded(writer(sheet), tuple(f"{path}: {notice}" for notice in dict.fromkeys(notices)))


def title_of(midi: bytes) -> str:
    """Title of a MIDI file: the name of its first track, if that is not the name of a part."""
    song = read_song(midi)
    if not song.tracks or (
        song.kind != 0 and any(e[0] & 0xF0 == NOTE_ON for _, e in song.tracks[0])
    ):
        return ""
    names = (meta_data(event, TRACK_NAME) for _, event in song.tracks[0])
    return next((decode_text(name).strip() for name in names if name), "")
