"""Build MIDI files byte by byte, so that any byte can be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Line = Sequence[tuple[float, float, int]]
"""Notes as (start in quarters, length in quarters, pitch)."""

Event = tuple[int, bytes]
"""Tick, and a message without its delta time."""

PPQ = 480


def number(value: int) -> bytes:
    """A variable-length number."""
    data = bytes([value & 0x7F])
    while value := value >> 7:
        data = bytes([value & 0x7F | 0x80]) + data
    return data


def meta(kind: int, data: bytes = b"") -> bytes:
    """A meta event."""
    return bytes([0xFF, kind]) + number(len(data)) + data


def tempo(bpm: float) -> bytes:
    """A tempo event."""
    return meta(0x51, round(60_000_000 / bpm).to_bytes(3))


def meter(numerator: int, power: int) -> bytes:
    """A time signature; its denominator is 2 to the given power."""
    return meta(0x58, bytes([numerator, power, 24, 8]))


def name(text: str | bytes) -> bytes:
    """A track name."""
    return meta(0x03, text.encode() if isinstance(text, str) else text)


def program(channel: int, number: int) -> bytes:
    """A program change."""
    return bytes([0xC0 | channel, number])


def play(line: Line, channel: int = 0, ppq: int = PPQ, velocity: int = 80) -> list[Event]:
    """Note-ons and note-offs of a line."""
    events = []
    for start, length, pitch in line:
        events.append((round(start * ppq), bytes([0x90 | channel, pitch, velocity])))
        events.append((round((start + length) * ppq), bytes([0x80 | channel, pitch, 0])))
    return events


def body(events: Iterable[Event], end: int | None = 0) -> bytes:
    """The body of a track.

    Events are sorted by tick; of one tick, note-offs come first, then the order given.

    Args:
        end: tick of the end of the track, if it is after the last event; None for no such event.
    """
    data, now = b"", 0
    for tick, message in sorted(events, key=lambda e: (e[0], e[1][0] >> 4 != 0x8)):
        data += number(tick - now) + message
        now = tick
    return data if end is None else data + number(max(0, end - now)) + meta(0x2F)


def chunk(body: bytes, error: int = 0, kind: bytes = b"MTrk") -> bytes:
    """A chunk whose header gives its length with an error, but at least 0."""
    return kind + max(0, len(body) + error).to_bytes(4) + body


def header(tracks: int, kind: int = 1, division: int = PPQ) -> bytes:
    """The header chunk; the division is stored in 16 bits, unsigned."""
    parts = (kind, tracks, division)
    return chunk(b"".join(part.to_bytes(2) for part in parts), kind=b"MThd")


def file(bodies: Sequence[bytes], kind: int = 1, division: int = PPQ) -> bytes:
    """A file of tracks without any fault."""
    return header(len(bodies), kind, division) + b"".join(map(chunk, bodies))
