"""Parser of Standard MIDI Files: bytes to notes, tempos and meters, in ticks.

mido is not used here: it rejects a whole file for one unknown key signature, one damaged track or
one missing chunk, and drops the delta time of unknown meta events. This parser reads whatever can
be read.

MIDI Manufacturers Association, Standard MIDI Files 1.0, RP-001, 1996.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from ..theory.chords import Chord
from ..theory.meter import bpm_to_tempo

META = 0x100
"""Added to the type of a meta event to tell it from a status byte."""

SYSTEM = 0xF0
"""Kinds of channel messages are below this one."""

TEXT, TRACK_NAME, END_OF_TRACK = META + 0x01, META + 0x03, META + 0x2F
LYRIC, MARKER = META + 0x05, META + 0x06
SET_TEMPO, TIME_SIGNATURE = META + 0x51, META + 0x58
NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE = 0x8, 0x9, 0xB, 0xC
SUSTAIN_PEDAL, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123
DRUM_CHANNEL = 9
SECONDS_RESOLUTION = 480
"""Ticks per quarter that a file timed in seconds is converted to."""

_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
"""Number of data bytes of each channel message."""


class Event(NamedTuple):
    """A channel message (kind is its status byte) or a meta event (kind is `META` + type)."""

    tick: int
    kind: int
    data: bytes


class TimedNote(NamedTuple):
    """A note in ticks; its duration may be 0."""

    start: int
    end: int
    pitch: int
    velocity: int


class TextEvent(NamedTuple):
    """A `TEXT`, `LYRIC` or `MARKER` event."""

    tick: int
    kind: int
    text: str


@dataclass
class Track:
    """The notes of one channel in one track of a file, in order of their starts."""

    name: str
    channel: int
    program: int = 0
    notes: list[TimedNote] = field(default_factory=list)


@dataclass
class Score:
    """One piece: all tracks of a file, or one track of a type 2 file.

    Attributes:
        resolution: ticks per quarter.
        tracks: the channels of each track that have notes or a program.
        tempos: (tick, microseconds per quarter), sorted by tick; of two at one tick, the
            later in the file comes last and counts.
        meters: (tick, numerator, denominator), sorted likewise.
        texts: text events, sorted by tick.
        chords: (tick, chord) of chord events, sorted by tick.
        end: where the last track with notes ends; other tracks may go on long after the music.
    """

    resolution: int
    tracks: list[Track] = field(default_factory=list)
    tempos: list[tuple[int, int]] = field(default_factory=list)
    meters: list[tuple[int, int, int]] = field(default_factory=list)
    texts: list[TextEvent] = field(default_factory=list)
    end: int = 0
    chords: list[tuple[int, Chord | None]] = field(default_factory=list)


class NotMidi(ValueError):
    """The bytes are not a Standard MIDI File; the message says why."""


def parse(data: bytes, bpm: float = 120.0) -> list[Score]:
    """Parse all pieces of a file: one, or one per track of a type 2 file.

    Args:
        data: the bytes of the file.
        bpm: quarters per minute of a file timed in seconds (SMPTE division).

    Raises:
        NotMidi: there is no header or no track.
    """
    kind, division, chunks = track_chunks(data)
    if division >= 0:
        resolution, tick_scale, tempo = division or SECONDS_RESOLUTION, 1.0, None
    else:
        resolution, tempo = SECONDS_RESOLUTION, bpm_to_tempo(bpm)
        tick_scale = resolution * bpm / (60 * _ticks_per_second(division))
    scores: list[Score] = []
    for chunk in chunks:
        if not scores or kind == 2:
            scores.append(Score(resolution))
        _read_track(scores[-1], chunk, tick_scale)
    for score in scores:
        # a stable sort: of two events at one tick, the later in the file stays last and counts
        score.tempos = [(0, tempo)] if tempo else sorted(score.tempos, key=itemgetter(0))
        score.meters.sort(key=itemgetter(0))
        score.texts.sort(key=itemgetter(0))
    return scores


def track_chunks(data: bytes) -> tuple[int, int, list[bytes]]:
    """File type, division and the bodies of all track chunks; other chunks are skipped.

    Raises:
        NotMidi: there is no header or no track.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        data = data[20:]
    if data[:4] != b"MThd" or len(data) < 14:
        raise NotMidi("it is not a MIDI file (no MThd header)" if data else "it is empty")
    size, kind, _, division = struct.unpack(">LHHh", data[4:14])
    position, tracks = 8 + size, []
    while position + 8 <= len(data):
        body = position + 8
        name, size = data[position : position + 4], int.from_bytes(data[position + 4 : body])
        if name == b"MTrk":
            tracks.append(data[body : body + size])
        position = body + size
    if not tracks:
        raise NotMidi("it has no tracks")
    return kind, division, tracks


def _ticks_per_second(division: int) -> float:
    frames, ticks = -(division >> 8), division & 0xFF
    per_second = 30_000 / 1_001 if frames == 29 else float(frames)  # 29 is drop-frame
    return max(1.0, per_second * ticks)


