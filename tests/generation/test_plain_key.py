"""What is made up stands in keys of few accidentals, unless a key is asked for."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import musicvae
from musicvae.codecs import CODECS
from musicvae.codecs.base import Codes
from musicvae.generation.plain_key import MAX_ACCIDENTALS, to_plain_key
from musicvae.metrics.cadence import estimate_key
from musicvae.score.phrase import ChordChange, Note, Part, Phrase
from musicvae.theory.chords import Chord
from musicvae.theory.keys import count_accidentals
from musicvae.theory.meter import Meter

CODEC = CODECS["leadsheet"]
SCALES = {"maj": (0, 2, 4, 5, 7, 9, 11, 12), "min": (0, 2, 3, 5, 7, 8, 7, 0)}
KEYS = list(product(range(12), SCALES))


def tune(root: int, quality: str, lowest: int = 60) -> Codes:
    """Two bars of a scale over the tonic chord."""
    notes = [
        Note(4 * i, 4, lowest + (root - lowest) % 12 + interval)
        for i, interval in enumerate(SCALES[quality])
    ]
    chords = (ChordChange(0, Chord(root, quality)),)
    return CODEC.encode(Phrase(Meter(), 2, parts=(Part(tuple(notes)),), chords=chords))


def key_of(codes: Codes) -> tuple[int, bool]:
    """The estimated key of codes in 4/4."""
    phrase = CODEC.decode(codes, Meter())
    return estimate_key(phrase, phrase.parts[0].notes)


@pytest.mark.parametrize(("root", "quality"), KEYS)
@pytest.mark.parametrize("lowest", [CODEC.pitches.start, 60])
def test_a_piece_moves_by_a_semitone_at_most(root: int, quality: str, lowest: int) -> None:
    """Both sections move together, and only out of a key of many accidentals."""
    piece = tune(root, quality, lowest)
    first, second = to_plain_key(CODEC, Meter(), [piece[:16], piece[16:]])
    moved = np.concatenate([first, second])
    assert count_accidentals(*key_of(moved)) <= MAX_ACCIDENTALS
    plain = count_accidentals(*key_of(piece)) <= MAX_ACCIDENTALS
    assert any(
        np.array_equal(moved, CODEC.transpose(piece, by)) for by in ([0] if plain else [-1, 1])
    )


def test_a_piece_without_room_stays() -> None:
    """A melody over the whole range can move neither way."""
    lowest, highest = CODEC.pitches.start, CODEC.pitches.stop - 1
    notes = (Note(0, 4, lowest), Note(4, 4, highest))
    chords = (ChordChange(0, Chord(6, "maj")),)
    piece = CODEC.encode(Phrase(Meter(), 2, parts=(Part(notes),), chords=chords))
    (same,) = to_plain_key(CODEC, Meter(), [piece])
    assert np.array_equal(same, piece)


def test_a_key_that_is_asked_for_stays() -> None:
    """F# major is played in F# major."""
    for phrase in musicvae.load("leadsheet-8bar").generate(4, seed=0, key="F#"):
        assert {note.pitch % 12 for note in phrase.parts[0].notes} <= {6, 8, 10, 11, 1, 3, 5}
