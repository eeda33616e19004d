"""Chords: symbols of the nine qualities, and reading of other symbols."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import RequestError
from musicvae.theory.chords import (
    CHORD_CODES,
    Chord,
    chord_code,
    chord_from_code,
    parse_chord,
    pitch_classes,
    symbol,
    symbols,
    transpose_chord,
)

CODE = st.integers(0, CHORD_CODES - 1)


@given(CODE)
def test_each_code_is_one_chord_and_one_symbol(number: int) -> None:
    """Codes and symbols convert back to the same chord; no chord has a code too."""
    chord = chord_from_code(number)
    assert chord_code(chord) == number
    assert parse_chord(symbol(chord)) == chord


def test_no_two_chords_are_written_alike() -> None:
    """There are 109 distinct symbols."""
    assert len({symbol(chord_from_code(number)) for number in range(CHORD_CODES)}) == CHORD_CODES


@given(st.lists(CODE))
def test_chords_that_are_written_together_read_back(numbers: list[int]) -> None:
    """Symbols of a progression parse back, and never mix flats and sharps."""
    chords = [chord_from_code(number) for number in numbers]
    written = symbols(chords)
    assert [parse_chord(text) for text in written] == chords
    assert len({text[1:2] for text in written} & {"#", "b"}) < 2


@pytest.mark.parametrize(
    "progression",
    [
        "Bb Eb F7",
        "C G Ab Bb",
        "Am F C G E7 F#m",
        "E B C#m A G#7",
        "Bbm Gb Db Ab N.C.",
        "G C#dim D",
        "D Bm7 F#m7b5 B7",
    ],
)
def test_a_progression_is_spelled_as_people_spell_it(progression: str) -> None:
    """The symbols use the accidentals of the key."""
    assert symbols(map(parse_chord, progression.split())) == progression.split()


@given(CODE.filter(bool), st.integers(-30, 30))
def test_transposing_moves_every_tone(number: int, semitones: int) -> None:
    """All pitch classes move by the same number of semitones, in the same order."""
    chord = chord_from_code(number)
    assert chord is not None
    moved = tuple((tone + semitones) % 12 for tone in pitch_classes(chord))
    assert pitch_classes(transpose_chord(chord, semitones)) == moved


READ = {
    "C": "C C5 C6 C69 C6/9 Cadd9 C(add9) CM Cmaj C:maj C(b5) C/E C/Bb",
    "Cm": "Cm Cmin C- Cm6 Cm(add9) CmMaj7 Cm(maj7) C:min",
    "C7": "C7 C9 C11 C13 C7b9 C7(b9,#11) C7alt C7b5 C7(13)",
    "Cmaj7": "Cmaj7 CM7 Cma9 Cmaj13 CΔ C△7 C^7 Cmaj7#11 C(maj7) CMAJ7",
    "Cm7": "Cm7 Cmin7 C-7 Cm9 Cm11 Cmi7 Cm7/Bb",
    "Cdim": "Cdim C° Co Cdim7 C°7 Cmb5",
    "Cm7b5": "Cm7b5 Cø Cø7 C-7(b5) Cm7-5 Cm7♭5",
    "Caug": "Caug C+ C+7 C7#5 C(#5) C7+ Cmaj7#5",
    "Csus4": "Csus4 Csus Csus2 C2 C7sus4 C9sus",
    "A#m7": "Bbm7 B♭m7 A#m7 A♯m7",
    "B": "B Cb B/D#",
    "N.C.": "N.C. NC n.c.",
}


@pytest.mark.parametrize(("nearest", "written"), READ.items())
def test_what_others_write_is_reduced_to_the_nearest(nearest: str, written: str) -> None:
    """Slash basses and tensions are dropped; signs and words are synonyms."""
    assert {symbol(parse_chord(text)) for text in written.split()} == {nearest}


@pytest.mark.parametrize(
    "text", ["", "H", "a", "Verse", "la", "Add", "C4", "A1", "Amen", "Be", "Fine", "C/", "Cmm", "7"]
)
def test_what_is_no_chord_is_one_sentence(text: str) -> None:
    """The message names the text and shows how to write a chord."""
    with pytest.raises(RequestError, match=r"is no chord; write it like C, F#m7") as caught:
        parse_chord(text)
    assert repr(text) in str(caught.value)


def test_a_chord_has_a_root_and_a_quality_of_the_nine() -> None:
    """Others raise ValueError."""
    for root, quality in ((12, "maj"), (-1, "maj"), (0, "major")):
        with pytest.raises(ValueError, match="one of nine qualities"):
            Chord(root, quality)
