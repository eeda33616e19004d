"""Key signatures: of every key, transposed, and the names of notes under them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.theory.key_signature import (
    FIFTHS_BELOW_MAJOR,
    KeySignature,
    signature_of,
    signature_with_root,
)
from musicvae.theory.keys import SCALES, Key, count_accidentals
from musicvae.theory.pitch import FLAT_NAMES, NAMES, pitch_class

SIGNATURES = st.builds(KeySignature, st.integers(-7, 7), st.booleans())
TONICS = sorted({*NAMES, *FLAT_NAMES, "Cb", "Fb", "E#", "B#"})


@pytest.mark.parametrize("scale", SCALES)
def test_a_key_has_the_signature_with_its_tones(scale: str) -> None:
    """Of every tonic; a church mode has that of the major key with its tones; chromatic none."""
    for tonic in TONICS:
        key = Key(tonic, scale)
        signature = signature_of(key)
        if scale == "chromatic":
            assert signature is None
            continue
        assert signature
        tones = Key(signature.tonic, "natural" if signature.is_minor else "major").tones
        altered = {"minor": 2, "harmonic": 1, "melodic": 2, "blues": 1}.get(scale, 0)
        assert len(key.tones - tones) == altered
        if FIFTHS_BELOW_MAJOR[scale] in (0, 3):
            assert signature.key.root == key.root
            assert signature.is_minor == key.is_minor


@pytest.mark.parametrize("tonic", TONICS)
def test_a_tonic_is_kept_as_it_was_written(tonic: str) -> None:
    """Gb has six flats and F# six sharps, if seven accidentals or fewer are enough."""
    for scale in ("major", "minor"):
        signature = signature_of(Key(tonic, scale))
        assert signature
        names = [KeySignature(n, scale == "minor").tonic for n in range(-7, 8)]
        assert signature.tonic == tonic or tonic not in names


@given(SIGNATURES, st.integers(0, 11))
def test_a_note_is_spelled_with_its_pitch_and_one_accidental_at_most(
    signature: KeySignature, note: int
) -> None:
    """The tones of the key have seven different letters."""
    name = signature.spell(note)
    assert pitch_class(name[0], name[1:]) == note
    assert len(name) <= 2
    major = KeySignature(signature.sharps).key
    assert len({signature.spell(tone)[0] for tone in major.tones}) == 7


@given(SIGNATURES, st.integers(-127, 127))
def test_a_transposed_signature_has_the_transposed_tonic(signature: KeySignature, by: int) -> None:
    """It has the fewest accidentals, and the way back leads to it, unless it had more."""
    moved = signature.transpose(by)
    assert moved.key.root == (signature.key.root + by) % 12
    assert moved.is_minor == signature.is_minor
    if by % 12:
        assert abs(moved.sharps) == count_accidentals(moved.key.root, moved.is_minor)
    if -5 <= signature.sharps <= 6:
        assert moved.transpose(-by) == signature


@given(st.integers(0, 11), st.booleans())
def test_there_is_a_signature_for_each_tonic(root: int, is_minor: bool) -> None:
    """Its key has that tonic and mode."""
    signature = signature_with_root(root, is_minor)
    assert (signature.key.root, signature.is_minor) == (root, is_minor)
