"""Compare two phrases note by note, and two collections of phrases by their histograms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import TypeVar

import numpy as np

from ..codecs.base import Codec
from ..score.phrase import Note, Phrase
from ..theory.drum_kit import DRUM_CLASS, DRUM_GROUPS

MAX_INTERVAL = 24
"""Semitones; larger intervals count as this one."""

Histogram = Counter[Hashable]
Histograms = dict[str, Histogram]
Key = TypeVar("Key", bound=Hashable)


def note_f1(truth: Phrase, guess: Phrase, missed: int = 0) -> float:
    """F1 score of notes, 0 to 1: a note is right if part, onset and pitch are.

    Args:
        missed: notes that the truth lacks, which no guess can have right.

    Two silent phrases score 1.0.

    Blind to: duration and velocity, and to how wrong a note is: a step late, or an octave up,
    is as wrong as any other error.
    """
    true_notes, guessed_notes = _note_set(truth), _note_set(guess)
    total = len(true_notes) + len(guessed_notes) + missed
    return 2 * len(true_notes & guessed_notes) / total if total else 1.0


def _note_set(phrase: Phrase) -> set[tuple[int, int, int]]:
    """Part number, onset and pitch of every note."""
    parts = enumerate(phrase.parts)
    return {(number, note.start, note.pitch) for number, part in parts for note in part.notes}


def histograms_of(phrases: Sequence[Phrase], codec: Codec) -> Histograms:
    """Histograms by name, of phrases that the codec decoded; with several parts, "name, part".

    - A pitched part: pitch class; interval from the note before, in semitones; duration
      in quarters; onset position in the bar, for each meter; notes in a bar; range of a
      phrase; and of a polyphonic part, polyphony: pitches that sound at a step.
    - Drums: which of the nine; onset position of each group of drums, for each meter; hits
      in a bar; hits at a step that has any.
    - Two pitched parts: harmony, semitones from the second up to the first modulo octaves,
      counted in steps.
    - Chords: quality; semitones from the last root up to this one; position in the bar, for
      each meter; changes in a bar; and semitones from the root up to the melody, in steps.

    Blind to: order beyond two neighboring notes or chords: repetition, motifs and form.
    """
    if len(codec.parts) == 1:
        return _part_histograms(phrases, 0, codec)
    histograms: Histograms = {}
    for number, part in enumerate(codec.parts):
        of_part = _part_histograms(phrases, number, part)
        histograms |= {f"{name}, {part.name}": histogram for name, histogram in of_part.items()}
    pitched = [(number, part) for number, part in enumerate(codec.parts) if part.pitches]
    for (upper, upper_part), (lower, lower_part) in combinations(pitched, 2):
        name = f"harmony, {upper_part.name} and {lower_part.name}"
        histograms[name] = _harmony_histogram(phrases, upper, lower)
    return histograms


def _part_histograms(phrases: Sequence[Phrase], number: int, codec: Codec) -> Histograms:
    """Histograms of the part with this number, which `codec` encodes."""
    if codec.has_chords:
        return _chord_histograms(phrases)
    tracks = [(phrase, phrase.parts[number].notes) for phrase in phrases]
    if not codec.pitches:
        return _drum_histograms(tracks)
    histograms = _pitched_histograms(tracks)
    if codec.polyphonic:
        histograms["polyphony"] = Counter(
            len(pitches)
            for phrase, notes in tracks
            for pitches in _sounding_pitches(notes, phrase.steps)
        )
    return histograms


def _pitched_histograms(tracks: Sequence[tuple[Phrase, Sequence[Note]]]) -> Histograms:
    """Histograms of the notes of one part in each phrase."""
    names = ("pitch class", "interval", "duration", "onset position", "notes per bar", "range")
    histograms: Histograms = {name: Counter() for name in names}
    for phrase, notes in tracks:
        meter = phrase.meter
        bars = Counter(note.start // meter.steps_per_bar for note in notes)
        histograms["notes per bar"].update(bars[bar] for bar in range(phrase.bars))
        histograms["pitch class"].update(note.pitch % 12 for note in notes)
        histograms["duration"].update(note.duration / meter.steps_per_quarter for note in notes)
        histograms["onset position"].update(
            (meter, note.start % meter.steps_per_bar) for note in notes
        )
        line = sorted(notes, key=lambda note: (note.start, note.pitch))  # chords from below
        intervals = (after.pitch - before.pitch for before, after in pairwise(line))
        histograms["interval"].update(
            max(-MAX_INTERVAL, min(MAX_INTERVAL, interval)) for interval in intervals
        )
        if notes:
            pitches = [note.pitch for note in notes]
            histograms["range"][max(pitches) - min(pitches)] += 1
    return histograms


def _drum_histograms(tracks: Sequence[tuple[Phrase, Sequence[Note]]]) -> Histograms:
    """Histograms of the drum part in each phrase."""
    names = ("drum", "onset position", "strokes per bar", "strokes at once")
    histograms: Histograms = {name: Counter() for name in names}
    for phrase, notes in tracks:
        meter = phrase.meter
        drums = [DRUM_CLASS[note.pitch] for note in notes]
        bars = Counter(note.start // meter.steps_per_bar for note in notes)
        histograms["drum"].update(drums)
        histograms["onset position"].update(
            (meter, note.start % meter.steps_per_bar, DRUM_GROUPS[drum])
            for note, drum in zip(notes, drums, strict=True)
        )
        histograms["strokes per bar"].update(bars[bar] for bar in range(phrase.bars))
        histograms["strokes at once"].update(Counter(note.start for note in notes).values())
    return histograms


def _chord_histograms(phrases: Sequence[Phrase]) -> Histograms:
    """Histograms of the chords, and of the first part above them."""
    names = ("quality", "motion", "change position", "changes per bar", "melody above root")
    histograms: Histograms = {name: Counter() for name in names}
    for phrase in phrases:
        meter = phrase.meter
        changes = [(change.step, change.chord) for change in phrase.chords]
        bars = Counter(step // meter.steps_per_bar for step, _ in changes)
        histograms["changes per bar"].update(bars[bar] for bar in range(phrase.bars))
        histograms["change position"].update(
            (meter, step % meter.steps_per_bar) for step, _ in changes
        )
        chords = [chord for _, chord in changes if chord]
        histograms["quality"].update(chord.quality for chord in chords)
        histograms["motion"].update((b.root - a.root) % 12 for a, b in pairwise(chords))
        ends = [*(step for step, _ in changes), phrase.steps][1:]
        sounding = _sounding_pitches(phrase.parts[0].notes, phrase.steps)
        for (start, chord), end in zip(changes, ends, strict=True):
            if chord:
                melody = (pitch for pitches in sounding[start:end] for pitch in pitches)
                histograms["melody above root"].update(
                    (pitch - chord.root) % 12 for pitch in melody
                )
    return histograms


def _harmony_histogram(phrases: Sequence[Phrase], upper: int, lower: int) -> Histogram:
    """Semitones from one part up to another, modulo octaves, counted in steps."""
    histogram: Histogram = Counter()
    for phrase in phrases:
        sounding = (
            _sounding_pitches(phrase.parts[number].notes, phrase.steps) for number in (upper, lower)
        )
        for above, below in zip(*sounding, strict=True):
            histogram.update((a - b) % 12 for a in above for b in below)
    return histogram


def _sounding_pitches(notes: Sequence[Note], steps: int) -> list[list[int]]:
    """The pitches that sound at each step."""
    sounding: list[list[int]] = [[] for _ in range(steps)]
    for note in notes:
        for pitches in sounding[note.start : note.end]:
            pitches.append(note.pitch)
    return sounding


def intersection(a: Mapping[Key, int], b: Mapping[Key, int]) -> float:
    """Intersection of two histograms, each scaled to a sum of 1: 0 if disjoint, 1 if equal.

    Blind to: how far apart values are, so a shift by one value costs as much as a shift by ten;
    and to the number of observations.

    >>> intersection({"C": 3, "G": 1}, {"C": 10, "D": 10})
    0.5
    """
    total_a, total_b = sum(a.values()), sum(b.values())
    if not total_a or not total_b:
        return float(total_a == total_b)
    return sum(min(a[key] / total_a, b.get(key, 0) / total_b) for key in a)


def overlap(a: Histograms, b: Histograms) -> dict[str, float]:
    """Intersection of each histogram of two collections, by name.

    Blind to: how the statistics depend on each other, and to repetition: random notes with the
    right histograms overlap fully.
    """
    return {name: intersection(a[name], b[name]) for name in a}


def split_halves(
    phrases: Sequence[Phrase], rng: np.random.Generator
) -> tuple[list[Phrase], list[Phrase]]:
    """Split a collection into two random halves; of an odd number, one phrase is left out."""
    order = rng.permutation(len(phrases))
    half = len(phrases) // 2
    return [phrases[i] for i in order[:half]], [phrases[i] for i in order[half : 2 * half]]
