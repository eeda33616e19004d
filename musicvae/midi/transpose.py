"""A song in another key: its notes, key signatures and chord symbols move, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ..score.song import Event, Song
from ..theory.chords import respell
from ..theory.key_signature import KeySignature
from .chord_symbols import chord_texts
from .drum_tracks import DRUM_CHANNEL
from .events import (
    KEY_SIGNATURE,
    MARKER,
    NOTE_OFF,
    NOTE_ON,
    POLY_AFTERTOUCH,
    SEQUENCER_SPECIFIC,
    TEXT_TYPES,
)
from .key_signatures import key_signature_data, read_key_signature
from .parser import Score
from .song_events import meta_data, meta_event
from .song_text import is_chord_symbol
from .text import decode_text
from .yamaha_xf import PREFIX, transpose_chord_data

OCTAVE, MAX_PITCH = 12, 127


@dataclass(frozen=True)
class Transposition:
    """How the events of a song are moved.

    Attributes:
        semitones: upwards; below 0 downwards.
        signature: of the new key; chords are spelled as in it.
        pitched: track and channel, from 0, of parts that are no drums.
        drums: of those that are.
        symbols: (tick, kind, text) of the chord symbols, in ticks of the score.
        scale: ticks of the score in one tick of the song.
        has_own_markers: True if all markers that read like chord symbols are some.
    """

    semitones: int
    signature: KeySignature
    pitched: Collection[tuple[int, int]]
    drums: Collection[tuple[int, int]]
    symbols: Collection[tuple[int, int, str]]
    scale: float = 1.0
    has_own_markers: bool = False

    def moves(self, track: int, channel: int) -> bool:
        """Return True for the notes of a track and channel that are no drums."""
        if channel == DRUM_CHANNEL:
            return (track, channel) in self.pitched
        return (track, channel) not in self.drums

    def pitch(self, pitch: int) -> int:
        """The new pitch; by octaves back into MIDI's range if it would leave it."""
        moved = pitch + self.semitones
        while moved > MAX_PITCH:
            moved -= OCTAVE
        while moved < 0:
            moved += OCTAVE
        return moved

    def key_signature(self, signature: KeySignature) -> KeySignature:
        """A key signature moved; one that sounds like that of the new key is written like it."""
        moved = signature.transpose(self.semitones)
        is_new = (moved.sharps - self.signature.sharps) % 12 == 0
        return replace(moved, sharps=self.signature.sharps) if is_new else moved

    def symbol(self, text: str) -> str:
        """A chord symbol moved."""
        return respell(text, lambda root: self.signature.spell((root + self.semitones) % 12))


def chord_symbols_of(scores: Sequence[Score]) -> set[tuple[int, int, str]]:
    """The (tick, kind, text) of the texts of all scores that are chord symbols."""
    return {event for score in scores for event, _ in chord_texts(score)}


def transpose_song(song: Song, how: Transposition) -> tuple[Song, int, int]:
    """The song transposed, the number of its notes that moved, and of those moved by octaves."""
    moved = folded = 0
    tracks = []
    for number, track in enumerate(song.tracks):
        events: list[Event] = []
        for tick, event in track:
            kind, channel = event[0] & 0xF0, event[0] & 0x0F
            if kind in (NOTE_ON, NOTE_OFF, POLY_AFTERTOUCH):
                if how.moves(number, channel):
                    pitch = how.pitch(event[1])
                    is_onset = kind == NOTE_ON and event[2] > 0
                    moved += is_onset
                    folded += is_onset and pitch != event[1] + how.semitones
                    event = bytes([event[0], pitch, event[2]])
            elif event[0] == 0xFF and how.semitones % OCTAVE:
                event = _transpose_meta(tick, event, how)
            events.append((tick, event))
        tracks.append(tuple(events))
    return replace(song, tracks=tuple(tracks)), moved, folded


def _transpose_meta(tick: int, event: bytes, how: Transposition) -> bytes:
    """A key signature or chord symbol moved; any other meta event as it is."""
    kind = event[1]
    data = meta_data(event, kind) or b""
    if kind == KEY_SIGNATURE and (signature := read_key_signature(data)):
        new = key_signature_data(how.key_signature(signature)) + data[2:]
    elif kind == SEQUENCER_SPECIFIC and data.startswith(PREFIX):
        new = transpose_chord_data(data, how.semitones, how.signature)
    elif kind in TEXT_TYPES:
        text = decode_text(data)
        is_own = kind == MARKER and how.has_own_markers and is_chord_symbol(event)
        if not is_own and (round(tick * how.scale), kind, text) not in how.symbols:
            return event
        new = _encode_like(how.symbol(text), data)
    else:
        return event
    return meta_event(kind, new)


def _encode_like(text: str, data: bytes) -> bytes:
    """A text in Latin-1 if the data is, else in UTF-8."""
    is_latin = data.decode("latin-1") == decode_text(data)
    return text.encode("latin-1" if is_latin else "utf-8")
