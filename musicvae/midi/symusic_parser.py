"""Fast parser of Standard MIDI Files by symusic; agrees with `parser` and returns arrays.

symusic (Liao, Luo et al., symusic: A swift and unified toolkit for symbolic music processing,
ISMIR 2024 late-breaking demo) is written in C++. It drops notes without a note-off, ignores the
pedal, and splits a channel into several tracks where its program changes. So each track of a file
is passed to it with note-offs appended and with program changes replaced by other messages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import IntArray
from .array_parts import (
    DELAY,
    ArrayChannel,
    ArrayPart,
    ChannelTrack,
    FastPathUnsupported,
    to_parts,
)
from .channel_notes import SUSTAIN_PEDAL
from .containers import Container, NotMidi, open_container
from .events import TooManyEvents
from .limits import DEFAULT_LIMITS
from .note_arrays import NoteArrays
from .own_format import SIGNATURE
from .parser import Score
from .text import decode_text

if TYPE_CHECKING:
    from symusic.core import ScoreTick, TrackTick

END_OF_TRACK = b"\xff\x2f\x00"
CHANNEL_MARKER = 119
"""An undefined controller; its value at the end of a track gives the channel of the notes."""

LATER = b"\xff\x06\x01\x7f\x81\x00"
"""A marker, and the delta time `DELAY` of the next event."""
MARK = "\x7f"
"""The text of that marker. It is not found if the track ends in the middle of an event."""

RELEASE_ALL = [
    bytes(
        [0xB0 | channel, SUSTAIN_PEDAL, 0, 0, CHANNEL_MARKER, 64 + channel, 0, 0x80 | channel, 0, 0]
    )
    + b"".join(bytes([0, pitch, 0]) for pitch in range(1, 128))
    for channel in range(16)
]
"""For each channel, messages that lift the pedal, mark the channel and release all pitches."""

RELEASE_AGAIN = [
    b"".join(bytes([0x80 | channel, pitch, 0, 0]) for pitch in range(128))[:-1]
    for channel in range(16)
]
"""For each channel, messages that release all pitches once more."""

PROGRAM_PATTERNS = (
    re.compile(rb"([\xc0-\xcf])([\x00-\x7f])"),
    re.compile(rb"([\xc0-\xcf])([\x00-\x7f])(?=[\x00-\x7f])"),
)
"""Byte patterns of program changes, which some delta times match too; the second one only if
another byte below 0x80, the next delta time, follows."""

MAX_BYTES = 3 * DEFAULT_LIMITS.notes
"""In a file of this size no limit on notes, events, texts or tempos can be exceeded."""

TRACK_NAME = re.compile(rb"\xff\x03[\x01-\xff]")
INSTRUMENT_NAME = re.compile(rb"\xff\x04[\x01-\xff]")
ODD_METER = re.compile(rb"\xff\x58(?:[^\x04]|\x04.[^\x00-\x06])", re.DOTALL)
"""A time signature of other than four bytes, or whose denominator is 128 or more."""

SYSTEM_MESSAGE = re.compile(
    rb"[\x00-\x7f](?:[\xf1\xf3][\x00-\x7f]|\xf2[\x00-\x7f]{2}|[\xf6\xf8-\xfe])"
    rb"[\x80-\xfe]{0,3}[\x00-\x7f]{2}"
)
"""What may be a system message with data after it, whose running status symusic forgets."""

ESCAPE = re.compile(
    rb"\xff\x51\x03...|\xf0[^\xf7]*\xf7|([\x80-\xff]{4}|[\x00-\x7f]\xf7)", re.DOTALL
)
"""A tempo, a system exclusive message, or in a group what may be an escape or an illegal delta."""


def parse_fast(data: bytes) -> tuple[Score, list[ChannelTrack], NoteArrays]:
    """Parse a file to a score without notes, its parts, and their notes.

    Raises:
        FastPathUnsupported: `parser.parse` may read the file differently.
    """
    container = _open(data)
    score = Score(container.division)
    parts: list[ArrayPart] = []
    for start, end in container.spans:
        chunk = container.data[start:end]
        sounding = [channel for channel in range(16) if 0x90 | channel in chunk]
        if not sounding and b"\xff\x58" not in chunk:
            continue
        if _is_odd(chunk):
            raise FastPathUnsupported
        piece, channels = _parse_track(chunk, sounding, score.resolution, container.kind)
        score.meters += _meters(piece)
        if channels:
            name = _track_name(chunk, [channel.number for channel in channels])
            parts += to_parts(channels, container.kind, name, score.resolution)
            score.end = max(score.end, *(channel.last for channel in channels))
    if not parts:
        raise FastPathUnsupported
    counts = [len(part.columns[0]) for part in parts]
    columns = zip(*(part.columns for part in parts), strict=True)
    notes = NoteArrays(np.repeat(np.arange(len(parts)), counts), *map(np.concatenate, columns))
    score.meters.sort(key=itemgetter(0))  # a stable sort, as in `parser.parse`
    return score, [part.track for part in parts], notes


def _open(data: bytes) -> Container:
    """The container of a file that may be read here: it is timed in quarters, and not ours."""
    if len(data) > MAX_BYTES or SIGNATURE.encode() in data:
        raise FastPathUnsupported
    try:
        container = open_container(data, DEFAULT_LIMITS)
    except (NotMidi, TooManyEvents) as error:
        raise FastPathUnsupported from error
    if container.kind == 2 or container.division >= 0x8000:
        raise FastPathUnsupported
    return container


def _is_odd(chunk: bytes) -> bool:
    """Return True if symusic might read a track differently: it is damaged, or has odd events."""
    if not chunk.endswith(END_OF_TRACK) or ODD_METER.search(chunk):
        return True
    codes = np.frombuffer(chunk, np.uint8)
    high = codes >= 0x80
    if (high[1:] & ~high[:-1] & (codes[1:] > 0xF0) & (codes[1:] < 0xFF)).any():
        if SYSTEM_MESSAGE.search(chunk):
            return True
    elif not (high[3:] & high[2:-1] & high[1:-2] & high[:-3]).any():
        return False
    return any(match[1] for match in ESCAPE.finditer(chunk))


def _meters(piece: ScoreTick) -> list[tuple[int, int, int]]:
    """Time signatures of a track as (tick, numerator, denominator)."""
    meters = [
        (sign.time, sign.numerator, sign.denominator)
        for sign in piece.time_signatures
        if sign.numerator and 1 <= sign.denominator <= 64
    ]
    if len(meters) > DEFAULT_LIMITS.meters:
        raise FastPathUnsupported
    if len(set(meters)) > len({tick for tick, _, _ in meters}):
        # Two at one tick: symusic's sort is not stable, so which one is later is unknown.
        raise FastPathUnsupported
    return meters


def _parse_track(
    chunk: bytes, sounding: Sequence[int], resolution: int, kind: int
) -> tuple[ScoreTick, list[ArrayChannel]]:
    """Parse a track of a file of type `kind`; returns it and its channels with notes."""
    body = chunk[: -len(END_OF_TRACK)]
    for messages in (RELEASE_ALL, RELEASE_AGAIN) if sounding else ():
        body += LATER + b"\0".join(messages[channel] for channel in sounding) + b"\0"
    body += END_OF_TRACK
    piece = _symusic(body, resolution)
    if sounding and sum(marker.text == MARK for marker in piece.markers) < 2:
        raise FastPathUnsupported
    channels = _channels(piece)
    if channels is None:
        return _parse_without_programs(chunk, body, piece, sounding, resolution)
    # symusic gives the program at the notes; `parser` takes one set after them if there is none
    programs = _programs(PROGRAM_PATTERNS[0], chunk, sounding)
    if any(not track.program and programs.get(number) for number, track, _ in channels):
        raise FastPathUnsupported
    known = {n: track.program if n in programs else None for n, track, _ in channels}
    is_doubtful = kind != 0 and 0 in known.values() and len(set(known.values())) > 1
    if len(known) > 1 and (is_doubtful or set(programs) - set(known)):
        raise FastPathUnsupported  # a program may be a delta time, or on a silent channel
    return piece, [ArrayChannel(n, known[n], track, last) for n, track, last in channels]


def _parse_without_programs(
    chunk: bytes, body: bytes, piece: ScoreTick, sounding: Sequence[int], resolution: int
) -> tuple[ScoreTick, list[ArrayChannel]]:
    """Parse a track with program changes replaced, so that symusic does not split its channels.

    Bytes that look like a program change may be part of a delta time. Replacing them would then
    move notes, so the notes are compared with those of `piece`, the unchanged track.
    """
    for pattern in PROGRAM_PATTERNS:
        hidden = _symusic(pattern.sub(lambda match: _hide(match, sounding), body), resolution)
        channels = _channels(hidden)
        if channels is not None and np.array_equal(_times(hidden), _times(piece)):
            programs = _programs(pattern, chunk, sounding)
            if len(channels) > 1 and set(programs) - {number for number, _, _ in channels}:
                raise FastPathUnsupported  # the program may be on a silent channel
            return hidden, [
                ArrayChannel(number, programs.get(number), track, last)
                for number, track, last in channels
            ]
    raise FastPathUnsupported


def _channels(piece: ScoreTick) -> list[tuple[int, TrackTick, int]] | None:
    """Number, notes and last tick of each channel with notes.

    None if symusic splits the notes or the pedal of a channel over several tracks.
    """
    channels = []
    for track in piece.tracks:
        controls = track.controls.numpy()
        number, value = controls["number"], controls["value"]
        is_mark = (number == CHANNEL_MARKER) & (value >= 64)
        marks = value[is_mark]
        if len(track.notes) and len(marks):
            last = int(controls["time"][is_mark][-1]) - DELAY
            channels.append((int(marks[-1]) - 64, track, last))
        elif not len(marks) and (
            len(track.notes) or ((number == SUSTAIN_PEDAL) & (value >= 64)).any()
        ):
            return None
    return channels


def _symusic(body: bytes, resolution: int) -> Any:
    """Parse the body of one track with symusic."""
    from symusic import Score as SymusicScore

    header = b"MThd\0\0\0\6\0\1\0\1" + resolution.to_bytes(2) + b"MTrk" + len(body).to_bytes(4)
    try:
        return SymusicScore.from_midi(header + body)
    except (RuntimeError, ValueError) as error:
        raise FastPathUnsupported from error


def _hide(program: re.Match[bytes], sounding: Sequence[int]) -> bytes:
    """Replace a program change by channel pressure, which has the same length and is ignored."""
    channel = program[1][0] & 0x0F
    return bytes([0xD0 | channel]) + program[2] if channel in sounding else program[0]


def _programs(pattern: re.Pattern[bytes], chunk: bytes, sounding: Sequence[int]) -> dict[int, int]:
    """The last program of each channel before its first note, or else the first after it."""
    programs: dict[int, int] = {}
    for change in pattern.finditer(chunk):
        channel = change[1][0] & 0x0F
        is_early = channel in sounding and change.start() < chunk.index(0x90 | channel)
        if is_early or channel not in programs:
            programs[channel] = change[2][0]
    return programs


def _times(piece: ScoreTick) -> IntArray:
    """Start and duration of all notes, packed into integers and sorted."""
    tracks = [track.notes.numpy() for track in piece.tracks]
    times = [notes["time"].astype(np.int64) << 31 | notes["duration"] for notes in tracks]
    return np.sort(np.concatenate(times)) if times else np.empty(0, np.int64)


def _track_name(chunk: bytes, channels: Sequence[int]) -> str:
    """The name of a track, or else of its instrument."""
    first_note = min(chunk.index(0x90 | channel) for channel in channels)
    for pattern in (TRACK_NAME, INSTRUMENT_NAME):
        if match := pattern.search(chunk):
            size = match[0][2]
            name = decode_text(chunk[match.end() : match.end() + size])
            if size > 0x7F or not name or match.start() > first_note:
                raise FastPathUnsupported  # these bytes may be a delta time
            return name
    return ""
