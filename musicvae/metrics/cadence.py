"""The key of a phrase, and how the phrase ends in it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..arrays import DoubleArray
from ..score.phrase import Note, Phrase
from ..theory.chords import Chord, pitch_classes

# Krumhansl and Kessler, Psychological Review 89 (1982): how well each degree fits its key
MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

PHRASE_ENDS = (4, 8)
"""Bars after which a phrase often ends."""

FIFTH = 7


def estimate_key(phrase: Phrase, notes: Sequence[Note]) -> tuple[int, bool]:
    """Tonic, 0 to 11 from C, and True for minor: the key whose profile fits best.

    The correlation of Krumhansl and Kessler's profiles with the time of each pitch class, in the
    notes and, if the phrase has chords, in those. C major for a phrase without notes.

    Blind to: order, so relative keys with one set of notes are told apart by weights only; and to
    modulation.
    """
    weights = np.zeros(12)
    for note in notes:
        weights[note.pitch % 12] += note.duration
    for chord, steps in _chord_spans(phrase):
        weights[list(pitch_classes(chord))] += steps / len(pitch_classes(chord))
    if not weights.any():
        return 0, False
    best = int(np.argmax(_PROFILES @ (weights - weights.mean())))
    return best % 12, best >= 12


def cadence(phrase: Phrase, notes: Sequence[Note]) -> dict[str, float]:
    """How a line ends against its key, as shares: 0, 1, or NaN if it has no such thing.

    The last note on the tonic, and in the tonic triad; the last chord the tonic's; V-I as the last
    two chords; a last onset in bar 4 and bar 8 that is followed by half a bar without another.

    Blind to: endings in another key than the phrase's, deceptive and plagal cadences, and phrases
    of other lengths.
    """
    tonic, minor = estimate_key(phrase, notes)
    triad = {tonic, (tonic + (3 if minor else 4)) % 12, (tonic + FIFTH) % 12}
    last = max(notes, key=lambda note: (note.start, note.pitch)).pitch % 12 if notes else None
    values = {
        "last note on the tonic": math.nan if last is None else float(last == tonic),
        "last note in the tonic triad": math.nan if last is None else float(last in triad),
    }
    roots = [chord.root for chord, _ in _chord_spans(phrase)]
    has_chords = bool(roots)
    values["last chord on the tonic"] = float(roots[-1] == tonic) if has_chords else math.nan
    ends = roots[-2:] == [(tonic + FIFTH) % 12, tonic]
    values["V-I at the end"] = float(ends) if has_chords else math.nan
    for bar in PHRASE_ENDS:
        values[f"phrase ends in bar {bar}"] = _ends(phrase, notes, bar)
    return values


def _ends(phrase: Phrase, notes: Sequence[Note], bar: int) -> float:
    """1 if half a bar without an onset follows the last onset of a bar; NaN without that bar."""
    steps = phrase.meter.steps_per_bar
    begin = phrase.pickup + (bar - 1) * steps
    onsets = sorted({note.start for note in notes})
    inside = [onset for onset in onsets if begin <= onset < begin + steps]
    if bar > phrase.bars or not inside:
        return math.nan
    later = [onset for onset in onsets if onset >= begin + steps]
    return float(2 * ((later[0] if later else begin + steps) - inside[-1]) >= steps)


def _chord_spans(phrase: Phrase) -> list[tuple[Chord, int]]:
    """Each chord with its length in steps."""
    ends = [*(change.step for change in phrase.chords), phrase.steps][1:]
    return [
        (change.chord, end - change.step)
        for change, end in zip(phrase.chords, ends, strict=True)
        if change.chord
    ]


def _profiles() -> DoubleArray:
    """Profiles of the twelve major and twelve minor keys, each of mean 0 and norm 1. `[24, 12]`"""
    rows = np.array([np.roll(p, k) for p in (MAJOR_PROFILE, MINOR_PROFILE) for k in range(12)])
    rows -= rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


_PROFILES = _profiles()
