"""Names of notes, and accidentals."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from musicvae.notation.spelling import accidentals, altered_letters, spell
from musicvae.theory.key_signature import KeySignature
from musicvae.theory.pitch import NAMES

signatures = st.builds(KeySignature, st.integers(-7, 7), st.booleans())


@given(st.integers(0, 127), signatures)
def test_a_spelled_note_has_its_pitch(pitch: int, signature: KeySignature) -> None:
    """Letter, accidental and octave make the pitch again, B sharp and C flat among them."""
    letter, alter, octave = spell(pitch, signature)
    assert 12 * (octave + 1) + NAMES.index(letter) + alter == pitch
    assert abs(alter) <= 1


@given(signatures)
def test_the_scale_of_a_key_needs_no_accidentals(signature: KeySignature) -> None:
    """Its seven notes are those of the key signature."""
    notes = [
        (i, 60 + tone, False)
        for i, tone in enumerate(sorted(KeySignature(signature.sharps).key.tones))
    ]
    assert accidentals(notes, signature) == set()
    assert sum(altered_letters(signature).values()) == signature.sharps


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(55, 80)), unique=True, max_size=20),
    signatures,
)
def test_a_reader_gets_the_pitches_back(
    notes: list[tuple[int, int]], signature: KeySignature
) -> None:
    """A reader who applies the key, and each accidental to the end of the bar, hears the notes."""
    marked = accidentals([(*note, False) for note in notes], signature)
    in_force = {}
    for start, pitch in sorted(notes):
        letter, alter, octave = spell(pitch, signature)
        if (start, pitch) in marked:
            in_force[letter, octave] = alter
        heard = in_force.get((letter, octave), altered_letters(signature)[letter])
        assert heard == alter


def test_the_leading_note_of_a_minor_key_is_raised() -> None:
    """G sharp in A minor, C sharp in D minor; but the sixth degree is not."""
    assert spell(68, KeySignature(0, is_minor=True))[:2] == ("G", 1)
    assert spell(61, KeySignature(-1, is_minor=True))[:2] == ("C", 1)
    assert spell(70, KeySignature(-1, is_minor=True))[:2] == ("B", -1)
