"""Windows: phrases of a fixed number of bars, as nets read them; splitting and joining."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..theory.chords import Chord
from ..theory.meter import MAX_BAR_STEPS, Meter
from .phrase import Note, Part, Phrase, Tempo, chord_map, move_note, program_map

TWO_BARS = 2
"""Default window size."""

MAX_BARS = 64
"""Largest window size."""


def window_bars(meter: Meter, bars: int = TWO_BARS) -> int:
    """Bars in one window: `bars`, or twice as many if a bar is shorter than three quarter notes.

    >>> [window_bars(Meter(n, d)) for n, d in ((4, 4), (6, 8), (3, 4), (2, 4), (3, 8))]
    [2, 2, 2, 4, 4]
    """
    return 2 * bars if meter.numerator * 4 < 3 * meter.denominator else bars


def window_steps(meter: Meter, bars: int = TWO_BARS) -> int:
    """Steps in one window: 32 for two bars of 4/4, never more than `max_steps`."""
    return window_bars(meter, bars) * meter.steps_per_bar


def max_steps(bars: int) -> int:
    """Steps of the longest window in any meter."""
    return bars * MAX_BAR_STEPS


def cut_phrase(phrase: Phrase, start: int, stop: int) -> Phrase:
    """The steps `start` to `stop` as a phrase of whole bars.

    Both are on bar lines, counted from the first step of a pick-up padded to a whole bar. Notes
    that start inside are kept and end at `stop` at the latest; the tempo, chord and programs at
    `start` are kept too.
    """
    meter = phrase.meter
    lead = phrase.lead_in
    parts = []
    for part in phrase.parts:
        notes = [
            move_note(note, onset - start, min(note.duration, stop - onset))
            for note in part.notes
            if start <= (onset := note.start + lead) < stop
        ]
        changes = [(step + lead - start, program) for step, program in part.program_changes]
        lost = (step + lead - start for step in part.lost if start <= step + lead < stop)
        whole = replace(part, notes=tuple(notes), lost=tuple(lost), program_changes=())
        parts.append(_with_programs(whole, changes, stop - start))
    tempos = _tempos(phrase, start, stop)
    chords = chord_map(
        ((change.step + lead - start, change.chord) for change in phrase.chords), stop - start
    )
    return Phrase(meter, (stop - start) // meter.steps_per_bar, 0, tempos, tuple(parts), chords)


def first_bars(phrase: Phrase, bars: int) -> Phrase:
    """The pick-up of a phrase and so many of its bars; notes end with them."""
    end = phrase.pickup + bars * phrase.meter.steps_per_bar
    parts = (
        replace(
            part,
            notes=tuple(
                replace(note, duration=min(note.duration, end - note.start))
                for note in part.notes
                if note.start < end
            ),
            lost=tuple(step for step in part.lost if step < end),
            program_changes=tuple(change for change in part.program_changes if change[0] < end),
        )
        for part in phrase.parts
    )
    return replace(
        phrase,
        bars=bars,
        parts=tuple(parts),
        tempos=tuple(tempo for tempo in phrase.tempos if tempo.step < max(1, end)),
        chords=tuple(change for change in phrase.chords if change.step < end),
    )


def _with_programs(part: Part, changes: list[tuple[int, int]], steps: int) -> Part:
    """A part of `steps` with the programs of (step, program) from `program_map`."""
    program, later = program_map(part.program, changes, steps)
    return replace(part, program=program, program_changes=later)


def split_windows(phrase: Phrase, size: int = TWO_BARS, hop: int | None = None) -> list[Phrase]:
    """Split a phrase into windows of `window_bars(meter, size)` bars, one every `hop` bars.

    Without `hop`, windows are adjacent and the last is padded with rests; with it, an incomplete
    last window is dropped.
    """
    bar = phrase.meter.steps_per_bar
    size = window_bars(phrase.meter, size)
    bars = (phrase.steps + phrase.lead_in) // bar
    last = bars if hop is None else bars - size + 1
    return [
        cut_phrase(phrase, first * bar, (first + size) * bar)
        for first in range(0, last, hop or size)
    ]


def join_phrases(phrases: Sequence[Phrase]) -> Phrase:
    """Join phrases of one meter end to end; names come from the first."""
    first = phrases[0]
    notes: list[list[Note]] = [[] for _ in first.parts]
    programs: list[list[tuple[int, int]]] = [[] for _ in first.parts]
    tempos: list[Tempo] = []
    chords: list[tuple[int, Chord | None]] = []
    offset = 0
    for phrase in phrases:
        for joined, changes, part in zip(notes, programs, phrase.parts, strict=True):
            joined += [replace(note, start=note.start + offset) for note in part.notes]
            changes.append((offset, part.program))
            changes += [(step + offset, program) for step, program in part.program_changes]
        for tempo in phrase.tempos if phrase.steps else ():
            if not tempos or tempo.microseconds != tempos[-1].microseconds:
                tempos.append(Tempo(tempo.step + offset, tempo.microseconds))
        chords.append((offset, None))
        chords += [(change.step + offset, change.chord) for change in phrase.chords]
        offset += phrase.steps
    parts = tuple(
        _with_programs(replace(part, notes=tuple(joined), program_changes=()), changes, offset)
        for part, joined, changes in zip(first.parts, notes, programs, strict=True)
    )
    bars = sum(phrase.bars for phrase in phrases)
    tempo_map = tuple(tempos) or first.tempos
    return Phrase(first.meter, bars, 0, tempo_map, parts, chord_map(chords, offset))


def _tempos(phrase: Phrase, start: int, stop: int) -> tuple[Tempo, ...]:
    """Tempo map of the steps `start` to `stop`, counted as in `cut_phrase`."""
    shift = phrase.lead_in - start
    earlier = [tempo for tempo in phrase.tempos if tempo.step + shift <= 0]
    current = earlier[-1] if earlier else phrase.tempos[0]
    later = (
        Tempo(tempo.step + shift, tempo.microseconds)
        for tempo in phrase.tempos
        if 0 < tempo.step + shift < stop - start
    )
    return (Tempo(0, current.microseconds), *later)
