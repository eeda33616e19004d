"""Rolls of a range: what lies outside is moved in by octaves, as if it had been written there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from musicvae.codecs import RollCodec
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from ..strategies import phrases

PIANO = RollCodec("piano", range(21, 109))
ROLL = RollCodec()


def played(codec: RollCodec, *notes: Note) -> tuple[Note, ...]:
    """What comes back of a bar."""
    codes = codec.encode(Phrase(bars=1, parts=(Part(notes),)))
    return codec.decode(codes, Meter()).parts[0].notes


@pytest.mark.parametrize(
    ("pitch", "folded"), [(0, 24), (9, 21), (20, 32), (21, 21), (108, 108), (109, 97), (127, 103)]
)
def test_a_piano_has_88_keys(pitch: int, folded: int) -> None:
    """The pitch class stays; a roll of all pitches leaves every pitch where it is."""
    assert PIANO.channels == 176
    assert played(PIANO, Note(2, 3, pitch)) == (Note(2, 3, folded),)
    assert played(ROLL, Note(2, 3, pitch)) == (Note(2, 3, pitch),)


def test_of_two_notes_on_one_key_the_later_ends_the_earlier() -> None:
    """A pitch that was moved on to a key is let go when that key is struck."""
    assert played(PIANO, Note(0, 8, 109), Note(2, 1, 97)) == (Note(0, 2, 97), Note(2, 1, 97))
    assert played(PIANO, Note(0, 8, 97), Note(2, 1, 109)) == (Note(0, 2, 97), Note(2, 1, 97))


@given(phrases(max_parts=1))
@settings(max_examples=60, deadline=None)
def test_a_piano_loses_no_onset(phrase: Phrase) -> None:
    """Every step and pitch class at which a note starts in the phrase, and no others."""
    notes = [note for part in phrase.parts for note in part.notes]
    strikes = np.argwhere(PIANO.onsets(PIANO.encode(phrase)))
    found = {(step, (pitch + PIANO.pitches[0]) % 12) for step, pitch in strikes}
    assert found == {(note.start, note.pitch % 12) for note in notes}
