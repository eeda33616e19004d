"""From ticks to steps: where the bars are, which grid fits, where each note falls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..arrays import IntArray
from ..errors import MeterError
from ..score.phrase import DEFAULT_TEMPO, Note, Part, Phrase, Tempo, chord_map, remove_overlaps
from ..theory.chords import Chord, find_chord_symbols
from ..theory.meter import STRAIGHT, TRIPLET, Meter, ticks_to_steps
from .parser import DRUM_CHANNEL, LYRIC, MARKER, TEXT, Score, TimedNote, Track

TRIPLET_MARGIN = 0.03
"""How much nearer, in steps, onsets must lie to the triplet grid before it is chosen."""

MAX_GRID_DISTANCE = 0.003
"""Mean distance, in steps, of onsets that lie on a grid, but for rounding to ticks."""

MIN_CHORD_SYMBOLS = 4
MIN_SYMBOL_SHARE = 0.9
"""Share of the markers, texts or lyrics of a file that are chord symbols, where it has chords."""

MAX_BARS = 10_000
"""Longer stretches are damaged times, not music."""


@dataclass(frozen=True)
class MeterSegment:
    """Ticks `start` to `end` in one meter; `pickup` ticks of it stand before the first bar."""

    start: int
    end: int
    numerator: int
    denominator: int
    pickup: int = 0

    def bar_ticks(self, resolution: int) -> int:
        """Ticks in one bar."""
        return 4 * resolution * self.numerator // self.denominator


def to_phrases(score: Score, triplets: bool = False) -> tuple[list[Phrase], list[str]]:
    """One phrase for each stretch of one meter that has notes; and why others have none.

    Bars of rest before the first note and after the last are left out. With *triplets* all
    are on the triplet grid, whatever their notes lie nearer to.
    """
    phrases, reasons = [], []
    chords = chord_events(score)
    for stretch in meter_segments(score):
        try:
            phrase = _to_phrase(score, stretch, chords, triplets)
        except MeterError as error:
            reasons.append(str(error))
            continue
        if phrase:
            phrases.append(phrase)
    return phrases, reasons


def meter_segments(score: Score) -> list[MeterSegment]:
    """The score cut where its meter changes.

    A stretch shorter than its own bar, or of a single bar shorter than those
    that follow, is the pick-up of the next: that is how notation software
    writes an incomplete first bar.
    """
    step = score.resolution // STRAIGHT + 1  # the shortest last note begins inside
    end = max([score.end, *(note.end + step for track in score.tracks for note in track.notes)])
    signs = {0: (4, 4)} | {tick: (n, d) for tick, n, d in score.meters}
    ticks = [*sorted(tick for tick in signs if tick < end), end]
    found: list[MeterSegment] = []
    for start, stop in pairwise(ticks):
        stretch = MeterSegment(start, stop, *signs[start])
        if found and _is_pickup_of(found[-1], stretch, score.resolution):
            before = found.pop()
            stretch = MeterSegment(before.start, stop, *signs[start], pickup=start - before.start)
        elif found and _continues(found[-1], stretch, score.resolution):
            before = found.pop()
            stretch = MeterSegment(before.start, stop, *signs[start], pickup=before.pickup)
        found.append(stretch)
    return found


def _is_pickup_of(before: MeterSegment, after: MeterSegment, resolution: int) -> bool:
    length = before.end - before.start
    return (
        before.start == 0
        and length < after.bar_ticks(resolution) <= after.end - after.start
        and length <= before.bar_ticks(resolution)
    )


def _continues(before: MeterSegment, after: MeterSegment, resolution: int) -> bool:
    same = (before.numerator, before.denominator) == (after.numerator, after.denominator)
    return same and (after.start - before.start - before.pickup) % before.bar_ticks(resolution) == 0


def chord_events(score: Score) -> list[tuple[int, Chord | None]]:
    """(tick, chord) as markers, else texts, else lyrics tell them; nothing where they are words.

    A song may sing "A", and sections may be called A, B and C: letters alone are no chords.
    """
    for kind in (MARKER, TEXT, LYRIC):
        told = [(words.tick, words.text) for words in score.texts if words.kind == kind]
        found = find_chord_symbols(told)
        letters = all(len(text.strip()) < 2 for _, text in told)
        if not letters and len(found) >= max(MIN_CHORD_SYMBOLS, MIN_SYMBOL_SHARE * len(told)):
            return found
    return []


def _to_phrase(
    score: Score, stretch: MeterSegment, chords: list[tuple[int, Chord | None]], triplets: bool
) -> Phrase | None:
    """The notes that start in a stretch, on its grid; None if there are none."""
    tracks = [_within(track, stretch, score.resolution) for track in score.tracks]
    if not any(track.notes for track in tracks):
        return None
    pitched = [track for track in tracks if track.channel != DRUM_CHANNEL and track.notes] or tracks
    onsets = [note.start - stretch.start for track in pitched for note in track.notes]
    if triplets:
        meter = Meter(stretch.numerator, stretch.denominator, TRIPLET)
    else:
        meter = choose_grid(stretch, np.array(onsets), score.resolution)
    to_step = _StepGrid(stretch, meter, score.resolution).step
    parts = [_to_part(track, to_step) for track in tracks]
    first = min(part.notes[0].start for part in parts if part.notes)
    last = max(part.end for part in parts)
    pickup = (
        ticks_to_steps(stretch.pickup, score.resolution, meter.steps_per_quarter)
        % meter.steps_per_bar
    )
    if first >= pickup:  # nothing in the pick-up: begin with the bar of the first note
        skip, pickup = pickup + (first - pickup) // meter.steps_per_bar * meter.steps_per_bar, 0
    else:
        skip = 0
    bars = -(-(last - skip - pickup) // meter.steps_per_bar)
    if bars > MAX_BARS:
        raise MeterError(f"It lasts {bars:,} bars; at most {MAX_BARS:,} are read.")
    shifted = tuple(_shift(part, skip) for part in parts if part.notes)
    steps = pickup + bars * meter.steps_per_bar
    here = ((tick, tempo) for tick, tempo in score.tempos if tick < stretch.end)
    tempos = tempo_map(((to_step(tick) - skip, tempo) for tick, tempo in here), steps)
    told = ((to_step(tick) - skip, chord) for tick, chord in chords if tick < stretch.end)
    return Phrase(meter, bars, pickup, tempos, shifted, chord_map(told, steps))


@dataclass(frozen=True)
class _StepGrid:
    """Steps of a stretch, counted from its start."""

    stretch: MeterSegment
    meter: Meter
    resolution: int

    def step(self, tick: int) -> int:
        """The step nearest to a tick, inside the stretch."""
        inside = min(tick, self.stretch.end) - self.stretch.start
        return ticks_to_steps(inside, self.resolution, self.meter.steps_per_quarter)


def choose_grid(stretch: MeterSegment, onsets: IntArray, resolution: int) -> Meter:
    """The meter of a stretch on the grid that its onsets lie nearer to, in steps.

    Straight wins what is even: eighths and quarters lie on both. A few triplets
    among them are enough for the triplet grid where it holds every onset.

    Raises:
        MeterError: the bar fits neither grid.
    """
    straight = Meter(stretch.numerator, stretch.denominator, STRAIGHT)
    try:
        triplet = Meter(stretch.numerator, stretch.denominator, TRIPLET)
    except MeterError:
        return straight
    off_straight = _distance(onsets, resolution, STRAIGHT)
    off_triplet = _distance(onsets, resolution, TRIPLET)
    holds_all = off_triplet < MAX_GRID_DISTANCE < off_straight
    return triplet if holds_all or off_straight - off_triplet > TRIPLET_MARGIN else straight


def _distance(onsets: IntArray, resolution: int, grid: int) -> float:
    """Mean distance of onsets from the grid, in steps: 0 on it, .25 at random."""
    beyond = onsets * grid % resolution
    return int(np.minimum(beyond, resolution - beyond).sum()) / (resolution * len(onsets))


def _within(track: Track, stretch: MeterSegment, resolution: int) -> Track:
    """The notes of a stretch; one played a little before its first beat belongs to it."""
    early = resolution // (2 * STRAIGHT)
    notes = [
        note._replace(start=max(note.start, stretch.start))
        for note in track.notes
        if stretch.start <= note.start + early and note.start + early < stretch.end
    ]
    return Track(track.name, track.channel, track.program, notes)


def _to_part(track: Track, to_step: Callable[[int], int]) -> Part:
    notes = remove_overlaps(_to_note(note, to_step) for note in track.notes)
    name = " ".join(track.name.replace("\0", " ").split())  # one line, whatever was stored
    return Part(notes, track.program, track.channel == DRUM_CHANNEL, name)


def _to_note(note: TimedNote, to_step: Callable[[int], int]) -> Note:
    start, end = to_step(note.start), to_step(note.end)
    return Note(start, max(1, end - start), note.pitch, note.velocity)


def _shift(part: Part, steps: int) -> Part:
    return replace(part, notes=tuple(replace(n, start=n.start - steps) for n in part.notes))


def tempo_map(changes: Iterable[tuple[int, int]], steps: int) -> tuple[Tempo, ...]:
    """(step, microseconds) in order -> a tempo map of a phrase; what came before it holds at 0.

    >>> tempo_map([(-8, 400_000), (4, 500_000)], steps=16)
    (Tempo(step=0, microseconds=400000), Tempo(step=4, microseconds=500000))
    """
    tempos = {0: DEFAULT_TEMPO}
    for step, microseconds in changes:
        if step < max(1, steps):
            tempos[max(0, step)] = microseconds
    kept: list[Tempo] = []
    for step in sorted(tempos):
        if not kept or kept[-1].microseconds != tempos[step]:
            kept.append(Tempo(step, tempos[step]))
    return tuple(kept)
