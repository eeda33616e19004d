"""The parts of a track as arrays of notes, from what symusic read of its channels.

`channel_notes`, `parser` and `repair` do the same note by note, and define the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..arrays import BoolArray, IntArray
from .channel_groups import group_channels
from .channel_notes import ALL_NOTES_OFF, ALL_SOUND_OFF, NO_END, SUSTAIN_PEDAL
from .drum_tracks import DRUM_CHANNEL, is_named_drums, may_be_drums, strikes_a_kit
from .stuck_notes import end_open_notes, end_stuck_notes

if TYPE_CHECKING:
    from symusic.core import TrackTick

DELAY = 128
"""Ticks after the last one at which notes that are still held are released; those that are held
still are released so many ticks later."""


class FastPathUnsupported(Exception):
    """The fast path might read this file differently from `read_midi`."""


class ArrayChannel(NamedTuple):
    """A channel of a track: its program, None if it has none, its notes, and its last tick."""

    number: int
    program: int | None
    track: TrackTick
    last: int


class ArrayPart(NamedTuple):
    """A part, and pitch, start, end and velocity of its notes, in ticks. `[N]` each"""

    track: ChannelTrack
    columns: tuple[IntArray, IntArray, IntArray, IntArray]


class ChannelTrack(NamedTuple):
    """A part of the file: a track, or some of its channels."""

    name: str
    program: int
    is_drum: bool


def to_parts(
    channels: Sequence[ArrayChannel], kind: int, name: str, resolution: int
) -> list[ArrayPart]:
    """The parts of a track of a file of type `kind`."""
    by_number = {channel.number: channel for channel in channels}
    groups = group_channels(kind, {n: channel.program for n, channel in by_number.items()})
    parts = []
    for group in groups:
        members = [by_number[number] for number in group]
        program = next((m.program for m in members if m.program is not None), 0)
        columns = zip(*map(_notes, members), strict=True)
        pitch, start, end, velocity = (np.concatenate(column) for column in columns)
        if (end == NO_END).any():
            end, _ = end_open_notes(start, end, members[0].last)
        end, _ = end_stuck_notes(start, end, pitch, resolution)
        is_drum = group[0] == DRUM_CHANNEL
        if not is_drum and may_be_drums(name, program):
            is_drum = len(groups) == 1 and is_named_drums(name, program, pitch)
            is_drum = is_drum or strikes_a_kit(name, program, start, end, pitch, resolution)
        track = ChannelTrack(name, program, is_drum)
        parts.append(ArrayPart(track, (pitch, start, end, velocity)))
    return parts


def _notes(channel: ArrayChannel) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Pitch, start, end and velocity of the notes, as in `channel_notes.ChannelNotes`."""
    arrays = channel.track.notes.numpy()
    start, duration = arrays["time"].astype(np.int64), arrays["duration"].astype(np.int64)
    pitch, velocity = (arrays[name].astype(np.int64) for name in ("pitch", "velocity"))
    if (start < 0).any() or (duration < 0).any():  # ticks overflowed in symusic
        raise FastPathUnsupported
    end = start + duration
    if (end > channel.last + DELAY).any():  # symusic drops further notes of that pitch
        raise FastPathUnsupported
    for tick in _notes_off_ticks(channel.track):
        if ((start <= tick) & (tick < end)).any():  # symusic does not end the note there
            raise FastPathUnsupported
    is_held = end > channel.last
    sustained = _sustain(channel, start, end, is_held)
    if is_held.any():
        released = np.full(128, NO_END)
        np.maximum.at(released, pitch[~is_held], end[~is_held])
        sustained[is_held] = np.where(released[pitch] > start, released[pitch], NO_END)[is_held]
    return pitch, start, sustained, velocity


def _sustain(channel: ArrayChannel, start: IntArray, end: IntArray, is_held: BoolArray) -> IntArray:
    """The ends of notes, sustained by the pedal up to the next onset of the channel. `[N]`"""
    down, up = _pedal(channel.track)
    if not len(down):
        return end
    last = np.searchsorted(down, end, side="right") - 1  # the last press at or before the end
    if (down[last] == end)[(last >= 0) & ~is_held].any():
        raise FastPathUnsupported  # the order of press and note-off is unknown
    onsets = np.append(np.sort(start), np.iinfo(np.int64).max)
    up = np.minimum(up, channel.last)
    sustained = np.minimum(up[last], onsets[np.searchsorted(onsets, end)])
    return np.where((last >= 0) & (up[last] > end), sustained, end)


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
