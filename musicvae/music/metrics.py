"""Figures about music: how alike two phrases are, and two collections of phrases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .codecs import Codes, MelodyCodec
from .notes import Phrase

WIDEST_LEAP = 24
WIDEST_SHIFT = MelodyCodec.OFF
COPY_SHARE = 0.05
"""A copy may differ from its original in this share of steps."""

Histogram = Counter[Hashable]
Key = TypeVar("Key", bound=Hashable)


def note_f1(truth: Phrase, guess: Phrase) -> float:
    """Harmonic mean of precision and recall of notes, right if part, onset and pitch are.

    Two silences agree: 1.0.
    """
    there, found = _notes(truth), _notes(guess)
    if not there and not found:
        return 1.0
    return 2 * len(there & found) / (len(there) + len(found))


def _notes(phrase: Phrase) -> set[tuple[int, int, int]]:
    parts = enumerate(phrase.parts)
    return {(number, note.start, note.pitch) for number, part in parts for note in part.notes}


def statistics(phrases: Iterable[Phrase]) -> dict[str, Histogram]:
    """Histograms over the first parts of phrases, by name.

    pitch class; interval to the note before, in semitones; duration in quarters;
    onset position in the bar, for each meter; notes in a bar; range of a phrase.
    """
    names = ("pitch class", "interval", "duration", "onset position", "notes per bar", "range")
    found: dict[str, Histogram] = {name: Counter() for name in names}
    for phrase in phrases:
        notes, meter = phrase.parts[0].notes, phrase.meter
        bars = Counter(note.start // meter.bar for note in notes)
        found["notes per bar"].update(bars[bar] for bar in range(phrase.bars))
        for note in notes:
            found["pitch class"][note.pitch % 12] += 1
            found["duration"][note.duration / meter.grid] += 1
            found["onset position"][meter, note.start % meter.bar] += 1
        for before, after in pairwise(notes):
            leap = after.pitch - before.pitch
            found["interval"][max(-WIDEST_LEAP, min(WIDEST_LEAP, leap))] += 1
        if notes:
            pitches = [note.pitch for note in notes]
            found["range"][max(pitches) - min(pitches)] += 1
    return found


def intersection(a: Mapping[Key, int], b: Mapping[Key, int]) -> float:
    """What two histograms share, each scaled to 1: 0 for nothing, 1 for all.

    >>> intersection({"C": 3, "G": 1}, {"C": 10, "D": 10})
    0.5
    """
    all_a, all_b = sum(a.values()), sum(b.values())
    if not all_a or not all_b:
        return float(all_a == all_b)
    return sum(min(a[key] / all_a, b.get(key, 0) / all_b) for key in a)


def overlap(some: Iterable[Phrase], others: Iterable[Phrase]) -> dict[str, float]:
    """Intersection of each statistic of two collections."""
    a, b = statistics(some), statistics(others)
    return {name: intersection(a[name], b[name]) for name in a}


def copied(samples: Codes, originals: Codes) -> float:
    """Share of melodies that repeat an original, up to transposition, in all but 5 % of steps.

    Shape:
        - samples: `[N, T]`, originals: `[M, T]`, melody classes of one length
    """
    if not len(samples) or not len(originals):
        return 0.0
    pitched = originals < MelodyCodec.OFF
    kinds = np.where(pitched, 0, originals)
    return float(np.mean([_has_original(one, originals, pitched, kinds) for one in samples]))


def _has_original(
    sample: Codes, originals: Codes, pitched: NDArray[np.bool_], kinds: Codes
) -> bool:
    allowed = int(COPY_SHARE * len(sample))
    sounding = sample < MelodyCodec.OFF
    off_rhythm = (kinds != np.where(sounding, 0, sample)).sum(axis=1)
    rows = np.flatnonzero(off_rhythm <= allowed)
    both = pitched[rows] & sounding
    shifts = originals[rows].astype(int) - sample + WIDEST_SHIFT  # from 0 on where both have pitch
    width = 2 * WIDEST_SHIFT + 1
    place = (np.arange(len(rows))[:, None] * width + shifts)[both]
    alike = np.bincount(place, minlength=len(rows) * width).reshape(len(rows), width)
    wrong = off_rhythm[rows] + both.sum(axis=1) - alike.max(axis=1, initial=0)
    return bool((wrong <= allowed).any())


def halves(
    phrases: Sequence[Phrase], rng: np.random.Generator
) -> tuple[list[Phrase], list[Phrase]]:
    """A collection in two halves, drawn at random; an odd one is left out."""
    order = rng.permutation(len(phrases))
    half = len(phrases) // 2
    return [phrases[i] for i in order[:half]], [phrases[i] for i in order[half : 2 * half]]
