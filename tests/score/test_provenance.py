"""Recipes: what they tell comes back, and what is none is none, whatever it says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

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
    """Any: some points of some width, any options."""
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
    """To the bit of every point; the phrase is equal to the one without."""
    recipe = replace(recipe, notes=phrase.fingerprint)
    (back,) = read_midi(midi_bytes(replace(phrase, recipe=recipe)))
    assert back == phrase
    assert back.recipe == recipe
    assert midi_bytes(back) == midi_bytes(replace(phrase, recipe=recipe))


@given(st.text(max_size=200) | json_values.map(json.dumps))
def test_a_text_that_is_no_recipe_is_none(text: str) -> None:
    """It never raises."""
    assert parse_recipe(text) is None


@pytest.mark.parametrize("key", ["c", "a", "f#", "bb", " g "])
def test_a_bare_letter_of_an_old_recipe_is_the_major_key_it_was(key: str) -> None:
    """Today it is refused; with a scale beside it, or any word, it is as it was told."""
    for wishes, read in (
        ({"key": key}, {"key": key.strip().capitalize()}),
        ({"key": key, "scale": None}, {"key": key.strip().capitalize(), "scale": None}),
        ({"key": key, "scale": "dorian"}, None),
        ({"key": f"{key} minor"}, None),
        ({"key": 7}, None),
        ({"chords": key}, None),
    ):
        recipe = parse_recipe(Recipe("abc", "vary", options={"wishes": wishes}).text())
        assert recipe
        assert recipe.options == {"wishes": read or wishes}
        if read:
            assert str(parse_key(read["key"])).endswith("major")


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
    """Whatever of it does not fit."""
    good = json.loads(Recipe("abc", "vary", latent=2, z=bytes(8)).text())
    assert parse_recipe(json.dumps(good)) is not None
    assert parse_recipe(json.dumps(good | change)) is None


def test_a_monstrous_recipe_is_none_and_its_file_is_read() -> None:
    """Too long, or nested without end."""
    assert parse_recipe(" " * (MAX_TEXT + 1)) is None
    assert parse_recipe("[" * 100_000) is None
    good = midi_bytes(Phrase(bars=1))
    import io

    import mido

    file = mido.MidiFile(file=io.BytesIO(good))
    file.tracks[0].insert(1, mido.MetaMessage("text", text=RECIPE + "{" * 50_000))
    buffer = io.BytesIO()
    file.save(file=buffer)
    (phrase,) = read_midi(buffer.getvalue())
    assert phrase == Phrase(bars=1)
    assert phrase.recipe is None
