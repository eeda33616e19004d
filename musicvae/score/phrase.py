"""Phrases: immutable music on a grid.

A phrase has a length of its own, so rests at its end belong to it. Notes of one pitch in one part
never overlap, so the same music is always the same phrase.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ..errors import RequestError
from ..theory.chords import Chord, symbol
from ..theory.key_signature import KeySignature
from ..theory.meter import MAX_TEMPO, Meter
from .provenance import Recipe
from .song import Place, Song

DEFAULT_TEMPO = 500_000
"""Microseconds per quarter, 120 BPM."""

DEFAULT_VELOCITY = 80


@dataclass(frozen=True, order=True)
class Note:
    """A note: start and duration in steps, MIDI pitch and velocity.

    `offset` is its microtiming, in ticks of 1/480 quarter: positive plays it after its step,
    negative before, always by less than half a step.
    """

    start: int
    duration: int
    pitch: int
    velocity: int = DEFAULT_VELOCITY
    offset: int = 0

    def __post_init__(self) -> None:
        if self.start < 0 or self.duration < 1:
            raise ValueError(f"A note starts at step 0 or later and lasts at least one: {self}.")
        if not (0 <= self.pitch <= 127 and 1 <= self.velocity <= 127):
            raise ValueError(f"Pitch is 0 to 127, velocity 1 to 127: {self}.")

    @property
    def end(self) -> int:
        """The first step at which the note no longer sounds."""
        return self.start + self.duration


@dataclass(frozen=True)
class Part:
    """The notes of one player, sorted by start and pitch, with a MIDI program 0 to 127.

    `lost` lists the steps at which a note of the file could not be kept on the grid; it is ignored
    by comparison. `program_changes` lists the (step, program) of later programs; see `program_map`.
    `sources` are the parts of a file that it was read from, as `Place.players` numbers them; it is
    ignored by comparison.
    """

    notes: tuple[Note, ...] = ()
    program: int = 0
    is_drum: bool = False
    name: str = ""
    lost: tuple[int, ...] = field(default=(), compare=False)
    program_changes: tuple[tuple[int, int], ...] = ()
    sources: tuple[int, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(sorted(self.notes)))
        for program in (self.program, *(program for _, program in self.program_changes)):
            if not 0 <= program <= 127:
                raise RequestError(
                    f"A program is a General MIDI number from 0 to 127, not {program}."
                )
        if any(step < 1 for step, _ in self.program_changes):
            raise ValueError("Program changes are at step 1 or later.")
        _, changes = program_map(self.program, self.program_changes)
        object.__setattr__(self, "program_changes", changes)
        ends: dict[int, int] = {}
        for note in self.notes:
            if note.start < ends.get(note.pitch, 0):
                raise ValueError(f"Notes of pitch {note.pitch} overlap at step {note.start}.")
            ends[note.pitch] = note.end

    @property
    def end(self) -> int:
        """The step after the last note; 0 for a silent part."""
        return max((note.end for note in self.notes), default=0)


@dataclass(frozen=True, order=True)
class Tempo:
    """A tempo change: microseconds per quarter from this step on."""

    step: int = 0
    microseconds: int = DEFAULT_TEMPO


@dataclass(frozen=True)
class ChordChange:
    """The chord from this step on; None for no chord."""

    step: int
    chord: Chord | None


@dataclass(frozen=True)
class Phrase:
    """Music on a grid: `pickup` steps, then `bars` whole bars of one meter.

    Attributes:
        meter: time signature and grid.
        bars: whole bars, not counting the pick-up.
        pickup: steps before the first whole bar, fewer than a bar. Step 0 is the
            first step of the pick-up.
        tempos: tempo map; the first entry is at step 0.
        parts: the players.
        chords: chord changes, if known; see `chord_map`.
        recipe: how a model made it, if one did; ignored by comparison.
        edited: True if another program has edited the file since musicvae wrote it; ignored
            by comparison.
        notices: what was not read as it stands in the file: what, how much and where, a sentence
            each; ignored by comparison.
        before, after: the sections of its file in other meters; ignored by comparison. They
            are written with it.
        place: where it stands in its file; ignored by comparison.
        song: the file that it is written into, at its place; without a place, the file that it was
            read from and is written as; ignored by comparison.
        key_signature: that of its first bar, or the one it was asked to be in; None if there is
            none. Ignored by comparison, and not written into a song, which has its own.
        key_changes: step and key signature of each later change; the same holds for them.
        section_names: step and name of each section of its form; the same holds for them.
    """

    meter: Meter = field(default_factory=Meter)
    bars: int = 0
    pickup: int = 0
    tempos: tuple[Tempo, ...] = (Tempo(),)
    parts: tuple[Part, ...] = ()
    chords: tuple[ChordChange, ...] = ()
    recipe: Recipe | None = field(default=None, compare=False)
    edited: bool = field(default=False, compare=False)
    notices: tuple[str, ...] = field(default=(), compare=False)
    before: tuple[Phrase, ...] = field(default=(), compare=False)
    after: tuple[Phrase, ...] = field(default=(), compare=False)
    place: Place | None = field(default=None, compare=False)
    song: Song | None = field(default=None, compare=False)
    key_signature: KeySignature | None = field(default=None, compare=False)
    key_changes: tuple[tuple[int, KeySignature], ...] = field(default=(), compare=False)
    section_names: tuple[tuple[int, str], ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if self.bars < 0 or not 0 <= self.pickup < self.meter.steps_per_bar:
            raise ValueError("A phrase has 0 or more bars and a pick-up shorter than a bar.")
        if not self.tempos or self.tempos[0].step != 0:
            raise ValueError("A tempo map starts at step 0.")
        steps = [tempo.step for tempo in self.tempos]
        if steps != sorted(set(steps)) or steps[-1] > max(0, self.steps - 1):
            raise ValueError("Tempo changes are in order and inside the phrase.")
        if not all(1 <= tempo.microseconds <= MAX_TEMPO for tempo in self.tempos):
            raise ValueError(f"A tempo is 1 to {MAX_TEMPO} microseconds per quarter.")
        changes = [(change.step, change.chord) for change in self.chords]
        if self.chords != chord_map(changes, self.steps):
            raise ValueError("Chord changes are in order, inside the phrase, and no chord repeats.")
        if any(part.program_changes[-1:] >= ((self.steps, 0),) for part in self.parts):
            raise ValueError("Program changes are inside the phrase.")
        if any(part.end > self.steps for part in self.parts):
            raise ValueError(f"A note ends after the end of the phrase, {self.steps} steps.")
        shifted = [note for part in self.parts for note in part.notes if note.offset]
        if any(2 * abs(note.offset) >= self.meter.step_ticks for note in shifted):
            raise ValueError("The offset of a note is less than half a step.")
        if any(note.offset < 0 and not note.start for note in shifted):
            raise ValueError("No note starts before the phrase: at step 0 the offset is 0 or more.")

    def __repr__(self) -> str:
        notes = sum(len(part.notes) for part in self.parts)
        pickup = f", pickup={self.pickup}" if self.pickup else ""
        return (
            f"Phrase({self.meter}, bars={self.bars}{pickup}, "
            f"parts={len(self.parts)}, notes={notes})"
        )

    @property
    def sections(self) -> tuple[Phrase, ...]:
        """All sections of its file in order, this one among them."""
        return (*self.before, replace(self, before=(), after=()), *self.after)

    @property
    def steps(self) -> int:
        """Length in steps, pick-up included."""
        return self.pickup + self.bars * self.meter.steps_per_bar

    @property
    def lead_in(self) -> int:
        """Steps that would pad the pick-up to a whole bar; 0 without a pick-up."""
        return self.meter.steps_per_bar - self.pickup if self.pickup else 0

    @property
    def fingerprint(self) -> str:
        """SHA-256 of meter, length, notes and chords, in hexadecimal; clips store it.

        Tempo, instruments and names are left out. Clips of every version compare their notes
        with it, so the hashed fields are listed here, and a new field is left out.
        """
        return [*self.leading_fingerprints(len(self.parts))][-1]

    def leading_fingerprints(self, most: int) -> Iterator[str]:
        """Fingerprints of the phrase with none of its parts, the first, the first two ... `most`.

        Each part is hashed once.
        """
        meter = self.meter
        size = (meter.numerator, meter.denominator, meter.steps_per_quarter, self.bars, self.pickup)
        chords = "".join(f", {(change.step, symbol(change.chord))}" for change in self.chords)
        hashed = hashlib.sha256(f"[{size}".encode())
        for count in range(min(most, len(self.parts)) + 1):
            if count:
                notes = self.parts[count - 1].notes
                numbers = tuple((n.start, n.duration, n.pitch, n.velocity, n.offset) for n in notes)
                hashed.update(f", {numbers}".encode())
            whole = hashed.copy()
            whole.update(f"{chords}]".encode())
            yield whole.hexdigest()

    @property
    def is_silent(self) -> bool:
        """True if no part has a note."""
        return not any(part.notes for part in self.parts)


def chord_map(changes: Iterable[tuple[int, Chord | None]], steps: int) -> tuple[ChordChange, ...]:
    """Chord changes of a phrase from (step, chord) in order.

    The last chord at or before step 0 moves to step 0. Of two at one step the later counts.
    Repeats of the same chord are dropped, and so is no chord before the first one.

    >>> chord_map([(-8, Chord(0)), (4, Chord(0)), (8, None), (16, Chord(7))], steps=16)
    (ChordChange(step=0, chord=Chord(root=0, quality='maj')), ChordChange(step=8, chord=None))
    """
    chords = {max(0, step): chord for step, chord in changes if step < steps}
    result: list[ChordChange] = []
    current: Chord | None = None
    for step, chord in sorted(chords.items(), key=lambda change: change[0]):
        if chord != current:
            result.append(ChordChange(step, chord))
        current = chord
    return tuple(result)


def program_map(
    program: int, changes: Iterable[tuple[int, int]], steps: int | None = None
) -> tuple[int, tuple[tuple[int, int], ...]]:
    """The program of a part at step 0, and its later changes, from (step, program) in order.

    The last program at or before step 0 moves to step 0. Of two at one step the later counts.
    Repeats of the same program are dropped, and so are changes after `steps`.

    >>> program_map(0, [(-8, 73), (16, 73), (20, 40)])
    (73, ((20, 40),))
    """
    programs = {0: program} | {
        max(0, step): number for step, number in changes if steps is None or step < max(1, steps)
    }
    result: list[tuple[int, int]] = []
    for step in sorted(programs):
        if not result or result[-1][1] != programs[step]:
            result.append((step, programs[step]))
    return result[0][1], tuple(result[1:])


def move_note(note: Note, start: int, duration: int) -> Note:
    """The note with a new start and duration; at step 0 an offset below 0 becomes 0."""
    offset = note.offset if start else max(0, note.offset)
    return Note(start, duration, note.pitch, note.velocity, offset)


def remove_overlaps(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Sort notes and shorten those that overlap a later one of the same pitch.

    Notes with the same pitch and start become one, with the longest duration, highest velocity
    and lowest offset.
    """
    unique: dict[tuple[int, int], Note] = {}
    for note in notes:
        twin = unique.get((note.pitch, note.start), note)
        unique[note.pitch, note.start] = Note(
            note.start,
            max(note.duration, twin.duration),
            note.pitch,
            max(note.velocity, twin.velocity),
            min(note.offset, twin.offset),
        )
    ordered = [unique[key] for key in sorted(unique)]
    for i, (note, later) in enumerate(pairwise(ordered)):
        if note.pitch == later.pitch and note.end > later.start:
            ordered[i] = replace(note, duration=later.start - note.start)
    return tuple(sorted(ordered))
