"""The notes of a file as they are heard: in seconds, with pedal, programs, volume, pan and bends.

Everything is read from the events, as a player does: nothing is moved to a grid, and no part is
left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from ..score.song import Event
from .channel_notes import ALL_NOTES_OFF, ALL_SOUND_OFF, NO_END, SUSTAIN_PEDAL
from .channel_strip import Strip
from .events import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PROGRAM_CHANGE
from .parser import Score, parse
from .repair import repair
from .song_events import read_song
from .stuck_notes import end_open_notes

PITCH_BEND = 0xE0
VOLUME, PAN, EXPRESSION, DATA_ENTRY, RPN_FINE, RPN_COARSE = 7, 10, 11, 6, 100, 101
RESET_CONTROLLERS = 121
"""Numbers of controllers."""

DEFAULT_VOLUME, FULL, CENTRE = 100, 127, 64
BEND_CENTRE = 8_192
DEFAULT_BEND_RANGE = 2
DEFAULT_TEMPO = 500_000


class HeardNote(NamedTuple):
    """A note: start and end in seconds; it sounds until key and pedal are up."""

    start: float
    end: float
    pitch: int
    velocity: int
    program: int
    is_drum: bool
    strip: int


@dataclass(frozen=True)
class Playback:
    """What is heard of a file.

    Attributes:
        notes: in order of their starts.
        strips: one for each channel of each track; notes name theirs by number.
        length: seconds up to the end of the tracks with notes.
        notices: what could not be read, a clause each.
    """

    notes: tuple[HeardNote, ...]
    strips: tuple[Strip, ...]
    length: float
    notices: tuple[str, ...] = ()


def read_playback(data: bytes, bpm: float = 120.0) -> Playback:
    """What is heard of a file; the pieces of a type 2 file follow each other.

    Args:
        bpm: quarters per minute of a file that is timed in seconds.

    Raises:
        NotMidi: it is no MIDI file, or exceeds the limits.
    """
    scores = parse(data, bpm)
    song = read_song(data)
    notes: list[HeardNote] = []
    strips: list[Strip] = []
    start = 0.0
    pieces = [[track] for track in song.tracks] if song.kind == 2 else [[*song.tracks]]
    for number, (score, tracks) in enumerate(zip(scores, pieces, strict=False)):
        repair(score)
        first = number if song.kind == 2 else 0
        length = _play(score, tracks, first, start, notes, strips)
        start += length
    notices = dict.fromkeys(notice for score in scores for notice in score.notices)
    return Playback(tuple(sorted(notes)), tuple(strips), start, tuple(notices))


def _play(
    score: Score,
    tracks: Sequence[Sequence[Event]],
    first: int,
    start: float,
    notes: list[HeardNote],
    strips: list[Strip],
) -> float:
    """Add the notes and strips of a piece; returns its length in seconds.

    Args:
        first: number of its first track in the file.
        start: seconds before it.
    """
    drums = {
        (part.player.track, channel)
        for part in score.tracks
        if part.is_drum
        for channel in part.player.channels
    }
    ticks, seconds = _tempo_map(score)

    def heard(tick: float) -> float:
        index = bisect_right(ticks, tick * score.scale) - 1
        slope = score.tempos[index - 1][1] if index else DEFAULT_TEMPO
        beyond = tick * score.scale - ticks[index]
        return start + seconds[index] + beyond * slope / (score.resolution * 1e6)

    for number, events in enumerate(tracks, first):
        for channel, state in _read_channels(events).items():
            is_drum = (number, channel) in drums
            for note in state.timed_notes(events[-1][0]):
                notes.append(
                    HeardNote(
                        *(heard(note.start), heard(note.end)),
                        *(note.pitch, note.velocity, note.program),
                        is_drum=is_drum,
                        strip=len(strips),
                    )
                )
            for curve in (state.strip.gain, state.strip.bend):
                curve.times = [heard(tick) for tick in curve.times]
            strips.append(state.strip)
    return heard(score.end / score.scale) - start


def _tempo_map(score: Score) -> tuple[list[int], list[float]]:
    """Ticks at which the tempo may change, with 0 in front, and the seconds at each.

    >>> _tempo_map(Score(480, tempos=[(960, 1_000_000), (1440, 250_000)]))
    ([0, 960, 1440], [0.0, 1.0, 2.0])
    """
    ticks = [0, *(tick for tick, _ in score.tempos)]
    tempos = [DEFAULT_TEMPO, *(tempo for _, tempo in score.tempos)]
    spans = (b - a for a, b in pairwise(ticks))
    steps = (
        span * tempo / (score.resolution * 1e6) for span, tempo in zip(spans, tempos, strict=False)
    )
    return ticks, [*accumulate(steps, initial=0.0)]


class _TickNote(NamedTuple):
    start: int
    end: int
    pitch: int
    velocity: int
    program: int


@dataclass
class _Channel:
    """The state of one channel of one track while its events are read."""

    strip: Strip = field(default_factory=Strip)
    notes: list[_TickNote] = field(default_factory=list)
    held: dict[int, deque[int]] = field(default_factory=lambda: defaultdict(deque))
    sustained: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    program: int = 0
    pedal: bool = False
    volume: int = DEFAULT_VOLUME
    expression: int = FULL
    bend: int = BEND_CENTRE
    bend_range: int = DEFAULT_BEND_RANGE
    parameter: dict[int, int] = field(default_factory=dict)

    def read(self, tick: int, event: bytes) -> None:
        """Process an event."""
        kind, first = event[0] & 0xF0, event[1]
        if kind == NOTE_ON and event[2]:
            self._lift(self.sustained.pop(first, ()), tick)
            self.held[first].append(len(self.notes))
            self.notes.append(_TickNote(tick, NO_END, first, event[2], self.program))
        elif kind in (NOTE_OFF, NOTE_ON):
            if self.held[first]:
                self._release(first, self.held[first].popleft(), tick)
        elif kind == CONTROL_CHANGE:
            self._control(first, event[2], tick)
        elif kind == PROGRAM_CHANGE:
            self.program = first
        elif kind == PITCH_BEND:
            self.bend = first | event[2] << 7
            self._set_bend(tick)

    def _control(self, controller: int, value: int, tick: int) -> None:
        if controller == SUSTAIN_PEDAL:
            self.pedal = value >= CENTRE
            if not self.pedal:
                self._lift_pedal(tick)
        elif controller in (VOLUME, EXPRESSION):
            if controller == VOLUME:
                self.volume = value
            else:
                self.expression = value
            self._set_gain(tick)
        elif controller == PAN:
            if self.strip.pan is None or not self.notes:  # later ones would move what sounds
                self.strip.pan = max(-1.0, (value - CENTRE) / (FULL - CENTRE))
        elif controller in (RPN_FINE, RPN_COARSE):
            self.parameter[controller] = value
        elif controller == DATA_ENTRY and self.parameter == {RPN_FINE: 0, RPN_COARSE: 0}:
            self.bend_range = value
            self._set_bend(tick)
        elif controller in (ALL_SOUND_OFF, ALL_NOTES_OFF):
            for keys in self.held.values():
                self._lift(keys, tick)
            self.held.clear()
            self._lift_pedal(tick)
        elif controller == RESET_CONTROLLERS:
            self.pedal, self.expression, self.bend = False, FULL, BEND_CENTRE
            self._lift_pedal(tick)
            self._set_gain(tick)
            self._set_bend(tick)

    def _set_gain(self, tick: int) -> None:
        self.strip.gain.times.append(tick)
        gain = self.volume / DEFAULT_VOLUME * self.expression / FULL
        self.strip.gain.values.append(gain**2)  # 40 log10, as General MIDI asks for

    def _set_bend(self, tick: int) -> None:
        self.strip.bend.times.append(tick)
        self.strip.bend.values.append((self.bend / BEND_CENTRE - 1) * self.bend_range)

    def _release(self, pitch: int, index: int, tick: int) -> None:
        if self.pedal:
            self.sustained[pitch].append(index)
        else:
            self._lift([index], tick)

    def _lift_pedal(self, tick: int) -> None:
        for indices in self.sustained.values():
            self._lift(indices, tick)
        self.sustained.clear()

    def _lift(self, indices: Iterable[int], tick: int) -> None:
        for index in indices:
            self.notes[index] = self.notes[index]._replace(end=tick)

    def timed_notes(self, last: int) -> list[_TickNote]:
        """All notes; one that is never let go ends at the next onset, or with its track."""
        self._lift_pedal(last)
        start = np.array([note.start for note in self.notes], np.int64)
        end = np.array([note.end for note in self.notes], np.int64)
        ends, _ = end_open_notes(start, end, last)
        return [note._replace(end=end) for note, end in zip(self.notes, ends.tolist(), strict=True)]


def _read_channels(events: Iterable[Event]) -> dict[int, _Channel]:
    """The channels of a track that have notes, by number."""
    channels: dict[int, _Channel] = defaultdict(_Channel)
    for tick, event in events:
        if NOTE_OFF <= event[0] < 0xF0:
            channels[event[0] & 0x0F].read(tick, event)
    return {number: channel for number, channel in channels.items() if channel.notes}
