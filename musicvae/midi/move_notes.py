"""Move notes among the events of a track; every other event stays as it is.

The notes of a key stay in order, last at least a tick, and end where their key is struck again. No
note moves to the other side of a program change of its channel, or of a note of its key that does
not move.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from ..score.song import Event
from .events import NOTE_OFF, NOTE_ON, PROGRAM_CHANGE
from .song_events import END, SongNote, song_notes


class Move(NamedTuple):
    """Where a note is wanted, in ticks, and its velocity; `end` is None if it is never let go."""

    start: int
    end: int | None
    velocity: int


NoteLimits = dict[int, tuple[int, int | None]]
"""Earliest and latest tick of notes, by the indices of their events; None for no latest one."""


def note_limits(track: Sequence[Event], moved: Sequence[SongNote]) -> NoteLimits:
    """Where notes of a track can move to, as far as its other events are concerned."""
    own = {index for note in moved for index in (note.on, note.off)}
    is_moved = {note.on for note in moved}
    earliest: dict[int, int] = {}
    latest: dict[int, int] = {}
    programs: dict[int, int] = defaultdict(int)
    keys: dict[tuple[int, int], int] = defaultdict(int)
    waiting: dict[int, list[int]] = defaultdict(list)
    for index, (tick, event) in enumerate(track):
        kind, channel = event[0] & 0xF0, event[0] & 0x0F
        if kind == PROGRAM_CHANGE:
            programs[channel] = tick
            for number in waiting.pop(channel, []):
                latest[number] = max(track[number][0], tick - 1)
        elif index in is_moved:
            earliest[index] = max(programs[channel], keys[channel, event[1]])
            waiting[channel].append(index)
        elif kind in (NOTE_OFF, NOTE_ON) and index not in own:
            keys[channel, event[1]] = tick
    return {index: (tick, latest.get(index)) for index, tick in earliest.items()}


def move_notes(track: Sequence[Event], moves: Mapping[int, Move]) -> tuple[Event, ...]:
    """The events of a track with some of its notes moved.

    At one tick stand the ends of moved notes, the other events in their order, and the starts of
    moved notes.

    Args:
        moves: by the indices of the events with which the notes begin.
    """
    notes = song_notes(track, range(16))
    limits = note_limits(track, [note for note in notes if note.on in moves])
    lines: dict[tuple[int, int], list[SongNote]] = defaultdict(list)
    for note in notes:
        lines[note.channel, note.pitch].append(note)
    changed: dict[int, Event] = {}
    for line in lines.values():
        starts = _starts(line, moves, limits)
        following: int | None = None
        for i in reversed(range(len(line))):
            note = line[i]
            if i + 1 < len(line) and starts[i + 1] > starts[i]:
                following = starts[i + 1]
            if note.on in moves:
                move = moves[note.on]
                on = bytes([NOTE_ON | note.channel, note.pitch, move.velocity])
                changed[note.on] = (starts[i], on)
                if note.off is not None and move.end is not None:
                    end = max(starts[i] + 1, move.end)
                    end = end if following is None else min(end, following)
                    changed[note.off] = (end, track[note.off][1])
    return _rebuild(track, changed, moves)


def _starts(line: Sequence[SongNote], moves: Mapping[int, Move], limits: NoteLimits) -> list[int]:
    """The new onsets of the notes of one key, in their order, each at its own tick.

    The old onsets keep to all limits, so notes that are pushed up from below, and then down from
    above, do, too.
    """
    starts = [moves[n.on].start if n.on in moves else n.start for n in line]
    apart = [1 if later.start > note.start else 0 for note, later in pairwise(line)]
    for i, note in enumerate(line):
        if note.on in moves:
            before = starts[i - 1] + apart[i - 1] if i else 0
            if i and line[i - 1].on not in moves and (end := line[i - 1].end) is not None:
                before = max(before, min(end, note.start))  # its note-off may come after this onset
            starts[i] = max(starts[i], limits[note.on][0], before)
    for i, note in reversed([*enumerate(line)]):
        if note.on in moves:
            latest = limits[note.on][1]
            starts[i] = starts[i] if latest is None else min(starts[i], latest)
            starts[i] = min(starts[i], starts[i + 1] - apart[i]) if i < len(apart) else starts[i]
    return starts


def _rebuild(
    track: Sequence[Event], changed: Mapping[int, Event], moves: Mapping[int, Move]
) -> tuple[Event, ...]:
    """The events of a track in order, of which some have changed."""
    ordered: list[tuple[int, int, bytes]] = []
    for index, (tick, event) in enumerate(track[:-1]):
        now, event = changed.get(index, (tick, event))
        rank = 1 if now == tick else 2 if index in moves else 0
        ordered.append((now, rank, event))
    ordered.sort(key=lambda entry: entry[:2])  # a stable sort
    last = max([track[-1][0], *(tick for tick, _, _ in ordered[-1:])])
    return (*((tick, event) for tick, _, event in ordered), (last, END))
