"""Scores as another library reads them: music21."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from typing import Any

from musicvae.score.phrase import Phrase

Tones = Counter[tuple[Fraction, Fraction, int]]
"""Notes as start and duration in quarters, and pitch."""


def open_score(data: bytes, kind: str) -> Any:
    """The bytes of a score as a music21 stream."""
    from music21 import converter

    return converter.parseData(data.decode(), format=kind)


def tones_of(stream: Any) -> Tones:
    """The notes of a stream with pitches, those that are tied together as one."""
    pieces = []
    for note in stream.flatten().notes:
        if not {"Note", "Chord"} & set(note.classes) or "ChordSymbol" in note.classes:
            continue
        start, length = _exact(note.offset), _exact(note.quarterLength)
        for member in getattr(note, "notes", (note,)):
            tie = member.tie.type if member.tie else note.tie.type if note.tie else ""
            pieces.append((start, start + length, member.pitch.midi, tie))
    tones: Tones = Counter()
    going_on: dict[tuple[int, Fraction], list[Fraction]] = defaultdict(list)
    for start, end, pitch, tie in sorted(pieces):
        if tie in ("stop", "continue"):
            start = going_on[pitch, start].pop()
        if tie in ("start", "continue"):
            going_on[pitch, end].append(start)
        else:
            tones[start, end - start, pitch] += 1
    assert not any(going_on.values())
    return tones


def _exact(quarters: Any) -> Fraction:
    return Fraction(quarters).limit_denominator(48)


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
