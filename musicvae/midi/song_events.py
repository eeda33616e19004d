"""The events of a MIDI file as they stand in it, from its bytes and back, and the notes in them.

Nothing is interpreted: unknown events, texts and system messages come back as they are. What is
damaged ends a track, as in `events`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from ..score.song import Event, Song
from .containers import open_container
from .events import END_OF_TRACK, NOTE_OFF, NOTE_ON, TEXT, read_number
from .limits import DEFAULT_LIMITS, Limits

END = bytes([0xFF, END_OF_TRACK, 0])
"""The event that ends a track."""

SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}
"""Data bytes of the system messages that have some, besides those that give their length."""


MAX_DELTA = 2**28 - 1
"""Most ticks between two events that a file can tell; an empty text stands in longer silence."""


class SongNote(NamedTuple):
    """A note among the events of a track.

    Attributes:
        start, end: ticks; `end` is None if the note is never let go.
        on, off: indices of its events; `off` is None if there is none.
    """

    start: int
    end: int | None
    channel: int
    pitch: int
    velocity: int
    on: int
    off: int | None


def read_song(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Song:
    """All events of a file that `parser.parse` reads."""
    container = open_container(data, limits)
    tracks = (tuple(_read_track(container.data, *span)) for span in container.spans)
    kind = container.kind if container.kind in (0, 2) else 1
    return Song(kind, container.division, tuple(tracks))


def _read_track(data: bytes, start: int, end: int) -> Iterator[Event]:
    """The events of the track in `data[start:end]`, and the end of the track."""
    position, tick, status = start, 0, 0
    last = 0
    with suppress(IndexError):  # the data ends in the middle of an event
        while position < end:
            delta, position = read_number(data, position)
            if delta < 0:
                break
            tick += delta
            if data[position] > 0x7F:
                first = data[position]
                position += 1
            else:
                first = status
            if first >= 0xF0:
                stop = _system_end(data, first, position)
                event = bytes([first]) + data[position:stop]
            elif first:
                status = first
                stop = position + (1 if 0xC0 <= first < 0xE0 else 2)
                event = bytes([first, *(byte & 0x7F for byte in data[position:stop])])
            else:
                break
            if stop > end or stop < position:
                break
            position, last = stop, tick
            if event.startswith(END[:2]):
                break
            yield tick, event
    yield last, END


def _system_end(data: bytes, first: int, position: int) -> int:
    """The end of a system message or meta event whose first byte stands before `position`."""
    if first not in (0xF0, 0xF7, 0xFF):
        return position + SYSTEM_BYTES.get(first, 0)
    size, body = read_number(data, position + (first == 0xFF))
    return body + size if size >= 0 else -1


def song_bytes(song: Song) -> bytes:
    """The file of a song, with every status byte written out."""
    header = b"".join(part.to_bytes(2) for part in (song.kind, len(song.tracks), song.division))
    chunks = [b"MThd", len(header).to_bytes(4), header]
    for track in song.tracks:
        body = bytearray()
        now = 0
        for tick, event in track:
            while tick - now > MAX_DELTA:
                body += variable_length(MAX_DELTA) + meta_event(TEXT, b"")
                now += MAX_DELTA
            body += variable_length(tick - now) + event
            now = tick
        chunks += [b"MTrk", len(body).to_bytes(4), bytes(body)]
    return b"".join(chunks)


def variable_length(value: int) -> bytes:
    """A number as MIDI files write it: seven bits a byte, the highest first."""
    data = bytes([value & 0x7F])
    while value := value >> 7:
        data = bytes([value & 0x7F | 0x80]) + data
    return data


def meta_event(kind: int, data: bytes) -> bytes:
    """A meta event."""
    return bytes([0xFF, kind]) + variable_length(len(data)) + data


def meta_data(event: bytes, kind: int) -> bytes | None:
    """The data of a meta event of a type; None for any other event."""
    if len(event) < 3 or event[0] != 0xFF or event[1] != kind:
        return None
    return event[read_number(event, 2)[1] :]


def song_notes(track: Sequence[Event], channels: Collection[int]) -> list[SongNote]:
    """The notes of some channels of a track, in order of their onsets.

    A note-off ends the first note of its key that still sounds; pedals are not looked at.
    """
    open_notes: dict[tuple[int, int], deque[int]] = defaultdict(deque)
    notes: list[SongNote] = []
    for index, (tick, event) in enumerate(track):
        kind, channel = event[0] & 0xF0, event[0] & 0x0F
        if kind not in (NOTE_OFF, NOTE_ON) or channel not in channels:
            continue
        pitch, velocity = event[1], event[2]
        keys = open_notes[channel, pitch]
        if kind == NOTE_ON and velocity:
            keys.append(len(notes))
            notes.append(SongNote(tick, None, channel, pitch, velocity, index, None))
        elif keys:
            number = keys.popleft()
            notes[number] = notes[number]._replace(end=tick, off=index)
    return notes


def sounding_channels(song: Song) -> set[tuple[int, int]]:
    """Track and channel, from 0, of all that is played."""
    return {
        (number, event[0] & 0x0F)
        for number, track in enumerate(song.tracks)
        for _, event in track
        if event[0] & 0xF0 == NOTE_ON
    }


def free_channels(tracks: Iterable[Sequence[Event]]) -> list[int]:
    """Channels, from 0, on which nothing is sent."""
    used = {event[0] & 0x0F for track in tracks for _, event in track if event[0] < 0xF0}
    return [channel for channel in range(16) if channel not in used]
