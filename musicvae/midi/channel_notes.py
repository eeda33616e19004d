"""Notes of one channel of a track, from its messages: keys, pedal and programs."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from .events import CONTROL_CHANGE, NOTE_ON, PROGRAM_CHANGE, Message

SUSTAIN_PEDAL, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123

NO_END = -1
"""The end of a note that is never let go."""


class TimedNote(NamedTuple):
    """A note in ticks; its duration may be 0."""

    start: int
    end: int
    pitch: int
    velocity: int


@dataclass
class ChannelNotes:
    """The notes of one channel: those held by keys and those held by the pedal.

    The pedal sustains a note up to the next onset of its channel. Longer resonance is cut off,
    since as written notes it would cover the melody.

    Attributes:
        program: the last one before the first note, or else the first one after it.
        programs: (tick, program) of all program changes.
        onsets: ticks of all note-ons.
        held: (start, velocity) of the notes of each pitch whose key is down.
        released: tick of the last release of each pitch.
        sustained: notes released while the pedal is down; `end` is their release.
    """

    program: int | None = None
    programs: list[tuple[int, int]] = field(default_factory=list)
    pedal: bool = False
    onsets: list[int] = field(default_factory=list)
    held: dict[int, deque[tuple[int, int]]] = field(default_factory=lambda: defaultdict(deque))
    released: dict[int, int] = field(default_factory=dict)
    sustained: list[TimedNote] = field(default_factory=list)
    notes: list[TimedNote] = field(default_factory=list)

    @property
    def later_programs(self) -> list[tuple[int, int]]:
        """The program changes after the first note."""
        return [change for change in self.programs if self.onsets and change[0] > self.onsets[0]]

    def read(self, messages: Iterable[Message], last: int) -> None:
        """Process all messages of the channel; the track ends at tick `last`.

        A note that is never let go, while a later one of its pitch was struck before the last
        release of that pitch, ends there; others get the end `NO_END`.
        """
        held, onsets = self.held, self.onsets
        for now, status, first, second in messages:
            kind = status & 0xF0
            if kind == NOTE_ON and second:
                held[first].append((now, second))
                onsets.append(now)
            elif kind <= NOTE_ON:
                self._release(first, now)
            elif kind == CONTROL_CHANGE:
                self._control(first, second, now)
            elif kind == PROGRAM_CHANGE:
                self.programs.append((now, first))
                if self.program is None or not onsets:
                    self.program = first
        self._lift_pedal(last)
        for pitch, keys in held.items():
            release = self.released.get(pitch, NO_END)
            for start, velocity in keys:
                end = release if release > start else NO_END
                self.notes.append(TimedNote(start, end, pitch, velocity))

    def _control(self, controller: int, value: int, now: int) -> None:
        if controller == SUSTAIN_PEDAL:
            self.pedal = value >= 64
            if not self.pedal:
                self._lift_pedal(now)
        elif controller in (ALL_SOUND_OFF, ALL_NOTES_OFF):
            for pitch, keys in self.held.items():
                for _ in range(len(keys)):
                    self._release(pitch, now)

    def _release(self, pitch: int, now: int) -> None:
        keys = self.held.get(pitch)
        if keys:
            start, velocity = keys.popleft()  # first in, first out
            note = TimedNote(start, now, pitch, velocity)
            self.released[pitch] = now
            (self.sustained if self.pedal else self.notes).append(note)

    def _lift_pedal(self, now: int) -> None:
        for note in self.sustained:
            index = bisect_left(self.onsets, note.end)
            end = min([now, *self.onsets[index : index + 1]])
            self.notes.append(note._replace(end=end))
        self.sustained = []
