"""Figures about music: how alike two phrases are, and two collections of phrases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import TypeVar

import numpy as np

from ..codecs.base import Codec
from ..score.phrase import Note, Phrase
from ..theory.drum_kit import CLASS_OF, GROUPS

WIDEST_LEAP = 24

Histogram = Counter[Hashable]
Histograms = dict[str, Histogram]
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


def histograms_of(phrases: Sequence[Phrase], codec: Codec) -> Histograms:
    """Histograms by name, of phrases that the codec decoded; of several parts, "name, part" each.

    Of a part with pitches: pitch class; interval to the note before, in semitones;
    duration in quarters; onset position in the bar, for each meter; notes in a bar;
    range of a phrase; and polyphony, pitches that sound at once, if there may be several.
    Of drums: which of the nine; onset position of each group of them, for each meter;
    strokes in a bar; strokes at one step. Of two parts with pitches: harmony, semitones
    from the second up to the first modulo octaves, counted in steps. Of chords: quality
    of each; root above the last one's; position in the bar, for each meter; changes in a
    bar; and the melody's pitches above the root, counted in steps.
    """
    if len(codec.parts) == 1:
        return _of_part(phrases, 0, codec)
    found: Histograms = {}
    for number, part in enumerate(codec.parts):
        own = _of_part(phrases, number, part)
        found |= {f"{name}, {part.name}": histogram for name, histogram in own.items()}
    pitched = [(number, part) for number, part in enumerate(codec.parts) if part.pitches]
    for (one, first), (other, second) in combinations(pitched, 2):
        name = f"harmony, {first.name} and {second.name}"
        found[name] = _harmony(phrases, one, other)
    return found


def _of_part(phrases: Sequence[Phrase], number: int, codec: Codec) -> Histograms:
    if codec.has_chords:
        return _changes(phrases)
    music = [(phrase, phrase.parts[number].notes) for phrase in phrases]
    if not codec.pitches:
        return _strokes(music)
    found = _notes_of(music)
    if codec.polyphonic:
        found["polyphony"] = Counter(
            len(pitches) for phrase, notes in music for pitches in _sounding(notes, phrase.steps)
        )
    return found


def _notes_of(music: Sequence[tuple[Phrase, Sequence[Note]]]) -> Histograms:
    names = ("pitch class", "interval", "duration", "onset position", "notes per bar", "range")
    found: Histograms = {name: Counter() for name in names}
    for phrase, notes in music:
        meter = phrase.meter
        bars = Counter(note.start // meter.steps_per_bar for note in notes)
        found["notes per bar"].update(bars[bar] for bar in range(phrase.bars))
        found["pitch class"].update(note.pitch % 12 for note in notes)
        found["duration"].update(note.duration / meter.steps_per_quarter for note in notes)
        found["onset position"].update((meter, note.start % meter.steps_per_bar) for note in notes)
        line = sorted(notes, key=lambda note: (note.start, note.pitch))  # chords from below
        leaps = (after.pitch - before.pitch for before, after in pairwise(line))
        found["interval"].update(max(-WIDEST_LEAP, min(WIDEST_LEAP, leap)) for leap in leaps)
        if notes:
            pitches = [note.pitch for note in notes]
            found["range"][max(pitches) - min(pitches)] += 1
    return found


def _strokes(music: Sequence[tuple[Phrase, Sequence[Note]]]) -> Histograms:
    names = ("drum", "onset position", "strokes per bar", "strokes at once")
    found: Histograms = {name: Counter() for name in names}
    for phrase, notes in music:
        meter = phrase.meter
        drums = [CLASS_OF[note.pitch] for note in notes]
        bars = Counter(note.start // meter.steps_per_bar for note in notes)
        found["drum"].update(drums)
        found["onset position"].update(
            (meter, note.start % meter.steps_per_bar, GROUPS[drum])
            for note, drum in zip(notes, drums, strict=True)
        )
        found["strokes per bar"].update(bars[bar] for bar in range(phrase.bars))
        found["strokes at once"].update(Counter(note.start for note in notes).values())
    return found


def _changes(phrases: Sequence[Phrase]) -> Histograms:
    names = ("quality", "motion", "change position", "changes per bar", "melody above root")
    found: Histograms = {name: Counter() for name in names}
    for phrase in phrases:
        meter = phrase.meter
        told = [(change.step, change.chord) for change in phrase.chords]
        bars = Counter(step // meter.steps_per_bar for step, _ in told)
        found["changes per bar"].update(bars[bar] for bar in range(phrase.bars))
        found["change position"].update((meter, step % meter.steps_per_bar) for step, _ in told)
        chords = [chord for _, chord in told if chord]
        found["quality"].update(chord.quality for chord in chords)
        found["motion"].update((b.root - a.root) % 12 for a, b in pairwise(chords))
        ends = [step for step, _ in told[1:]] + [phrase.steps]
        sounding = _sounding(phrase.parts[0].notes, phrase.steps)
        for (start, chord), end in zip(told, ends, strict=True):
            if chord:
                heard = (pitch for now in sounding[start:end] for pitch in now)
                found["melody above root"].update((pitch - chord.root) % 12 for pitch in heard)
    return found


def _harmony(phrases: Sequence[Phrase], one: int, other: int) -> Histogram:
    found: Histogram = Counter()
    for phrase in phrases:
        both = (_sounding(phrase.parts[number].notes, phrase.steps) for number in (one, other))
        for above, below in zip(*both, strict=True):
            found.update((a - b) % 12 for a in above for b in below)
    return found


def _sounding(notes: Sequence[Note], steps: int) -> list[list[int]]:
    """The pitches that sound at each step."""
    found: list[list[int]] = [[] for _ in range(steps)]
    for note in notes:
        for at in found[note.start : note.end]:
            at.append(note.pitch)
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


def overlap(some: Histograms, others: Histograms) -> dict[str, float]:
    """Intersection of each statistic of two collections."""
    return {name: intersection(some[name], others[name]) for name in some}


def split_halves(
    phrases: Sequence[Phrase], rng: np.random.Generator
) -> tuple[list[Phrase], list[Phrase]]:
    """A collection in two halves, drawn at random; an odd one is left out."""
    order = rng.permutation(len(phrases))
    half = len(phrases) // 2
    return [phrases[i] for i in order[:half]], [phrases[i] for i in order[half : 2 * half]]