def events(track: bytes) -> Iterator[Event]:
    """The events of one track, up to its end or its first invalid byte."""
    position, tick, running = 0, 0, 0
    try:
        while position < len(track):
            delta, position = _read_number(track, position)
            tick += delta
            status = track[position]
            if status < 0x80:
                status = running
            else:
                position += 1
            if status in (0xF0, 0xF7, 0xFF):
                kind = META + track[position] if status == 0xFF else status
                size, position = _read_number(track, position + (status == 0xFF))
                yield Event(tick, kind, track[position : position + size])
            elif status >> 4 in _DATA_BYTES:
                running, size = status, _DATA_BYTES[status >> 4]
                if position + size > len(track):
                    return
                yield Event(tick, status, track[position : position + size])
            else:
                return
            position += size
    except IndexError:  # the track ends in the middle of an event
        return


def _read_number(track: bytes, position: int) -> tuple[int, int]:
    """Read a variable-length number of up to four bytes; returns it and the position after it."""
    value = 0
    for _ in range(4):
        byte = track[position]
        value, position = value << 7 | byte & 0x7F, position + 1
        if byte < 0x80:
            break
    return value, position


def _read_track(score: Score, chunk: bytes, tick_scale: float) -> None:
    """Add the events of one track to the score; ticks are multiplied by `tick_scale`."""
    name = ""
    channels: dict[int, _Channel] = defaultdict(_Channel)
    now = 0
    for tick, kind, data in events(chunk):
        now = round(tick * tick_scale)
        if kind < SYSTEM:
            channels[kind & 0x0F].handle(now, kind >> 4, data)
        elif kind == TRACK_NAME:
            name = name or decode_text(data)
        elif kind in (TEXT, LYRIC, MARKER):
            score.texts.append(TextEvent(now, kind, decode_text(data)))
        elif kind == SET_TEMPO and len(data) == 3 and any(data):
            score.tempos.append((now, int.from_bytes(data)))
        elif kind == TIME_SIGNATURE and len(data) >= 2 and data[0] and data[1] <= 6:
            score.meters.append((now, data[0], 1 << data[1]))
        elif kind == END_OF_TRACK:
            break
    if any(channel.onsets for channel in channels.values()):
        score.end = max(score.end, now)
    for number, channel in sorted(channels.items()):
        if number < 16 and channel.is_used:
            score.tracks.append(Track(name, number, channel.program or 0, channel.finish(now)))


@dataclass
class _Channel:
    """The state of one channel: notes held by keys and notes held by the pedal.

    The pedal sustains a note up to the next onset of its channel. Longer resonance is cut off,
    since as written notes it would cover the melody.

    Attributes:
        onsets: ticks of all note-ons.
        held: (start, velocity) of the notes of each pitch whose key is down.
        sustained: notes released while the pedal is down; `end` is their release.
    """

    program: int | None = None
    pedal: bool = False
    onsets: list[int] = field(default_factory=list)
    held: dict[int, deque[tuple[int, int]]] = field(default_factory=lambda: defaultdict(deque))
    sustained: list[TimedNote] = field(default_factory=list)
    notes: list[TimedNote] = field(default_factory=list)

    @property
    def is_used(self) -> bool:
        """True if the channel has a note or a program."""
        return bool(self.onsets or self.program is not None)

    def handle(self, now: int, message: int, data: bytes) -> None:
        """Process one channel message."""
        first, second = data[0] & 0x7F, data[-1] & 0x7F
        if message == NOTE_ON and second:
            self.held[first].append((now, second))
            self.onsets.append(now)
        elif message in (NOTE_ON, NOTE_OFF):
            self._release(first, now)
        elif message == CONTROL_CHANGE and first == SUSTAIN_PEDAL:
            self.pedal = second >= 64
            if not self.pedal:
                self._lift_pedal(now)
        elif message == CONTROL_CHANGE and first in (ALL_SOUND_OFF, ALL_NOTES_OFF):
            for pitch, keys in self.held.items():
                for _ in range(len(keys)):
                    self._release(pitch, now)
        elif message == PROGRAM_CHANGE and (self.program is None or not self.onsets):
            self.program = first

    def finish(self, now: int) -> list[TimedNote]:
        """All notes; those without a note-off end with the track."""
        self._lift_pedal(now)
        for pitch, keys in self.held.items():
            self.notes += [TimedNote(start, now, pitch, velocity) for start, velocity in keys]
        return sorted(self.notes)

    def _release(self, pitch: int, now: int) -> None:
        if self.held[pitch]:
            start, velocity = self.held[pitch].popleft()  # first in, first out
            note = TimedNote(start, now, pitch, velocity)
            (self.sustained if self.pedal else self.notes).append(note)

    def _lift_pedal(self, now: int) -> None:
        for note in self.sustained:
            index = bisect_left(self.onsets, note.end)
            end = min([now, *self.onsets[index : index + 1]])
            self.notes.append(note._replace(end=end))
        self.sustained = []


def decode_text(data: bytes) -> str:
    """Decode UTF-8, or else Latin-1, which accepts any bytes."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
