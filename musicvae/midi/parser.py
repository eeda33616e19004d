"""Standard MIDI Files as they are: bytes to timed notes, tempos and meters in ticks.

The walk over events is our own and not mido's, which gives up a whole file for
one key signature it does not know, one damaged track or one chunk too few, and
loses the time before meta events it has no name for. What can be read is read.

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

from ..theory.meter import bpm_to_tempo

META = 0x100
"""Added to the type of a meta event, so that it cannot be taken for a status byte."""

SYSTEM = 0xF0
"""Channel messages have kinds below this one."""

TEXT, TRACK_NAME, END_OF_TRACK = META + 0x01, META + 0x03, META + 0x2F
LYRIC, MARKER = META + 0x05, META + 0x06
SET_TEMPO, TIME_SIGNATURE = META + 0x51, META + 0x58
NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE = 0x8, 0x9, 0xB, 0xC
SUSTAIN_PEDAL, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123
DRUM_CHANNEL = 9
SECONDS_RESOLUTION = 480
"""Ticks per quarter that a file timed in seconds is brought to."""

_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}


class Event(NamedTuple):
    """A channel message (kind is its status byte) or a meta event (kind is `META` + type)."""

    tick: int
    kind: int
    data: bytes


class TimedNote(NamedTuple):
    """A note in ticks; it may end where it starts."""

    start: int
    end: int
    pitch: int
    velocity: int


class TextEvent(NamedTuple):
    """What a `TEXT`, `LYRIC` or `MARKER` says, and when."""

    tick: int
    kind: int
    text: str


@dataclass
class Track:
    """The notes of one channel of one track, in order of their starts."""

    name: str
    channel: int
    program: int = 0
    notes: list[TimedNote] = field(default_factory=list)


@dataclass
class Score:
    """One piece: all tracks of a file, or one track of a file of type 2.

    Attributes:
        resolution: ticks per quarter.
        tracks: the channels of each track that play, or at least set a program.
        tempos: (tick, microseconds per quarter), in order of their ticks; of two at one
            tick the later in the file stands last, and counts.
        meters: (tick, numerator, denominator), in the same order.
        texts: words, in order of their ticks.
        end: the last tick of any event.
    """

    resolution: int
    tracks: list[Track] = field(default_factory=list)
    tempos: list[tuple[int, int]] = field(default_factory=list)
    meters: list[tuple[int, int, int]] = field(default_factory=list)
    texts: list[TextEvent] = field(default_factory=list)
    end: int = 0


class NotMidi(ValueError):
    """Bytes that hold no Standard MIDI File; the message says why."""


def parse(data: bytes, bpm: float = 120.0) -> list[Score]:
    """Every piece in a file: one, or one for each track of type 2.

    A file timed in seconds (SMPTE division) has no quarters of its own; *bpm*
    says how many it gets in a minute.

    Raises:
        NotMidi: there is no header or no track.
    """
    kind, division, chunks = track_chunks(data)
    if division >= 0:
        resolution, stretch, tempo = division or SECONDS_RESOLUTION, 1.0, None
    else:
        resolution, tempo = SECONDS_RESOLUTION, bpm_to_tempo(bpm)
        stretch = resolution * bpm / (60 * _ticks_per_second(division))
    scores: list[Score] = []
    for chunk in chunks:
        if not scores or kind == 2:
            scores.append(Score(resolution))
        _read_track(scores[-1], chunk, stretch)
    for score in scores:
        # stable: of two events at one tick, the later in the file comes last, and so counts
        score.tempos = [(0, tempo)] if tempo else sorted(score.tempos, key=itemgetter(0))
        score.meters.sort(key=itemgetter(0))
        score.texts.sort(key=itemgetter(0))
    return scores


def track_chunks(data: bytes) -> tuple[int, int, list[bytes]]:
    """File type, division, and the bodies of its tracks; other chunks are passed over.

    Raises:
        NotMidi: there is no header or no track.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        data = data[20:]
    if data[:4] != b"MThd" or len(data) < 14:
        raise NotMidi("it is not a MIDI file (no MThd header)" if data else "it is empty")
    size, kind, _, division = struct.unpack(">LHHh", data[4:14])
    at, tracks = 8 + size, []
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8])
        if name == b"MTrk":
            tracks.append(data[at + 8 : at + 8 + size])
        at += 8 + size
    if not tracks:
        raise NotMidi("it has no tracks")
    return kind, division, tracks


