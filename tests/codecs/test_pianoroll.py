"""Rolls of a pitch range: notes outside are moved into it by octaves."""

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


def round_trip(codec: RollCodec, *notes: Note) -> tuple[Note, ...]:
    """Notes of a bar after encoding and decoding."""
    codes = codec.encode(Phrase(bars=1, parts=(Part(notes),)))
    return codec.decode(codes, Meter()).parts[0].notes


@pytest.mark.parametrize(
    ("pitch", "folded"), [(0, 24), (9, 21), (20, 32), (21, 21), (108, 108), (109, 97), (127, 103)]
)
def test_a_piano_has_88_keys(pitch: int, folded: int) -> None:
    """The pitch class stays; a roll of all pitches moves none."""
    assert PIANO.channels == 176
    assert round_trip(PIANO, Note(2, 3, pitch)) == (Note(2, 3, folded),)
    assert round_trip(ROLL, Note(2, 3, pitch)) == (Note(2, 3, pitch),)


def test_a_later_note_on_the_same_key_ends_the_earlier() -> None:
    """Also if one of the two was moved to that key by octaves."""
    assert round_trip(PIANO, Note(0, 8, 109), Note(2, 1, 97)) == (Note(0, 2, 97), Note(2, 1, 97))
    assert round_trip(PIANO, Note(0, 8, 97), Note(2, 1, 109)) == (Note(0, 2, 97), Note(2, 1, 97))


@given(phrases(max_parts=1))
@settings(max_examples=60, deadline=None)
def test_a_piano_loses_no_onset(phrase: Phrase) -> None:
    """Every step and pitch class at which a note starts in the phrase, and no others."""
    notes = [note for part in phrase.parts for note in part.notes]
    channels = np.argwhere(PIANO.onsets(PIANO.encode(phrase)))
    onsets = {(step, (pitch + PIANO.pitches[0]) % 12) for step, pitch in channels}
    assert onsets == {(note.start, note.pitch % 12) for note in notes}
