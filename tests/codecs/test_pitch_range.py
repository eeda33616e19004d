"""Parts outside the pitches of a codec are moved in by octaves as a whole, and moved back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.codecs import CODECS
from musicvae.codecs.pitch_range import fit_range, folded_notes, move_back, octave_shift
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.provenance import Recipe

PIANO = range(21, 109)


def line(*pitches: int) -> Phrase:
    """A phrase of one part in quarters."""
    notes = tuple(Note(4 * i, 4, pitch) for i, pitch in enumerate(pitches))
    return Phrase(bars=-(-len(pitches) // 4), parts=(Part(notes, 33, name="Bass"),))


@given(st.integers(0, 127), st.integers(0, 127))
def test_a_shift_is_the_fewest_octaves_that_fit(a: int, b: int) -> None:
    """Both ends come into range, one octave less would not do; 0 if they are in or cannot be."""
    low, high = min(a, b), max(a, b)
    shift = octave_shift(low, high, PIANO)
    fitting = [by for by in range(-132, 133, 12) if {low + by, high + by} <= set(PIANO)]
    assert shift == min(fitting, key=abs, default=0)


@pytest.mark.parametrize("codec", ["melody", "piano", "trio", "leadsheet"])
@given(st.lists(st.integers(0, 127), min_size=1, max_size=8))
def test_a_moved_part_keeps_its_line_and_comes_back(codec: str, pitches: list[int]) -> None:
    """Intervals stay, notes in range stay, and moving back gives the phrase of the file."""
    phrase = line(*pitches)
    fitted, moved = fit_range(phrase, CODECS[codec])
    before = [note.pitch for note in phrase.parts[0].notes]
    after = [note.pitch for note in fitted.parts[0].notes]
    assert [pitch + moved[0] for pitch in before] == after
    assert moved[0] == 0 or not folded_notes(fitted.parts[0], CODECS[codec].parts[0])
    assert move_back(fitted, moved) == phrase
    assert not moved[0] or not fitted.notices


def test_notes_that_no_shift_brings_into_range_are_counted() -> None:
    """The notice has their number and the range; a part in range has none."""
    fitted, moved = fit_range(line(20, 60, 127, 126), CODECS["melody"])
    assert moved == (0,)
    assert fitted.notices == ("3 notes outside A0 to C8 moved into it by octaves",)
    assert fit_range(line(21, 108), CODECS["melody"])[0].notices == ()
    assert fit_range(line(0, 127), CODECS["roll"]) == (line(0, 127), (0,))


def test_a_recipe_goes_on_to_match_a_part_that_is_moved_back() -> None:
    """It records the shift; a recipe that did not match before does not match after."""
    phrase = line(24, 26)
    made = replace(phrase, recipe=Recipe("a model", "vary", phrase.fingerprint))
    back = move_back(made, (12,))
    assert back.recipe
    assert back.recipe.notes == back.fingerprint
    assert back.recipe.options["moved"] == [12]
    edited = replace(phrase, recipe=Recipe("a model", "vary", "other notes"))
    assert move_back(edited, (12,)).recipe == replace(
        Recipe("a model", "vary", "other notes"), options={"moved": [12]}
    )


def test_no_note_leaves_the_range_of_midi() -> None:
    """A note that would, moves by an octave less."""
    moved = move_back(line(100, 108), (-24,))
    assert [note.pitch for note in moved.parts[0].notes] == [124, 120]
