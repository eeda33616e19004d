"""Find violations of constraints in a finished phrase, independently of how it was sampled.

Each function yields a sentence for each violation. `start` is the step of the piece at which
the phrase begins, on a bar line: chords repeat through a piece, not through a phrase.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from ..score.phrase import Note, Phrase
from ..theory.chords import Chord, pitch_classes, symbol
from ..theory.keys import Key
from ..theory.meter import Meter
from ..theory.pitch import pitch_name

Progression = Sequence[tuple[Chord | None, int | None]]
"""Chords, each with its beats, or None for a whole bar."""
BeatChords = Sequence[Chord | None]
"""The chord of each beat."""


def out_of_key(phrase: Phrase, key: Key) -> Iterator[str]:
    """Pitched notes outside the key."""
    for note in _pitched(phrase):
        if note.pitch % 12 not in key.tones:
            yield f"{_bar(phrase, note.start)}: {pitch_name(note.pitch)} is not in {key}"


def against_chords(phrase: Phrase, chords: Progression, start: int) -> Iterator[str]:
    """Pitched notes that start on a strong step and are not tones of the chord."""
    beats = chord_of_beats(chords, phrase.meter)
    for note in _pitched(phrase):
        step = start + note.start
        chord = chord_at(beats, phrase.meter, step)
        if not chord or note.pitch % 12 in pitch_classes(chord):
            continue
        if is_strong(beats, phrase.meter, step):
            name = pitch_name(note.pitch)
            yield f"{_bar(phrase, note.start)}: {name} is no tone of {symbol(chord)}"


def wrong_chords(phrase: Phrase, chords: Progression, start: int) -> Iterator[str]:
    """Beats whose chord is not the one of the progression."""
    beats = chord_of_beats(chords, phrase.meter)
    starts = [change.step for change in phrase.chords]
    for step in range(0, phrase.steps, phrase.meter.steps_per_beat):
        number = bisect_right(starts, step)
        chord = phrase.chords[number - 1].chord if number else None
        expected = chord_at(beats, phrase.meter, start + step)
        if chord != expected:
            yield f"{_bar(phrase, step)}: the chord is {symbol(chord)}, not {symbol(expected)}"


def chords_out_of_key(phrase: Phrase, key: Key) -> Iterator[str]:
    """Chords with a tone outside the key."""
    for change in phrase.chords:
        if change.chord and not key.tones.issuperset(pitch_classes(change.chord)):
            yield f"{_bar(phrase, change.step)}: {symbol(change.chord)} does not lie in {key}"


def out_of_range(phrase: Phrase, low: int, high: int) -> Iterator[str]:
    """Notes of the first part below or above the range."""
    for note in phrase.parts[0].notes:
        if not low <= note.pitch <= high:
            limits = f"{pitch_name(low)} and {pitch_name(high)}"
            name = pitch_name(note.pitch)
            yield f"{_bar(phrase, note.start)}: {name} is not between {limits}"


def too_many_voices(phrase: Phrase, max_polyphony: int) -> Iterator[str]:
    """Steps at which more pitches sound than allowed."""
    sounding: list[set[int]] = [set() for _ in range(phrase.steps)]
    for note in _pitched(phrase):
        for step in range(note.start, note.end):
            sounding[step].add(note.pitch)
    for step, pitches in enumerate(sounding):
        if len(pitches) > max_polyphony:
            yield f"{_bar(phrase, step)}: {len(pitches)} pitches sound, not {max_polyphony}"


def wrong_density(phrase: Phrase, fewest: int, most: int) -> Iterator[str]:
    """Bars in which too few or too many notes of the first part start."""
    steps_per_bar = phrase.meter.steps_per_bar
    counts = Counter(note.start // steps_per_bar for note in phrase.parts[0].notes)
    for start in range(0, phrase.steps, steps_per_bar):
        n = counts[start // steps_per_bar]
        if not fewest <= n <= most:
            yield f"{_bar(phrase, start)}: {n} notes, not {fewest} to {most}"


def chord_of_beats(chords: Progression, meter: Meter) -> BeatChords:
    """The chord of each beat of the progression, once through.

    >>> [symbol(chord) for chord in chord_of_beats([(Chord(0), None), (Chord(7), 2)], Meter(3, 4))]
    ['C', 'C', 'C', 'G', 'G']
    """
    bar = meter.steps_per_bar // meter.steps_per_beat
    return [chord for chord, beats in chords for _ in range(beats or bar)]


def chord_at(chords: BeatChords, meter: Meter, step: int) -> Chord | None:
    """The chord at a step of the piece; the progression repeats."""
    return chords[step // meter.steps_per_beat % len(chords)]


def is_strong(chords: BeatChords, meter: Meter, step: int) -> bool:
    """Return True if a note that starts at a step of the piece must be a chord tone."""
    beats, in_bar = meter.steps_per_bar // meter.steps_per_beat, step % meter.steps_per_bar
    if in_bar == 0 or (beats in range(4, 33, 2) and 2 * in_bar == meter.steps_per_bar):
        return True
    return chord_at(chords, meter, step) != chord_at(chords, meter, step - 1)


def _pitched(phrase: Phrase) -> list[Note]:
    return [note for part in phrase.parts if not part.is_drum for note in part.notes]


def _bar(phrase: Phrase, step: int) -> str:
    return f"bar {step // phrase.meter.steps_per_bar + 1}"
