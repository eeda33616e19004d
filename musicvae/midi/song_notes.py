"""Edit the events of one track of a song: notes are taken out, and others put in."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from ..score.song import Event, Key
from .events import NOTE_OFF, NOTE_ON
from .song_events import END, SongNote, song_notes


class NewNote(NamedTuple):
    """A note to put into a track; start and end in ticks."""

    start: int
    end: int
    pitch: int
    velocity: int


class TrackEditor:
    """The events of a track, and what is added to them.

    At one tick stand: own texts, ends of new notes, the events that were there, chord symbols,
    starts of new notes.

    Attributes:
        kept: the events that were there and stay, without the end of the track.
        last: tick of the end of the track.
        texts: own texts, at tick 0.
        markers: new chord symbols.
        added: channel and note of the new notes.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self.kept = [*events[:-1]]
        self.last = events[-1][0]
        self.texts: list[bytes] = []
        self.markers: list[Event] = []
        self.added: list[tuple[int, NewNote]] = []

    def remove(self, is_removed: Callable[[bytes], bool]) -> None:
        """Remove events."""
        self.kept = [(tick, event) for tick, event in self.kept if not is_removed(event)]

    def remove_notes(
        self, channels: Collection[int], is_removed: Callable[[SongNote], bool]
    ) -> None:
        """Remove notes of some channels."""
        removed = [note for note in song_notes(self.kept, channels) if is_removed(note)]
        self._drop({index for note in removed for index in (note.on, note.off)})

    def _drop(self, indices: Collection[int | None]) -> None:
        if indices:
            self.kept = [event for i, event in enumerate(self.kept) if i not in indices]

    def add_notes(self, channel: int, notes: Iterable[NewNote]) -> None:
        """Add new notes."""
        self.added += ((channel, note) for note in notes)

    def make_room(self, track: int, unread: frozenset[Key]) -> None:
        """Let no key be struck while it sounds, so that each note-off ends its own note.

        A note that was there and still sounds ends where a new one of its key begins. If it begins
        under a new one, it goes if it is one of `unread`; else it ends the new one.

        Args:
            track: number of this track in the song.
            unread: notes among the new ones.
        """
        new: dict[tuple[int, int], list[NewNote]] = defaultdict(list)
        for channel, note in sorted(self.added):
            before = new[channel, note.pitch]
            if before and before[-1].end > note.start:
                before[-1] = before[-1]._replace(end=note.start)
            before.append(note)
        dropped: set[int | None] = set()
        moved: list[Event] = []
        for old in song_notes(self.kept, {channel for channel, _ in self.added}):
            line = new.get((old.channel, old.pitch), [])
            following = bisect_right(line, old.start, key=lambda note: note.start)
            under = line[following - 1] if following else None
            if under and under.end > old.start:
                if (track, old.channel, old.start, old.pitch) in unread or under.start == old.start:
                    dropped |= {old.on, old.off}
                    continue
                line[following - 1] = under._replace(end=old.start)
            start = line[following].start if following < len(line) else None
            if start is not None and (old.end is None or old.end > start):
                dropped.add(old.off)
                moved.append((start, bytes([NOTE_OFF | old.channel, old.pitch, 0])))
        self._drop(dropped)
        # a stable sort: what is moved stands after what was there at its tick
        self.kept = sorted([*self.kept, *moved], key=lambda event: event[0])
        self.added = [(channel, note) for (channel, _), line in new.items() for note in line]

    def events(self) -> tuple[Event, ...]:
        """All events of the track in order, with its end."""
        starts, ends = [], []
        for channel, note in sorted(self.added):
            starts.append((note.start, bytes([NOTE_ON | channel, note.pitch, note.velocity])))
            ends.append((note.end, bytes([NOTE_OFF | channel, note.pitch, 0])))
        texts = [(0, text) for text in self.texts]
        everything = [*texts, *ends, *self.kept, *self.markers, *starts]
        ordered = sorted(everything, key=lambda event: event[0])
        last = max([self.last, *(tick for tick, _ in ordered[-1:])])
        return (*ordered, (last, END))
