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
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..arrays import IntArray
from .note_arrays import NoteArrays
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
"""An undefined controller; its value at the end of a track gives the channel of the notes."""

RELEASE_ALL = [
    bytes(
        [0xB0 | channel, SUSTAIN_PEDAL, 0, 0, CHANNEL_MARKER, 64 + channel, 0, 0x80 | channel, 0, 0]
    )
    + b"".join(bytes([0, pitch, 0]) for pitch in range(1, 128))
    for channel in range(16)
]
"""For each channel, messages that lift the pedal, mark the channel and release all pitches."""

PROGRAM_PATTERNS = (
    re.compile(rb"([\xc0-\xcf])([\x00-\x7f])"),
    re.compile(rb"([\xc0-\xcf])([\x00-\x7f])(?=[\x00-\x7f])"),
)
"""Byte patterns of program changes, which some delta times match too; the second one only if
another byte below 0x80, the next delta time, follows."""

TRACK_NAME = re.compile(rb"\xff\x03[\x01-\xff]")
SHORT_METER = re.compile(rb"\xff\x58[^\x04]")
"""A time signature of other than four bytes."""


class FastPathUnsupported(Exception):
    """The fast path might read this file differently from `read_midi`."""


class ChannelTrack(NamedTuple):
    """A channel of a track of the file."""

    name: str
    program: int
    is_drum: bool


def parse_fast(data: bytes) -> tuple[Score, list[ChannelTrack], NoteArrays]:
    """Parse a file to a score without notes, its channel tracks, and their notes.

    Raises:
        FastPathUnsupported: `parser.parse` may read the file differently.
    """
    try:
        kind, resolution, chunks = track_chunks(data)
    except NotMidi as error:
        raise FastPathUnsupported from error
    if kind == 2 or resolution <= 0 or SIGNATURE.encode() in data:
        raise FastPathUnsupported
    score = Score(resolution)
    tracks: list[ChannelTrack] = []
    notes_of_tracks: list[NoteArrays] = []
    for chunk in chunks:
        sounding = [channel for channel in range(16) if 0x90 | channel in chunk]
        if not sounding and b"\xff\x58" not in chunk:
            continue
        if not chunk.endswith(END_OF_TRACK) or SHORT_METER.search(chunk):
            raise FastPathUnsupported
        piece, channels = _parse_track(chunk, sounding, resolution)
        score.meters += _meters(piece)
        name = _track_name(chunk)
        for channel, program, track in channels:
            notes_of_tracks.append(_notes(track, len(tracks)))
            tracks.append(ChannelTrack(name, program, channel == DRUM_CHANNEL))
            score.end = max(score.end, _end(track))
    if not tracks:
        raise FastPathUnsupported
    notes = NoteArrays(*map(np.concatenate, zip(*notes_of_tracks, strict=True)))
    score.meters.sort(key=itemgetter(0))  # a stable sort, as in `parser.parse`
    return score, tracks, notes


def _meters(piece: ScoreTick) -> list[tuple[int, int, int]]:
    """Time signatures of a track as (tick, numerator, denominator)."""
    meters = [
        (sign.time, sign.numerator, sign.denominator)
        for sign in piece.time_signatures
        if sign.numerator and 1 <= sign.denominator <= 64
    ]
    if len(set(meters)) > len({tick for tick, _, _ in meters}):
        # Two at one tick: symusic's sort is not stable, so which one is later is unknown.
        raise FastPathUnsupported
    return meters


def _parse_track(
    chunk: bytes, sounding: Sequence[int], resolution: int
) -> tuple[ScoreTick, list[tuple[int, int, TrackTick]]]:
    """Parse a track; returns it and (channel, program, notes) of each channel with notes."""
    body = chunk[: -len(END_OF_TRACK)]
    body += b"\0".join([RELEASE_ALL[channel] for channel in sounding] + [END_OF_TRACK])
    piece = _symusic(body, resolution)
    channels = _channels(piece)
    if channels is None:
        return _parse_without_programs(chunk, body, piece, sounding, resolution)
    # symusic gives the program at the notes; `parser` takes one set after them if there is none
    programs = _programs(PROGRAM_PATTERNS[0], chunk, sounding)
    if any(not track.program and programs.get(number) for number, track in channels):
        raise FastPathUnsupported
    return piece, [(number, track.program, track) for number, track in channels]


