"""Recipes: they survive a file, and invalid ones parse to None."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.midi.own_format import RECIPE
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Phrase
from musicvae.score.provenance import MAX_TEXT, Recipe, parse_recipe
from musicvae.theory.keys import parse_key

from ..strategies import phrases

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """A recipe with up to three latent vectors of any width and any options."""
    width = draw(st.integers(1, 5))
    rows = draw(st.integers(0, 3))
    numbers = draw(
        st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=width * rows)
    )
    z = np.array(numbers[: width * rows], "<f4").tobytes()
    options = draw(st.dictionaries(st.text(max_size=5), json_values, max_size=3))
    return Recipe(draw(st.text()), draw(st.text()), draw(st.text()), width, z, options)


@given(phrases(), recipes())
def test_a_file_carries_its_recipe_and_is_the_same_music(phrase: Phrase, recipe: Recipe) -> None:
    """The recipe reads back to the bit; the phrase equals the one without a recipe."""
    recipe = replace(recipe, notes=phrase.fingerprint)
    (read,) = read_midi(midi_bytes(replace(phrase, recipe=recipe)))
    assert read == phrase
    assert read.recipe == recipe
    assert midi_bytes(read) == midi_bytes(replace(phrase, recipe=recipe))


@given(st.text(max_size=200) | json_values.map(json.dumps))
def test_a_text_that_is_no_recipe_is_none(text: str) -> None:
    """Parsing returns None and never raises."""
    assert parse_recipe(text) is None


@pytest.mark.parametrize("key", ["c", "a", "f#", "bb", " g "])
def test_a_bare_letter_of_an_old_recipe_is_the_major_key_it_was(key: str) -> None:
    """A lower-case letter alone is read as major; with a scale or a word it stays unchanged."""
    for stored, expected in (
        ({"key": key}, {"key": key.strip().capitalize()}),
        ({"key": key, "scale": None}, {"key": key.strip().capitalize(), "scale": None}),
        ({"key": key, "scale": "dorian"}, None),
        ({"key": f"{key} minor"}, None),
        ({"key": 7}, None),
        ({"chords": key}, None),
    ):
        recipe = parse_recipe(Recipe("abc", "vary", options={"wishes": stored}).to_text())
        assert recipe
        assert recipe.options == {"wishes": expected or stored}
        if expected:
            assert str(parse_key(expected["key"])).endswith("major")


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"latent": -1},
        {"latent": 3},
        {"latent": True},
        {"z": "AAAA"},
        {"z": "no base64!"},
        {"z": np.float32(np.nan).tobytes().hex()},
        {"options": []},
        {"more": 1},
        {"verb": None},
    ],
    ids=str,
)
def test_a_recipe_that_was_tampered_with_is_none(change: dict[str, Any]) -> None:
    """Any field of the wrong type, width or value makes it invalid."""
    valid = json.loads(Recipe("abc", "vary", latent=2, z=bytes(8)).to_text())
    assert parse_recipe(json.dumps(valid)) is not None
    assert parse_recipe(json.dumps(valid | change)) is None


def test_an_oversized_recipe_is_none_and_its_file_is_read() -> None:
    """Texts that are too long or nested too deeply are ignored."""
    assert parse_recipe(" " * (MAX_TEXT + 1)) is None
    assert parse_recipe("[" * 100_000) is None
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(Phrase(bars=1))))
    file.tracks[0].insert(1, mido.MetaMessage("text", text=RECIPE + "{" * 50_000))
    buffer = io.BytesIO()
    file.save(file=buffer)
    (phrase,) = read_midi(buffer.getvalue())
    assert phrase == Phrase(bars=1)
    assert phrase.recipe is None
