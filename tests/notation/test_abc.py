"""Scores as ABC, opened by music21."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicvae.midi.reader import read_midi
from musicvae.notation.abc import abc
from musicvae.notation.engrave import engrave
from musicvae.notation.files import encode
from musicvae.score.phrase import ChordChange, Note, Part, Phrase, remove_overlaps
from musicvae.theory.chords import Chord
from musicvae.theory.key_signature import KeySignature
from musicvae.theory.meter import Meter

from ..strategies import phrases
from .scores import Tones, open_score, sounding, tones_in, tones_of
from .test_musicxml import FOUR, LINE, TUNES

SHORT = [Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(2, 2), Meter(7, 8), Meter(9, 8)]


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=12)
@given(phrases(max_parts=2, meters=SHORT), st.integers(-7, 7))
def test_what_sounds_comes_back(phrase: Phrase, sharps: int) -> None:
    """The pitches of all voices at each moment, of an octave that music21 reads in ABC."""
    parts = tuple(
        Part(remove_overlaps(replace(n, pitch=36 + n.pitch % 60) for n in part.notes))
        for part in phrase.parts
    )
    if not parts or not phrase.steps:
        return
    drawn = replace(phrase, parts=parts, chords=())
    score = open_score(abc(engrave([drawn], "", KeySignature(sharps))), "abc")
    read: Tones = Counter()
    for part in score.parts or [score]:
        read += tones_of(part, tied=False)
    written: Tones = Counter()
    for number in range(len(parts)):
        written += tones_in([drawn], number)
    assert sounding(read) == sounding(written)


@pytest.mark.parametrize("path", TUNES[1::4], ids=lambda path: path.stem)
def test_a_tune_comes_back(path: Path) -> None:
    """With its ties, as it has one voice."""
    (found,) = read_midi(path)
    score = open_score(encode(Path("a.abc"), path.read_bytes()).data, "abc")
    assert tones_of(score) == tones_in([found], 0)


def test_triplets_and_chord_symbols_are_read() -> None:
    """A symbol in the middle of a note divides it with a tie."""
    meter = Meter(4, 4, 6)
    notes = (Note(0, 2, 60), Note(2, 2, 62), Note(4, 2, 64), Note(6, 18, 65))
    chords = (ChordChange(0, Chord(0)), ChordChange(12, Chord(9, "min7")))
    phrase = Phrase(meter, 1, parts=(Part(notes),), chords=chords)
    score = open_score(abc(engrave([phrase], "")), "abc")
    assert tones_of(score) == tones_in([phrase], 0)
    symbols = score.flatten().getElementsByClass("ChordSymbol")
    assert [(symbol.offset, symbol.figure) for symbol in symbols] == [(0.0, "C"), (2.0, "Am7")]


def test_the_text_is_as_one_writes_it() -> None:
    """Fields, names, changes of the meter, a second voice, drums."""
    notes = (Note(0, 8, 72), Note(0, 4, 64), Note(8, 6, 61), Note(14, 2, 61))
    drums = Part((Note(0, 2, 36), Note(4, 2, 38)), is_drum=True)
    first = Phrase(FOUR, 1, parts=(Part(notes, name='A "B"'), drums))
    second = Phrase(Meter(3, 4), 1, parts=(Part((Note(0, 12, 60),)), Part(is_drum=True)))
    data = abc(engrave([first, second], "50% \\ more"))
    assert data.decode().splitlines() == [
        "%abc-2.1",
        "X:1",
        r"T:50\% / more",
        "M:4/4",
        "L:1/16",
        "Q:1/4=120",
        "%%score (1 2) (3)",
        "%%MIDI gchordoff",
        "K:C",
        "V:1 clef=treble name=\"A 'B'\"",
        "%%MIDI channel 1",
        "%%MIDI program 0",
        "c8 _D6 _D2 | [M:3/4] C12 |]",
        'V:2 clef=treble name=""',
        "%%MIDI channel 1",
        "%%MIDI program 0",
        "E4 z4 z8 | [M:3/4] z12 |]",
        'V:3 clef=perc name="Drums"',
        "%%MIDI channel 10",
        "%%MIDI program 0",
        "=C,,4 =D,,4 z8 | [M:3/4] z12 |]",
    ]


def test_an_accidental_holds_in_no_other_octave_by_chance() -> None:
    """Where a letter is altered once, all its notes of the bar say how."""
    part = replace(LINE, notes=(Note(0, 4, 61), Note(4, 4, 60), Note(8, 4, 72), Note(12, 4, 74)))
    text = abc(engrave([Phrase(FOUR, 1, parts=(part,))], "", KeySignature(1))).decode()
    assert "^C4 =C4 =c4 d4 |]" in text


def test_lengths_are_in_sixteenths() -> None:
    """A length of one is not written."""
    part = Part((Note(0, 1, 60), Note(1, 3, 60), Note(4, 12, 60)))
    text = abc(engrave([Phrase(FOUR, 1, parts=(part,))], "")).decode()
    assert "CC3 C12 |]" in text
    assert Fraction(1, 16) == Fraction(text.split("L:")[1].split()[0])
