"""How much of a phrase returns: equal bars, and motifs of three notes."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from ..score.phrase import Note, Phrase
from ..theory.chords import chord_code
from ..theory.drum_kit import DRUM_CLASS

LAGS = (1, 2, 4, 8)
"""Distances in bars at which bars are compared."""

MOTIF_NOTES = 3

Values = dict[str, float]
Bar = Hashable
"""What is compared of a bar; an empty tuple if nothing happens in it."""


def bar_repetition(notes: Sequence[Note], phrase: Phrase) -> Values:
    """Share of bars that equal the bar `LAGS` bars before, in three ways.

    "rhythm": the same onsets. "pitches": the same onsets and pitches. "transposed": the same
    onsets, and pitches moved by one interval, which may be 0. Two empty bars are not counted; a
    figure without a pair of bars is NaN.

    Blind to: durations and velocity, varied repeats, and repeats that are shifted in the bar.
    """
    bars = _bars(notes, phrase)
    views: dict[str, Callable[[list[tuple[int, int]]], Bar]] = {
        "rhythm": lambda bar: tuple(sorted({step for step, _ in bar})),
        "pitches": tuple,
        "transposed": lambda bar: tuple((step, pitch - bar[0][1]) for step, pitch in bar),
    }
    values = {}
    for name, view in views.items():
        seen = [view(bar) for bar in bars]
        for lag in LAGS:
            values[f"{name} of {_before(lag)}"] = _share_equal(seen, lag)
    return values


def chord_repetition(phrase: Phrase) -> Values:
    """Share of bars with the same chords at the same steps as the bar `LAGS` bars before.

    Two bars without any chord are not counted.

    Blind to: sequences (the same progression on other roots), and inversions.
    """
    step = phrase.meter.steps_per_bar
    codes = np.zeros(phrase.steps, dtype=np.int64)  # 0 is no chord
    for change in phrase.chords:
        codes[change.step :] = chord_code(change.chord)
    starts = range(phrase.pickup, phrase.steps, step)
    bars = [tuple(codes[start : start + step].tolist()) for start in starts]
    seen = [bar if any(bar) else () for bar in bars]
    return {f"chords of {_before(lag)}": _share_equal(seen, lag) for lag in LAGS}


def motif_repetition(line: Sequence[Note]) -> float:
    """Share of places in a line at which a motif of three notes returns with its rhythm.

    A motif is two intervals and the two times from onset to onset; a return shares no note with
    the motif. NaN if the line has no room for a return.

    Blind to: which motif returns and where, inversion, augmentation, and motifs of other lengths.
    """
    moves = [(b.start - a.start, b.pitch - a.pitch) for a, b in pairwise(line)]
    motifs = list(pairwise(moves))  # two moves are three notes
    earlier: set[Hashable] = set()
    returns = 0
    for i in range(MOTIF_NOTES, len(motifs)):
        earlier.add(motifs[i - MOTIF_NOTES])
        returns += motifs[i] in earlier
    return returns / (len(motifs) - MOTIF_NOTES) if len(motifs) > MOTIF_NOTES else math.nan


def drum_repetition(notes: Sequence[Note], phrase: Phrase) -> Values:
    """Share of bars that equal the bar `LAGS` bars before, and the share of hits that they share.

    "rhythm": hits at the same steps, of any drum; "hits": of the same drums. Two bars share
    `2 |A & B| / (|A| + |B|)` of their hits, each a step and a drum class.

    Blind to: velocity and microtiming, and repeats that are shifted in the bar.
    """
    drums = [Note(note.start, 1, DRUM_CLASS[note.pitch]) for note in notes]
    bars = [tuple(sorted(set(bar))) for bar in _bars(drums, phrase)]
    rhythms = [tuple(sorted({step for step, _ in bar})) for bar in bars]
    values = {}
    for lag in LAGS:
        values[f"rhythm of {_before(lag)}"] = _share_equal(rhythms, lag)
        values[f"hits of {_before(lag)}"] = _share_equal(bars, lag)
        shared = [
            2 * len({*a} & {*b}) / (len(a) + len(b))
            for a, b in zip(bars, bars[lag:], strict=False)
            if a or b
        ]
        values[f"hits shared with {_before(lag)}"] = _mean(shared)
    return values


def _bars(notes: Sequence[Note], phrase: Phrase) -> list[list[tuple[int, int]]]:
    """Step in the bar and pitch of the notes of each whole bar, in order."""
    step = phrase.meter.steps_per_bar
    bars: list[list[tuple[int, int]]] = [[] for _ in range(phrase.bars)]
    for note in notes:
        if note.start >= phrase.pickup:
            bar, position = divmod(note.start - phrase.pickup, step)
            bars[bar].append((position, note.pitch))
    return bars


def _share_equal(bars: Sequence[Bar], lag: int) -> float:
    pairs = [(a, b) for a, b in zip(bars, bars[lag:], strict=False) if a or b]
    return _mean([a == b for a, b in pairs])


def _before(lag: int) -> str:
    return "the bar before" if lag == 1 else f"{lag} bars before"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def mean_values(rows: Sequence[Mapping[str, float]]) -> Values:
    """Mean of each value over phrases, without NaN; a value that is always NaN is left out.

    Blind to: how the values vary, and how many phrases have one.
    """
    means = {}
    for name in rows[0] if rows else ():
        known = [row[name] for row in rows if not math.isnan(row[name])]
        if known:
            means[name] = _mean(known)
    return means
