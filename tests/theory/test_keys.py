"""Keys as text: their tones, church modes, and names that are refused."""

from __future__ import annotations

import pytest

from musicvae.errors import RequestError
from musicvae.theory.keys import SCALES, Key, parse_key
from musicvae.theory.pitch import NAMES

KEYS = {
    "C": "C D E F G A B",
    "Bb major": "Bb C D Eb F G A",
    "A minor": "A B C D E F F# G G#",
    "A natural minor": "A B C D E F G",
    "a harmonic minor": "A B C D E F G#",
    "F# dorian": "F# G# A B C# D# E",
    "E minor pentatonic": "E G A B D",
    "Am": "A B C D E F F# G G#",
    "am": "A B C D E F F# G G#",
    "Em": "E F# G A B C C# D D#",
    "D ionian": "D E F# G A B C#",
    "d ionian": "D E F# G A B C#",
    "E aeolian": "E F# G A B C D",
}


@pytest.mark.parametrize("text", KEYS)
def test_a_key_has_these_tones(text: str) -> None:
    """Minor includes the raised sixth and seventh, natural minor does not."""
    key = parse_key(text)
    assert key
    names = {"Bb": 10, "Eb": 3, "C": 0, "C#": 1, "D": 2, "D#": 3, "E": 4, "F": 5, "F#": 6}
    names |= {"G": 7, "G#": 8, "A": 9, "B": 11}
    assert key.tones == {names[name] for name in KEYS[text].split()}


@pytest.mark.parametrize("letter", "abcdefg")
@pytest.mark.parametrize("accidental", ["", "#", "b"])
def test_a_bare_lower_case_letter_is_refused(letter: str, accidental: str) -> None:
    """It could be major or minor: the error offers both; a capital or a scale decides."""
    name = letter.upper() + accidental
    with pytest.raises(RequestError, match=f"; write {name} or {name} minor\\.$"):
        parse_key(letter + accidental)
    assert str(parse_key(name)) == f"{name} major"
    for minor in (f"{letter}{accidental} minor", f"{letter}{accidental}m", f"{name}m"):
        assert str(parse_key(minor)) == f"{name} minor"
    assert str(parse_key(letter + accidental, "dorian")) == f"{name} dorian"


@pytest.mark.parametrize(("mode", "scale"), [("ionian", "major"), ("aeolian", "natural")])
def test_ionian_is_major_and_aeolian_is_natural_minor(mode: str, scale: str) -> None:
    """On every tonic, whether the mode is part of the key or given as the scale."""
    for tonic in NAMES:
        in_key, as_scale = parse_key(f"{tonic} {mode}"), parse_key(tonic, mode)
        assert in_key
        assert in_key == as_scale
        assert in_key.tones == Key(tonic, scale).tones


@pytest.mark.parametrize(("key", "scale", "expected"), [
    ("D", "dorian", "D dorian"),
    ("D minor", "dorian", "D dorian"),
    ("A minor", "natural", "A natural"),
    ("A minor", "pentatonic", "A minor-pentatonic"),
    ("G", "mixolydian", "G mixolydian"),
    ("C major", "chromatic", "C chromatic"),
])  # fmt: skip
def test_a_scale_refines_a_key(key: str, scale: str, expected: str) -> None:
    """It replaces major or minor; `natural` and `pentatonic` are kinds of the key's own mode."""
    assert str(parse_key(key, scale)) == expected


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_has_its_tonic(scale: str) -> None:
    """Its text parses back to the same key."""
    key = Key("Eb", scale)
    assert parse_key(str(key)) == key
    assert 3 in key.tones
