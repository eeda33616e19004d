"""Quantization of foreign files: find bars, choose a grid, move notes from ticks to steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import compress, pairwise

import numpy as np

from ..arrays import IntArray
from ..errors import MeterError
from ..score.phrase import DEFAULT_TEMPO, Note, Part, Phrase, Tempo, chord_map, remove_overlaps
from ..theory.chords import Chord, find_chord_symbols
from ..theory.meter import STRAIGHT, TRIPLET, Meter, ticks_to_steps
from .parser import DRUM_CHANNEL, LYRIC, MARKER, TEXT, Score, TimedNote, Track

TRIPLET_MARGIN = 0.03
"""How much nearer, in steps, onsets must be to the triplet grid for it to be chosen."""

MAX_GRID_DISTANCE = 0.003
"""Most mean distance, in steps, of onsets that are on a grid but for rounding to ticks."""

MIN_CHORD_SYMBOLS = 4
MIN_SYMBOL_SHARE = 0.9
"""Markers, texts or lyrics are chords if so many, and this share of them, are chord symbols."""

MAX_SEGMENT_BARS = 10_000
"""A segment with more bars has damaged times."""


@dataclass(frozen=True)
class MeterSegment:
    """Ticks `start` to `end` in one meter, of which the first `pickup` ticks are a pick-up."""

    start: int
    end: int
    numerator: int
    denominator: int
    pickup: int = 0

    def bar_ticks(self, resolution: int) -> int:
        """Ticks in one bar."""
        return 4 * resolution * self.numerator // self.denominator


def to_phrases(score: Score, triplets: bool = False) -> tuple[list[Phrase], list[str]]:
    """Quantize each meter segment with notes to a phrase; also returns why others failed.

    Bars of rest before the first note and after the last are dropped. With `triplets` all
    segments get the triplet grid.
    """
    phrases, reasons = [], []
    chords = chord_events(score)
    for segment in meter_segments(score):
        try:
            phrase = _to_phrase(score, segment, chords, triplets)
        except MeterError as error:
            reasons.append(str(error))
            continue
        if phrase:
            phrases.append(phrase)
    return phrases, reasons


def meter_segments(score: Score) -> list[MeterSegment]:
    """Split a score where its meter changes.

    A first segment of one bar or less that is shorter than the bars after it becomes the pick-up
    of the next segment: notation software writes an incomplete first bar like that.
    """
    step = score.resolution // STRAIGHT + 1  # so that even a last note of no duration is inside
    end = max([score.end, *(note.end + step for track in score.tracks for note in track.notes)])
    meters = {0: (4, 4)} | {tick: (n, d) for tick, n, d in score.meters}
    ticks = [*sorted(tick for tick in meters if tick < end), end]
    segments: list[MeterSegment] = []
    for start, stop in pairwise(ticks):
        segment = MeterSegment(start, stop, *meters[start])
        if segments and _is_pickup_of(segments[-1], segment, score.resolution):
            before = segments.pop()
            segment = replace(segment, start=before.start, pickup=start - before.start)
        elif segments and _continues(segments[-1], segment, score.resolution):
            before = segments.pop()
            segment = replace(segment, start=before.start, pickup=before.pickup)
        segments.append(segment)
    return segments


def _is_pickup_of(before: MeterSegment, after: MeterSegment, resolution: int) -> bool:
    length = before.end - before.start
    return (
        before.start == 0
        and length < after.bar_ticks(resolution) <= after.end - after.start
        and length <= before.bar_ticks(resolution)
    )


def _continues(before: MeterSegment, after: MeterSegment, resolution: int) -> bool:
    """Return True if `after` repeats the meter of `before` on one of its bar lines."""
    same = (before.numerator, before.denominator) == (after.numerator, after.denominator)
    return same and (after.start - before.start - before.pickup) % before.bar_ticks(resolution) == 0


def chord_events(score: Score) -> list[tuple[int, Chord | None]]:
    """Chord symbols in the markers, else in the texts, else in the lyrics, as (tick, chord).

    Single letters alone are not taken for chords, since a lyric may be "A" and sections may be
    called A, B and C.
    """
    for kind in (MARKER, TEXT, LYRIC):
        texts = [(event.tick, event.text) for event in score.texts if event.kind == kind]
        chords = find_chord_symbols(texts)
        letters = all(len(text.strip()) < 2 for _, text in texts)
        if not letters and len(chords) >= max(MIN_CHORD_SYMBOLS, MIN_SYMBOL_SHARE * len(texts)):
            return chords
    return []


def _to_phrase(
    score: Score, segment: MeterSegment, chords: list[tuple[int, Chord | None]], triplets: bool
) -> Phrase | None:
    """Quantize the notes of a segment; None if there are none."""
    tracks = [_notes_of(track, segment, score.resolution) for track in score.tracks]
    if not any(track.notes for track in tracks):
        return None
    pitched = [track for track in tracks if track.channel != DRUM_CHANNEL and track.notes] or tracks
    onsets = [note.start - segment.start for track in pitched for note in track.notes]
    if triplets:
        meter = Meter(segment.numerator, segment.denominator, TRIPLET)
    else:
        meter = choose_grid(segment, np.array(onsets), score.resolution)
    to_step = _StepGrid(segment, meter, score.resolution).step
    parts = [_to_part(track, to_step) for track in tracks]
    first = min(part.notes[0].start for part in parts if part.notes)
    last = max(part.end for part in parts)
    pickup = (
        ticks_to_steps(segment.pickup, score.resolution, meter.steps_per_quarter)
        % meter.steps_per_bar
    )
    skip = 0
    if first >= pickup:  # the pick-up is empty: begin with the bar of the first note
        skip, pickup = pickup + (first - pickup) // meter.steps_per_bar * meter.steps_per_bar, 0
    bars = -(-(last - skip - pickup) // meter.steps_per_bar)
    if bars > MAX_SEGMENT_BARS:
        raise MeterError(f"It lasts {bars:,} bars; at most {MAX_SEGMENT_BARS:,} are read.")
    # a part that is silent in this section keeps its place, so that a number means one part
    played = [bool(track.notes) for track in score.tracks]
    shifted = tuple(_shift(part, skip) for part in compress(parts, played))
    steps = pickup + bars * meter.steps_per_bar
    tempos = ((to_step(t) - skip, tempo) for t, tempo in score.tempos if t < segment.end)
    changes = ((to_step(tick) - skip, chord) for tick, chord in chords if tick < segment.end)
    return Phrase(meter, bars, pickup, tempo_map(tempos, steps), shifted, chord_map(changes, steps))


@dataclass(frozen=True)
class _StepGrid:
    """Conversion of ticks to steps, counted from the start of a segment."""

    segment: MeterSegment
    meter: Meter
    resolution: int

    def step(self, tick: int) -> int:
        """The nearest step to a tick, at most the end of the segment."""
        inside = min(tick, self.segment.end) - self.segment.start
        return ticks_to_steps(inside, self.resolution, self.meter.steps_per_quarter)


def choose_grid(segment: MeterSegment, onsets: IntArray, resolution: int) -> Meter:
    """The meter of a segment, on the grid that its onsets are nearer to in steps.

    Onsets on both grids, such as eighths and quarters, count as straight. If every onset is on
    the triplet grid, a few that are not on the straight grid are enough for triplets.

    Args:
        onsets: ticks from the start of the segment, `[N]`.
        resolution: ticks per quarter.

    Raises:
        MeterError: the bar does not fit the straight grid.
    """
    straight = Meter(segment.numerator, segment.denominator, STRAIGHT)
    try:
        triplet = Meter(segment.numerator, segment.denominator, TRIPLET)
    except MeterError:
        return straight
    from_straight = _mean_distance(onsets, resolution, STRAIGHT)
    from_triplet = _mean_distance(onsets, resolution, TRIPLET)
    only_triplet = from_triplet < MAX_GRID_DISTANCE < from_straight
    return triplet if only_triplet or from_straight - from_triplet > TRIPLET_MARGIN else straight


def _mean_distance(onsets: IntArray, resolution: int, grid: int) -> float:
    """Mean distance of onsets from the grid, in steps: 0 on the grid, .25 at random."""
    remainder = onsets * grid % resolution
    return int(np.minimum(remainder, resolution - remainder).sum()) / (resolution * len(onsets))


def _notes_of(track: Track, segment: MeterSegment, resolution: int) -> Track:
    """The notes of a segment, with those played up to half a step before its first beat."""
    half_step = resolution // (2 * STRAIGHT)
    notes = [
        note._replace(start=max(note.start, segment.start))
        for note in track.notes
        if segment.start <= note.start + half_step < segment.end
    ]
    return Track(track.name, track.channel, track.program, notes)


def _to_part(track: Track, to_step: Callable[[int], int]) -> Part:
    notes = remove_overlaps(_to_note(note, to_step) for note in track.notes)
    name = " ".join(track.name.replace("\0", " ").split())  # a name may hold line breaks
    return Part(notes, track.program, track.channel == DRUM_CHANNEL, name)


def _to_note(note: TimedNote, to_step: Callable[[int], int]) -> Note:
    start, end = to_step(note.start), to_step(note.end)
    return Note(start, max(1, end - start), note.pitch, note.velocity)


def _shift(part: Part, steps: int) -> Part:
    return replace(part, notes=tuple(replace(n, start=n.start - steps) for n in part.notes))


def tempo_map(changes: Iterable[tuple[int, int]], steps: int) -> tuple[Tempo, ...]:
    """Tempo map of a phrase from (step, microseconds) in order.

    The last tempo at or before step 0 moves to step 0; repeats of the same tempo are dropped.

    >>> tempo_map([(-8, 400_000), (4, 500_000)], steps=16)
    (Tempo(step=0, microseconds=400000), Tempo(step=4, microseconds=500000))
    """
    tempos = {0: DEFAULT_TEMPO}
    for step, microseconds in changes:
        if step < max(1, steps):
            tempos[max(0, step)] = microseconds
    result: list[Tempo] = []
    for step in sorted(tempos):
        if not result or result[-1].microseconds != tempos[step]:
            result.append(Tempo(step, tempos[step]))
    return tuple(result)
