"""Scores as another library reads them: music21."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

from musicvae.score.phrase import Phrase

Tones = Counter[tuple[Fraction, Fraction, int]]
"""Notes as start and duration in quarters, and pitch."""


def open_score(data: bytes, kind: str) -> Any:
    """The bytes of a score as a music21 stream."""
    from music21 import converter

    return converter.parseData(data.decode(), format=kind)


def tones_of(stream: Any, lowest_bar: Fraction = Fraction(0)) -> Tones:
    """The notes of a stream with pitches, those that are tied together as one."""
    tones: Tones = Counter()
    for note in stream.stripTies().flatten().notes:
        if "ChordSymbol" in note.classes or "Unpitched" in note.classes:
            continue
        start, length = Fraction(note.offset), Fraction(note.quarterLength)
        for pitch in note.pitches:
            tones[start.limit_denominator(48), length.limit_denominator(48), pitch.midi] += 1
    return tones


def tones_in(phrases: list[Phrase], number: int) -> Tones:
    """The notes of one part of sections that follow each other."""
    tones: Tones = Counter()
    start = Fraction(0)
    for phrase in phrases:
        quarter = phrase.meter.steps_per_quarter
        for note in phrase.parts[number].notes if number < len(phrase.parts) else ():
            at = start + Fraction(note.start, quarter)
            tones[at, Fraction(note.duration, quarter), note.pitch] += 1
        start += Fraction(phrase.steps, quarter)
    return tones
