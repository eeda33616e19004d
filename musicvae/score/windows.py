"""Windows: a phrase cut into the stretches that a net reads, and joined again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..theory.chords import Chord
from ..theory.meter import MAX_BAR_STEPS, Meter
from .phrase import Note, Phrase, Tempo, chord_map, move_note

TWO_BARS = 2
"""The usual window."""


MAX_BARS = 64
"""Of a window."""


def window_bars(meter: Meter, bars: int = TWO_BARS) -> int:
    """Bars in one window: so many, or twice that where a bar is shorter than three quarters.

    >>> [window_bars(Meter(n, d)) for n, d in ((4, 4), (6, 8), (3, 4), (2, 4), (3, 8))]
    [2, 2, 2, 4, 4]
    """
    return 2 * bars if meter.numerator * 4 < 3 * meter.denominator else bars


def window_steps(meter: Meter, bars: int = TWO_BARS) -> int:
    """Steps in one window; 32 for two bars of 4/4, never more than `max_steps`."""
    return window_bars(meter, bars) * meter.steps_per_bar


def max_steps(bars: int) -> int:
    """Steps of the longest window."""
    return bars * MAX_BAR_STEPS


def cut_phrase(phrase: Phrase, start: int, stop: int) -> Phrase:
    """The steps `start` to `stop` as a phrase of whole bars.

    Both stand on bar lines, counted from the first step of a pick-up filled up
    to a whole bar. A note belongs to the cut it starts in and ends with it; a chord
    is the harmony of the next cut too, until another is.
    """
    meter = phrase.meter
    lead = phrase.lead_in
    parts = []
    for part in phrase.parts:
        inside = [
            move_note(note, at - start, min(note.duration, stop - at))
            for note in part.notes
            if start <= (at := note.start + lead) < stop
        ]
        parts.append(replace(part, notes=tuple(inside)))
    tempos = _tempos(phrase, start, stop)
    chords = chord_map(
        ((change.step + lead - start, change.chord) for change in phrase.chords), stop - start
    )
    return Phrase(meter, (stop - start) // meter.steps_per_bar, 0, tempos, tuple(parts), chords)


def split_windows(phrase: Phrase, size: int = TWO_BARS, hop: int | None = None) -> list[Phrase]:
    """A phrase in windows of `window_bars(meter, size)` bars, one every `hop` bars.

    Without a hop they stand side by side and the last is filled up with rests;
    with one, only whole windows are given.
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
    """Phrases of one meter, end to end, part by part; a part is named by the first."""
    first = phrases[0]
    notes: list[list[Note]] = [[] for _ in first.parts]
    tempos: list[Tempo] = []
    chords: list[tuple[int, Chord | None]] = []
    offset = 0
    for phrase in phrases:
        for mine, part in zip(notes, phrase.parts, strict=True):
            mine += [replace(note, start=note.start + offset) for note in part.notes]
        for tempo in phrase.tempos if phrase.steps else ():
            if not tempos or tempo.microseconds != tempos[-1].microseconds:
                tempos.append(Tempo(tempo.step + offset, tempo.microseconds))
        chords.append((offset, None))
        chords += [(change.step + offset, change.chord) for change in phrase.chords]
        offset += phrase.steps
    parts = tuple(
        replace(part, notes=tuple(mine)) for part, mine in zip(first.parts, notes, strict=True)
    )
    bars = sum(phrase.bars for phrase in phrases)
    known = tuple(tempos) or first.tempos
    return Phrase(first.meter, bars, 0, known, parts, chord_map(chords, offset))


def _tempos(phrase: Phrase, start: int, stop: int) -> tuple[Tempo, ...]:
    lead = phrase.lead_in
    at = [(max(0, tempo.step + lead - start), tempo) for tempo in phrase.tempos]
    running = [tempo for tempo in phrase.tempos if tempo.step + lead <= start]
    now = running[-1] if running else phrase.tempos[0]
    later = [Tempo(step, tempo.microseconds) for step, tempo in at if 0 < step < stop - start]
    return (Tempo(0, now.microseconds), *later)