def _ticks_per_second(division: int) -> float:
    frames, ticks = -(division >> 8), division & 0xFF
    per_second = 30_000 / 1_001 if frames == 29 else float(frames)  # 29 is drop-frame
    return max(1.0, per_second * ticks)


def events(track: bytes) -> Iterator[Event]:
    """The events of one track, up to its end or to where its bytes make no sense."""
    at, tick, running = 0, 0, 0
    try:
        while at < len(track):
            delta, at = _variable(track, at)
            tick += delta
            status = track[at]
            if status < 0x80:
                status = running
            else:
                at += 1
            if status in (0xF0, 0xF7, 0xFF):
                kind = META + track[at] if status == 0xFF else status
                size, at = _variable(track, at + (status == 0xFF))
                yield Event(tick, kind, track[at : at + size])
            elif status >> 4 in _DATA_BYTES:
                running, size = status, _DATA_BYTES[status >> 4]
                if at + size > len(track):
                    return
                yield Event(tick, status, track[at : at + size])
            else:
                return
            at += size
    except IndexError:  # cut off in the middle of an event
        return


def _variable(track: bytes, at: int) -> tuple[int, int]:
    """A variable-length number and the place after it; at most four bytes."""
    value = 0
    for _ in range(4):
        byte = track[at]
        value, at = value << 7 | byte & 0x7F, at + 1
        if byte < 0x80:
            break
    return value, at


def _read_track(score: Score, chunk: bytes, stretch: float) -> None:
    """Add what one track holds to the score; a tick becomes `stretch` ticks."""
    name = ""
    channels: dict[int, _Channel] = defaultdict(_Channel)
    now = 0
    for tick, kind, data in events(chunk):
        now = round(tick * stretch)
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
    score.end = max(score.end, now)
    for number, channel in sorted(channels.items()):
        if number < 16 and channel.is_used:
            score.tracks.append(Track(name, number, channel.program or 0, channel.finish(now)))


@dataclass
class _Channel:
    """Follows one channel: which notes are held by a finger, which by the pedal.

    The pedal ties a note to the next strike of its channel. What rings on after
    that is resonance: written as notes it would cover the line that is played.
    """

    program: int | None = None
    pedal: bool = False
    strikes: list[int] = field(default_factory=list)
    held: dict[int, deque[tuple[int, int]]] = field(default_factory=lambda: defaultdict(deque))
    ringing: list[TimedNote] = field(default_factory=list)
    notes: list[TimedNote] = field(default_factory=list)

    @property
    def is_used(self) -> bool:
        """Whether it plays, or at least has a program set."""
        return bool(self.strikes or self.program is not None)

    def handle(self, now: int, message: int, data: bytes) -> None:
        """Take in one channel message."""
        first, second = data[0] & 0x7F, data[-1] & 0x7F
        if message == NOTE_ON and second:
            self.held[first].append((now, second))
            self.strikes.append(now)
        elif message in (NOTE_ON, NOTE_OFF):
            self._let_go(first, now)
        elif message == CONTROL_CHANGE and first == SUSTAIN_PEDAL:
            self.pedal = second >= 64
            if not self.pedal:
                self._lift(now)
        elif message == CONTROL_CHANGE and first in (ALL_SOUND_OFF, ALL_NOTES_OFF):
            for pitch, strikes in self.held.items():
                for _ in range(len(strikes)):
                    self._let_go(pitch, now)
        elif message == PROGRAM_CHANGE and (self.program is None or not self.strikes):
            self.program = first

    def finish(self, now: int) -> list[TimedNote]:
        """All notes; those never let go end with the track."""
        self._lift(now)
        for pitch, strikes in self.held.items():
            self.notes += [TimedNote(start, now, pitch, velocity) for start, velocity in strikes]
        return sorted(self.notes)

    def _let_go(self, pitch: int, now: int) -> None:
        if self.held[pitch]:
            start, velocity = self.held[pitch].popleft()  # the earliest struck is let go first
            note = TimedNote(start, now, pitch, velocity)
            (self.ringing if self.pedal else self.notes).append(note)

    def _lift(self, now: int) -> None:
        for note in self.ringing:
            follower = bisect_left(self.strikes, note.end)
            end = min([now, *self.strikes[follower : follower + 1]])
            self.notes.append(note._replace(end=end))
        self.ringing = []


def decode_text(data: bytes) -> str:
    """Text in UTF-8, or else Latin-1, which any bytes are."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
