"""A song: the events of a MIDI file as they stand in it, and where a phrase belongs among them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

MAX_DIVISION = 0x7FFF
"""Most ticks per quarter that a file can have."""

Event = tuple[int, bytes]
"""Tick, and a message with its status byte, without its delta time."""

Key = tuple[int, int, int, int]
"""A note of a song: track and channel, from 0, the tick of its onset, and its pitch."""


@dataclass(frozen=True)
class Song:
    """All events of a MIDI file.

    Attributes:
        kind: 0, 1 or 2; see Standard MIDI Files.
        division: ticks per quarter, or that of a file timed in seconds.
        tracks: the events of each track in order; the last one is the end of the track.
        notices: what was done to it, a clause each; ignored by comparison.
    """

    kind: int
    division: int
    tracks: tuple[tuple[Event, ...], ...] = field(repr=False)
    notices: tuple[str, ...] = field(default=(), compare=False)

    def factor_for(self, least: int, quarter: float) -> int:
        """The whole number by which all ticks are multiplied so that a quarter has `least` ticks.

        It is 1 for a file timed in seconds, and no larger than a file can hold.

        Args:
            quarter: ticks per quarter.
        """
        return max(1, min(-(-least // int(max(1, quarter))), MAX_DIVISION // self.division))

    def finer(self, factor: int) -> Song:
        """The song with all ticks multiplied by a whole number; nothing moves in time."""
        if factor == 1:
            return self
        tracks = (tuple((tick * factor, event) for tick, event in track) for track in self.tracks)
        return Song(self.kind, self.division * factor, tuple(tracks))


@dataclass(frozen=True)
class Player:
    """Who plays a part: a track of a file, from 0, and some of its channels, from 0."""

    track: int
    channels: tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """Where a phrase stands in its file.

    Attributes:
        start: tick of step 0, as late as its notes are played.
        quarter: ticks per quarter.
        players: of each part of the file; `Part.sources` are numbers, from 0, in this list.
        bar: number of the first whole bar, counted through the file from 1.
        tempo: microseconds per quarter at step 0.
        end: tick at which the meter changes; None at the end of the file.
        new: steps at which notes and chords are new, each range from its first step to the one
            after its last; None for all. Elsewhere they are kept as they are.
        given: numbers of the parts, from 0, of which no note is new.
        kept: notes of the players at the new steps that were not read, and stay.
        accompaniment: players, by number, of parts that have no sources, by their names.
        has_chords: True if chord symbols in the file are replaced by those of the phrase.
        is_written: True if the phrase was written there before, with its chord symbols.
    """

    start: int
    quarter: float
    players: tuple[Player, ...]
    bar: int = 1
    tempo: int = 500_000
    end: int | None = None
    new: tuple[tuple[int, int], ...] | None = None
    given: tuple[int, ...] = ()
    kept: frozenset[Key] = frozenset()
    accompaniment: tuple[tuple[str, int], ...] = ()
    has_chords: bool = False
    is_written: bool = False

    def is_new(self, step: int) -> bool:
        """Return True for a step, 0 or later, at which notes are new."""
        return self.new is None or any(start <= step < stop for start, stop in self.new)

    def tick(self, step: int, steps_per_quarter: int) -> int:
        """The tick of a step."""
        return self.start + round(step * self.quarter / steps_per_quarter)

    def finer(self, factor: int) -> Place:
        """The place in a song all of whose ticks are multiplied by a whole number."""
        kept = frozenset((t, channel, tick * factor, p) for t, channel, tick, p in self.kept)
        end = None if self.end is None else self.end * factor
        start, quarter = self.start * factor, self.quarter * factor
        return replace(self, start=start, quarter=quarter, kept=kept, end=end)

    def step(self, tick: int, steps_per_quarter: int) -> int:
        """The step nearest to a tick; halves go to the later one."""
        return math.floor((tick - self.start) * steps_per_quarter / self.quarter + 0.5)
