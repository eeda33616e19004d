"""The events of one track of a Standard MIDI File: bytes to numbers, up to the first damage.

MIDI Manufacturers Association, Standard MIDI Files 1.0, RP-001, 1996.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

TEXT, TRACK_NAME, INSTRUMENT_NAME, LYRIC, MARKER = 0x01, 0x03, 0x04, 0x05, 0x06
END_OF_TRACK, SET_TEMPO, TIME_SIGNATURE, KEY_SIGNATURE = 0x2F, 0x51, 0x58, 0x59
SEQUENCER_SPECIFIC = 0x7F
"""Types of meta events."""

TEXT_TYPES = (TEXT, LYRIC, MARKER)
"""Those that may hold chord symbols, and what musicvae says about its files."""

NOTE_OFF, NOTE_ON, POLY_AFTERTOUCH = 0x80, 0x90, 0xA0
CONTROL_CHANGE, PROGRAM_CHANGE = 0xB0, 0xC0
"""Status bytes of messages on the first channel."""

_PITCH_BEND, _SYSEX, _SYSEX_END, _META = 0xE0, 0xF0, 0xF7, 0xFF
_SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0, 0xF8: 0, 0xFA: 0, 0xFB: 0, 0xFC: 0, 0xFE: 0}
"""Data bytes of system messages, which some recorders write into files against the standard."""

Message = tuple[int, int, int, int]
"""Tick, status byte, and two data bytes; the second is 0 if the message has one only."""

Meta = tuple[int, int, bytes]
"""Tick, type and data of a meta event."""


class TooManyEvents(ValueError):
    """A track has more events than the limit."""


@dataclass
class TrackEvents:
    """What was read of one track.

    Attributes:
        messages: notes, controllers and programs, in order.
        metas: meta events but for the end of the track, in order.
        tick: the last tick that was read.
        stop: where reading stopped: after the end of the track, or before the first event that
            is damaged or cut off.
        has_end: True if the track has an end-of-track event.
    """

    messages: list[Message] = field(default_factory=list)
    metas: list[Meta] = field(default_factory=list)
    tick: int = 0
    stop: int = 0
    has_end: bool = False

    def scaled(self, scale: float) -> TrackEvents:
        """The same events with all ticks multiplied by `scale` and rounded."""
        if scale == 1.0:
            return self
        messages = [(round(tick * scale), s, a, b) for tick, s, a, b in self.messages]
        metas = [(round(tick * scale), kind, data) for tick, kind, data in self.metas]
        tick = round(self.tick * scale)
        return replace(self, messages=messages, metas=metas, tick=tick)


def is_text(kind: int) -> bool:
    """Return True if a meta event of this type holds a text: a name, a lyric ..."""
    return 0x01 <= kind <= 0x0F


def read_events(data: bytes, start: int, end: int, budget: Iterator[int]) -> TrackEvents:
    """Read the track in `data[start:end]`.

    Pitch bends, aftertouch and system messages are skipped. Bit 7 of a data byte is
    ignored. A status byte stays in force after a meta event, as many programs write it.

    Args:
        budget: is advanced by one for each event, by three for a meta event; one for all tracks
            limits the events of a file.

    Raises:
        TooManyEvents: the budget is exhausted.
    """
    track = TrackEvents(stop=start)
    with suppress(IndexError):  # the data ends in the middle of an event
        _read(data, start, end, budget, track)
    return track


def _read(data: bytes, start: int, end: int, budget: Iterator[int], track: TrackEvents) -> None:
    """The loop of `read_events`; one loop without calls, since there are many events."""
    position, tick, status = start, 0, 0
    add_message, metas = track.messages.append, track.metas
    for _ in budget:
        track.stop = position
        if position >= end:
            return
        delta = data[position]
        position += 1
        if delta > 0x7F:
            delta, position = read_number(data, position - 1)
            if delta < 0:
                return
        tick += delta
        first = data[position]
        if first > 0x7F:
            position += 1
            if first >= _SYSEX:
                kind = data[position] if first == _META else first
                size = _SYSTEM_BYTES.get(first, -1)
                if first in (_SYSEX, _SYSEX_END, _META):
                    size, position = read_number(data, position + (first == _META))
                if not 0 <= size <= end - position:
                    return
                track.tick = tick
                if first == _META and kind == END_OF_TRACK:
                    track.has_end, track.stop = True, position + size
                    return
                if first == _META:
                    metas.append((tick, kind, data[position : position + size]))
                    next(budget, 0)  # it takes the time of three messages
                    next(budget, 0)
                position += size
                continue
            status, first = first, data[position]
        if not status:
            return
        if PROGRAM_CHANGE <= status < _PITCH_BEND:
            position += 1
            if position > end:
                return
            if status < PROGRAM_CHANGE + 16:
                add_message((tick, status, first & 0x7F, 0))
        else:
            second = data[position + 1]
            position += 2
            if position > end:
                return
            if status < NOTE_ON + 16 or CONTROL_CHANGE <= status < PROGRAM_CHANGE:
                add_message((tick, status, first & 0x7F, second & 0x7F))
        track.tick = tick
    raise TooManyEvents


def read_number(data: bytes, position: int) -> tuple[int, int]:
    """A number of up to four bytes and the position after it; -1 if it is longer."""
    value = 0
    for _ in range(4):
        byte = data[position]
        value, position = value << 7 | byte & 0x7F, position + 1
        if byte < 0x80:
            return value, position
    return -1, position
