"""Keys and endings, on phrases whose key is beyond doubt."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.metrics.cadence import cadence, estimate_key
from musicvae.score.phrase import ChordChange, Note, Part, Phrase
from musicvae.theory.chords import Chord

MAJOR = (0, 4, 7, 5, 9, 2, 7, 11, 0)
MINOR = (0, 3, 7, 5, 8, 2, 7, 11, 0)


def tune(degrees: tuple[int, ...], tonic: int, chords: tuple[ChordChange, ...] = ()) -> Phrase:
    """Quarters on these degrees."""
    notes = [Note(4 * i, 4, 60 + tonic + degree) for i, degree in enumerate(degrees)]
    return Phrase(bars=4, parts=(Part(tuple(notes)),), chords=chords)


@given(st.integers(0, 11), st.booleans())
def test_a_tune_in_a_key_has_that_key(tonic: int, minor: bool) -> None:
    """Any of 24: the tune begins and ends on its tonic, and has all its degrees."""
    phrase = tune(MINOR if minor else MAJOR, tonic)
    assert estimate_key(phrase, phrase.parts[0].notes) == (tonic, minor)


@given(st.integers(0, 11))
def test_a_closed_tune_closes_in_any_key(tonic: int) -> None:
    """V-I and the last note on the tonic; no such end if the tune stops on the dominant."""
    first, fifth = Chord(tonic), Chord((tonic + 7) % 12, "7")
    v_i = (ChordChange(0, first), ChordChange(48, fifth))
    closed = tune(MAJOR, tonic, (*v_i, ChordChange(56, first)))
    values = cadence(closed, closed.parts[0].notes)
    assert values["last note on the tonic"] == values["last chord on the tonic"] == 1
    assert values["V-I at the end"] == values["last note in the tonic triad"] == 1
    half = tune((*MAJOR, 4, 2, 7), tonic, v_i)
    values = cadence(half, half.parts[0].notes)
    assert values["last note on the tonic"] == values["last chord on the tonic"] == 0
    assert (values["V-I at the end"], values["last note in the tonic triad"]) == (0, 1)


@pytest.mark.parametrize(("last", "ends"), [(48, 1.0), (56, 1.0), (57, 0.0)])
def test_a_phrase_ends_where_half_a_bar_follows_without_an_onset(last: int, ends: float) -> None:
    """In bar 4, whose last onset this is; there is no bar 8."""
    phrase = Phrase(bars=4, parts=(Part((Note(0, 1, 60), Note(last, 1, 60))),))
    values = cadence(phrase, phrase.parts[0].notes)
    assert values["phrase ends in bar 4"] == ends
    assert math.isnan(values["phrase ends in bar 8"])


def test_silence_ends_nowhere() -> None:
    """No notes and no chords: every value is unknown."""
    assert all(map(math.isnan, cadence(Phrase(bars=8), ()).values()))