def _parse_without_programs(
    chunk: bytes, body: bytes, piece: ScoreTick, sounding: Sequence[int], resolution: int
) -> tuple[ScoreTick, list[tuple[int, int, TrackTick]]]:
    """Parse a track with program changes replaced, so that symusic does not split its channels.

    Bytes that look like a program change may be part of a delta time. Replacing them would then
    move notes, so the notes are compared with those of `piece`, the unchanged track.
    """
    for pattern in PROGRAM_PATTERNS:
        hidden = _symusic(pattern.sub(lambda match: _hide(match, sounding), body), resolution)
        channels = _channels(hidden)
        if channels is not None and np.array_equal(_times(hidden), _times(piece)):
            programs = _programs(pattern, chunk, sounding)
            return hidden, [(number, programs.get(number, 0), track) for number, track in channels]
    raise FastPathUnsupported


def _channels(piece: ScoreTick) -> list[tuple[int, TrackTick]] | None:
    """Channels with notes; None if the notes or pedal of one are split over several tracks."""
    channels = []
    for track in piece.tracks:
        controls = track.controls.numpy()
        number, value = controls["number"], controls["value"]
        marks = value[(number == CHANNEL_MARKER) & (value >= 64)]
        if len(track.notes) and len(marks):
            channels.append((int(marks[-1]) - 64, track))
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


def _track_name(chunk: bytes) -> str:
    match = TRACK_NAME.search(chunk)
    if not match:
        return ""
    size = match[0][2]
    if size > 0x7F:
        raise FastPathUnsupported
    return decode_text(chunk[match.end() : match.end() + size])


def _notes(track: TrackTick, index: int) -> NoteArrays:
    """Notes of a track, sustained by the pedal as in `parser._Channel`."""
    arrays = track.notes.numpy()
    start, duration = arrays["time"].astype(np.int64), arrays["duration"].astype(np.int64)
    if (start < 0).any() or (duration < 0).any():  # ticks overflowed in symusic
        raise FastPathUnsupported
    end = start + duration
    for tick in _notes_off_ticks(track):
        if ((start <= tick) & (tick < end)).any():  # symusic does not end the note there
            raise FastPathUnsupported
    down, up = _pedal(track)
    if len(down):
        last = np.searchsorted(down, end, side="right") - 1  # the last press at or before the end
        if (down[last] == end)[last >= 0].any():  # the order of press and note-off is unknown
            raise FastPathUnsupported
        onsets = np.append(np.sort(start), np.iinfo(np.int64).max)
        sustained = np.minimum(up[last], onsets[np.searchsorted(onsets, end)])
        end = np.where((last >= 0) & (up[last] > end), sustained, end)
    pitch, velocity = (arrays[name].astype(np.int64) for name in ("pitch", "velocity"))
    return NoteArrays(np.full_like(start, index), pitch, start, end, velocity)


def _end(track: TrackTick) -> int:
    """The tick of the end of a track, where its channel is marked."""
    controls = track.controls.numpy()
    return int(controls["time"][controls["number"] == CHANNEL_MARKER][-1])


def _notes_off_ticks(track: TrackTick) -> IntArray:
    """Ticks of "all notes off" and "all sound off"."""
    controls = track.controls.numpy()
    number = controls["number"]
    ticks: IntArray = controls["time"][(number == ALL_SOUND_OFF) | (number == ALL_NOTES_OFF)]
    return ticks


def _pedal(track: TrackTick) -> tuple[IntArray, IntArray]:
    """Ticks at which the pedal is pressed, and at which it is lifted again."""
    controls = track.controls.numpy()
    pedal = controls["number"] == SUSTAIN_PEDAL
    time, is_down = controls["time"][pedal].astype(np.int64), controls["value"][pedal] >= 64
    was_down = np.concatenate([[False], is_down[:-1]])
    return time[is_down & ~was_down], time[~is_down & was_down]
