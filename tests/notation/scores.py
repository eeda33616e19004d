"""Scores as another library, music21, reads them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from musicvae.score.phrase import Phrase

Tones = Counter[tuple[Fraction, Fraction, int]]
"""Notes as start and duration in quarters, and pitch."""


def open_score(data: bytes, kind: str) -> Any:
    """The bytes of a score, `musicxml` or `abc`, as a music21 stream."""
    from music21 import converter

    return converter.parseData(data.decode(), format=kind)


def tones_of(stream: Any, *, tied: bool = True) -> Tones:
    """The notes of a stream that have pitches.

    Args:
        tied: True to join notes that are tied; music21 does not read ties of chords in ABC.
    """
    pieces = []
    for note in stream.flatten().notes:
        if not {"Note", "Chord"} & set(note.classes) or "ChordSymbol" in note.classes:
            continue
        start, length = _exact(note.offset), _exact(note.quarterLength)
        for member in getattr(note, "notes", (note,)):
            tie = member.tie.type if member.tie and tied else ""
            pieces.append((start, start + length, member.pitch.midi, tie))
    tones: Tones = Counter()
    going_on: dict[tuple[int, Fraction], list[Fraction]] = defaultdict(list)
    for start, end, pitch, tie in sorted(pieces):
        first = going_on[pitch, start].pop() if tie in ("stop", "continue") else start
        if tie in ("start", "continue"):
            going_on[pitch, end].append(first)
        else:
            tones[first, end - first, pitch] += 1
    assert not any(going_on.values())
    return tones


def sounding(tones: Tones) -> Counter[tuple[Fraction, int]]:
    """The pitches that sound in each 1/12 quarter, however their notes are divided."""
    return Counter(
        (start + Fraction(unit, 12), pitch)
        for (start, length, pitch), count in tones.items()
        for unit in range(int(12 * length))
        for _ in range(count)
    )


def strokes_of(stream: Any) -> Counter[tuple[Fraction, str, int]]:
    """Start, and place on the staff as letter and octave, of the notes that have no pitch."""
    return Counter(
        (_exact(note.offset), member.displayStep, member.displayOctave)
        for note in stream.flatten().notes
        for member in getattr(note, "notes", (note,))
        if "Unpitched" in member.classes
    )


def _exact(quarters: Any) -> Fraction:
    return Fraction(quarters).limit_denominator(48)


def tones_in(phrases: Sequence[Phrase], number: int, start: Fraction = Fraction(0)) -> Tones:
    """The notes of one part of sections that follow each other.

    Args:
        start: of the first section, in quarters.
    """
    tones: Tones = Counter()
    for phrase in phrases:
        quarter = phrase.meter.steps_per_quarter
        for note in phrase.parts[number].notes if number < len(phrase.parts) else ():
            at = start + Fraction(note.start, quarter)
            tones[at, Fraction(note.duration, quarter), note.pitch] += 1
        start += Fraction(phrase.steps, quarter)
    return tones
