"""Standard MIDI Files as `smf` reads them, parsed by symusic: all notes of a file as arrays.

symusic (Liao, Luo et al., symusic: A swift and unified toolkit for symbolic music
processing, ISMIR 2024 late-breaking demo) is written in C++. It forgets notes that
are never let go, leaves the pedal to others, and makes several tracks of a
channel that changes its program. So each track of a file is given to it with an
end of our own, and with changes of program read as something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..arrays import BoolArray, IntArray
from ..theory.meter import STRAIGHT
from .own_format import SIGNATURE
from .parser import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    DRUM_CHANNEL,
    SUSTAIN_PEDAL,
    NotMidi,
    Score,
    decode_text,
    track_chunks,
)

if TYPE_CHECKING:
    from symusic.core import ScoreTick, TrackTick


END_OF_TRACK = b"\xff\x2f\x00"
CHANNEL_MARKER = 119
"""A controller that means nothing: its value, at the end of a track, says whose notes they are."""

RELEASE_ALL = [
    bytes(
        [0xB0 | channel, SUSTAIN_PEDAL, 0, 0, CHANNEL_MARKER, 64 + channel, 0, 0x80 | channel, 0, 0]
    )
    + b"".join(bytes([0, pitch, 0]) for pitch in range(1, 128))
    for channel in range(16)
]
"""The pedal of a channel is lifted and every pitch let go, all at one moment."""

PROGRAMS = (
    re.compile(rb"([\xc0-\xcf])([\x00-\x7f])"),
    re.compile(rb"([\xc0-\xcf])([\x00-\x7f])(?=[\x00-\x7f])"),
)
"""Changes of program, and some times that look like them; and those soon followed by more."""

NAME = re.compile(rb"\xff\x03[\x01-\xff]")
SHORT_METER = re.compile(rb"\xff\x58[^\x04]")


class FastPathUnsupported(Exception):
    """The quick way may not read this file as `read_midi` does."""


class ChannelTrack(NamedTuple):
    """One channel of one track."""

    name: str
    program: int
    is_drum: bool


class NoteArrays(NamedTuple):
    """Notes of all players of a file in ticks, or of a stretch of it in steps. `[N]`"""

    track: IntArray
    pitch: IntArray
    start: IntArray
    end: IntArray

    def at(self, where: IntArray | BoolArray) -> NoteArrays:
        """Some of them."""
        return NoteArrays(*(array[where] for array in self))


def parse_fast(data: bytes) -> tuple[Score, list[ChannelTrack], NoteArrays]:
    """A file without its notes, who plays in it, and all they play.

    Raises:
        Unsure: `parse` may read it otherwise.
    """
    try:
        kind, resolution, chunks = track_chunks(data)
    except NotMidi as error:
        raise FastPathUnsupported from error
    if kind == 2 or resolution <= 0 or SIGNATURE.encode() in data:
        raise FastPathUnsupported
    score = Score(resolution)
    players: list[ChannelTrack] = []
    found: list[NoteArrays] = []
    for chunk in chunks:
        sounding = [channel for channel in range(16) if 0x90 | channel in chunk]
        if not sounding and b"\xff\x58" not in chunk:
            continue
        if not chunk.endswith(END_OF_TRACK) or SHORT_METER.search(chunk):
            raise FastPathUnsupported
        piece, channels = _whole_channels(chunk, sounding, resolution)
        score.meters += _meters(piece)
        name = _name(chunk)
        for channel, program, track in channels:
            found.append(_notes(track, len(players)))
            players.append(ChannelTrack(name, program, channel == DRUM_CHANNEL))
    if not players:
        raise FastPathUnsupported
    notes = NoteArrays(*map(np.concatenate, zip(*found, strict=True)))
    score.meters.sort(key=itemgetter(0))  # stable, as `smf.parse` does
    score.end = int(notes.end.max()) + resolution // STRAIGHT + 1
    if score.meters and score.meters[-1][0] >= score.end:  # the last event would matter now
        raise FastPathUnsupported
    return score, players, notes


def _meters(piece: ScoreTick) -> list[tuple[int, int, int]]:
    """The time signatures of a track of a file: tick, numerator, denominator."""
    meters = [
        (sign.time, sign.numerator, sign.denominator)
        for sign in piece.time_signatures
        if sign.numerator and 1 <= sign.denominator <= 64
    ]
    if len(set(meters)) > len({tick for tick, _, _ in meters}):
        # two at one tick: symusic's sort is not stable, so the later is not known
        raise FastPathUnsupported
    return meters


def _whole_channels(
    chunk: bytes, sounding: Sequence[int], resolution: int
) -> tuple[ScoreTick, list[tuple[int, int, TrackTick]]]:
    """A track of a file; channel, program and notes of each channel that plays in it.

    What looks like a change of program may be a time; if hiding it moves a note, it was.
    """
    body = chunk[: -len(END_OF_TRACK)]
    body += b"\0".join([RELEASE_ALL[channel] for channel in sounding] + [END_OF_TRACK])
    piece = _symusic(body, resolution)
    channels = _channels(piece)
    if channels is not None:
        # symusic knows the program that the notes were played with, not one set after them
        programs = _programs(PROGRAMS[0], chunk, sounding)
        if any(not track.program and programs.get(number) for number, track in channels):
            raise FastPathUnsupported
        return piece, [(number, track.program, track) for number, track in channels]
    for pattern in PROGRAMS:
        hidden = _symusic(pattern.sub(lambda found: _hide(found, sounding), body), resolution)
        channels = _channels(hidden)
        if channels is not None and np.array_equal(_times(hidden), _times(piece)):
            programs = _programs(pattern, chunk, sounding)
            return hidden, [(number, programs.get(number, 0), track) for number, track in channels]
    raise FastPathUnsupported


def _channels(piece: ScoreTick) -> list[tuple[int, TrackTick]] | None:
    """Channels that play, with their notes; None if one has notes or its pedal in two tracks."""
    found = []
    for track in piece.tracks:
        controls = track.controls.numpy()
        number, value = controls["number"], controls["value"]
        mark = value[(number == CHANNEL_MARKER) & (value >= 64)]
        if len(track.notes) and len(mark):
            found.append((int(mark[-1]) - 64, track))
        elif not len(mark) and (
            len(track.notes) or ((number == SUSTAIN_PEDAL) & (value >= 64)).any()
        ):
            return None
    return found


def _symusic(body: bytes, resolution: int) -> Any:
    from symusic import Score as Quick

    header = b"MThd\0\0\0\6\0\1\0\1" + resolution.to_bytes(2) + b"MTrk" + len(body).to_bytes(4)
    try:
        return Quick.from_midi(header + body)
    except (RuntimeError, ValueError) as error:
        raise FastPathUnsupported from error


def _hide(program: re.Match[bytes], sounding: Sequence[int]) -> bytes:
    """A channel pressure in place of a program; it is as long, and nobody listens to it."""
    channel = program[1][0] & 0x0F
    return bytes([0xD0 | channel]) + program[2] if channel in sounding else program[0]


def _programs(pattern: re.Pattern[bytes], chunk: bytes, sounding: Sequence[int]) -> dict[int, int]:
    """The last program of each channel before its first note, or else the first after it."""
    found: dict[int, int] = {}
    for change in pattern.finditer(chunk):
        channel = change[1][0] & 0x0F
        early = channel in sounding and change.start() < chunk.index(0x90 | channel)
        if early or channel not in found:
            found[channel] = change[2][0]
    return found


def _times(piece: ScoreTick) -> IntArray:
    """When notes start and how long they last, whoever plays them."""
    arrays = [track.notes.numpy() for track in piece.tracks]
    times = [each["time"].astype(np.int64) << 31 | each["duration"] for each in arrays]
    return np.sort(np.concatenate(times)) if times else np.empty(0, np.int64)


def _name(chunk: bytes) -> str:
    found = NAME.search(chunk)
    if not found:
        return ""
    size = found[0][2]
    if size > 0x7F:
        raise FastPathUnsupported
    return decode_text(chunk[found.end() : found.end() + size])


def _notes(track: TrackTick, player: int) -> NoteArrays:
    """The notes of a track, those under the pedal tied to the next; see `smf._Channel`."""
    arrays = track.notes.numpy()
    start, duration = arrays["time"].astype(np.int64), arrays["duration"].astype(np.int64)
    if (start < 0).any() or (duration < 0).any():  # more ticks than symusic counts
        raise FastPathUnsupported
    end = start + duration
    for silence in _silences(track):
        if ((start <= silence) & (silence < end)).any():  # symusic lets the note sound on
            raise FastPathUnsupported
    down, up = _pedal(track)
    if len(down):
        last = np.searchsorted(down, end, side="right") - 1
        if (down[last] == end)[last >= 0].any():  # was it pressed before the note ended, or after?
            raise FastPathUnsupported
        strikes = np.append(np.sort(start), np.iinfo(np.int64).max)
        tied = np.minimum(up[last], strikes[np.searchsorted(strikes, end)])
        end = np.where((last >= 0) & (up[last] > end), tied, end)
    return NoteArrays(np.full_like(start, player), arrays["pitch"].astype(np.int64), start, end)


def _silences(track: TrackTick) -> IntArray:
    """When all notes of the channel are told to stop."""
    controls = track.controls.numpy()
    number = controls["number"]
    told: IntArray = controls["time"][(number == ALL_SOUND_OFF) | (number == ALL_NOTES_OFF)]
    return told


def _pedal(track: TrackTick) -> tuple[IntArray, IntArray]:
    """When the pedal is pressed, and when it is lifted after that."""
    controls = track.controls.numpy()
    pedal = controls["number"] == SUSTAIN_PEDAL
    time, held = controls["time"][pedal].astype(np.int64), controls["value"][pedal] >= 64
    before = np.concatenate([[False], held[:-1]])
    return time[held & ~before], time[~held & before]
