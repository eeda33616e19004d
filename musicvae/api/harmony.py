"""The chords of some music: read from its symbols, or recognized from its notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from ..arguments import check_arguments
from ..metrics.key_finding import find_key
from ..midi.events import MARKER
from ..midi.song_events import meta_event, read_song
from ..midi.song_notes import TrackEditor
from ..score.chord_recognition import recognize_chords, to_chord_changes
from ..score.phrase import ChordChange, Phrase
from ..score.song import Place, Song
from ..theory.chords import NO_CHORD, SUFFIXES, Chord
from ..theory.key_signature import KeySignature
from . import inputs
from .inputs import Music, Opened
from .songs import as_file


class ChordRow(NamedTuple):
    """A chord of some music.

    Attributes:
        bar: as the file counts them, from 1; a pick-up comes before.
        beat: of the bar, from 1, in beats of the meter.
        symbol: such as `F#m7`, spelled as in the key; `N.C.` for no chord.
        is_written: True if the file has a symbol for it, False if it was recognized.
    """

    bar: int
    beat: float
    symbol: str
    is_written: bool


@dataclass(frozen=True)
class ChordTable:
    """The key and the chords of some music.

    Attributes:
        key: such as `A minor`.
        is_key_written: True if it is that of the key signature, False if estimated from the notes.
        rows: each chord, where it begins.
    """

    key: str
    is_key_written: bool
    rows: tuple[ChordRow, ...]


@check_arguments
def chords(source: Music, *, bpm: float = 120.0) -> ChordTable:
    """The chords of some music, in all its meters, and its key.

    Symbols are read as one of nine qualities; see `theory.chords`. A section without symbols has
    the chords that are recognized from its notes; see `score.chord_recognition`.

    Args:
        source: music of any kind.
        bpm: quarters per minute of a MIDI file that is timed in seconds.

    Raises:
        MidiError: the file cannot be read.
    """
    opened = as_file(inputs.open(source, bpm=bpm))
    key = find_key(opened.main)
    rows = [
        _row(phrase, change, key.signature, is_written)
        for phrase, changes, is_written in _changes(opened)
        for change in changes
    ]
    return ChordTable(str(key.signature.key), key.is_written, tuple(rows))


@check_arguments
def mark_chords(source: Music, *, bpm: float = 120.0) -> Song:
    """Some music with the chords that `chords` recognizes as markers, and nothing else changed.

    Symbols that it has already stay as they are. The notices of the song say what was done.

    Args:
        source, bpm: as for `chords`.

    Raises:
        MidiError: the file cannot be read.
    """
    opened = as_file(inputs.open(source, bpm=bpm))
    assert opened.data is not None
    song, signature = read_song(opened.data), find_key(opened.main).signature
    markers = defaultdict(list)
    for phrase, changes, is_written in _changes(opened):
        place = phrase.place or Place(0, song.division, ())
        number = place.players[0].track if song.kind == 2 and place.players else 0
        for change in () if is_written else changes:
            tick = _tick(phrase, place, change.step)
            markers[number].append((tick, _symbol(change.chord, signature)))
    tracks = [*song.tracks]
    for number, symbols in markers.items():
        editor = TrackEditor(song.tracks[number])
        # letters alone could be names of sections
        major = "maj" if all(len(symbol) == 1 for _, symbol in symbols) else ""
        texts = ((tick, (symbol + major).encode()) for tick, symbol in symbols)
        editor.markers += [(tick, meta_event(MARKER, text)) for tick, text in texts]
        tracks[number] = editor.events()
    count = sum(map(len, markers.values()))
    notice = f"{count:,} chord symbol{'' if count == 1 else 's'} added"
    return replace(song, tracks=tuple(tracks), notices=(notice,))


def _changes(opened: Opened) -> Iterator[tuple[Phrase, tuple[ChordChange, ...], bool]]:
    """The chords of each section, and whether they are those of its symbols."""
    for phrase in opened.phrases:
        if phrase.chords:
            yield phrase, phrase.chords, True
        else:
            codes = recognize_chords(phrase)
            yield phrase, to_chord_changes(codes, phrase.meter, phrase.lead_in), False


def _row(
    phrase: Phrase, change: ChordChange, signature: KeySignature, is_written: bool
) -> ChordRow:
    meter = phrase.meter
    bars, step = divmod(change.step - phrase.pickup, meter.steps_per_bar)
    first = phrase.place.bar if phrase.place else 1
    beat = 1 + step / meter.steps_per_beat
    return ChordRow(first + bars, beat, _symbol(change.chord, signature), is_written)


def _symbol(chord: Chord | None, signature: KeySignature) -> str:
    return signature.spell(chord.root) + SUFFIXES[chord.quality] if chord else NO_CHORD


def _tick(phrase: Phrase, place: Place, step: int) -> int:
    """The tick of a step on the grid of the file, though its notes may be late by a constant."""
    unit = place.quarter / phrase.meter.steps_per_quarter
    return round(round(place.tick(step, phrase.meter.steps_per_quarter) / unit) * unit)
