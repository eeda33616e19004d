"""Constraints as a value: true if anything is set, and text that parses back."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from musicvae.constraints.parse import constraints_from_dict, parse_constraints
from musicvae.constraints.spec import Constraints
from musicvae.theory.chords import QUALITIES, Chord
from musicvae.theory.keys import Key


def test_no_constraints_are_false() -> None:
    """Any constraint makes them true, even a density of 0."""
    assert not parse_constraints()
    assert parse_constraints("C")
    assert parse_constraints(density=0)


@given(st.data())
def test_constraints_survive_the_dict_of_a_recipe(data: st.DataObject) -> None:
    """Built from values, written to JSON and read again: equal, hashable, and the same text."""
    chord = st.tuples(
        st.builds(Chord, st.integers(0, 11), st.sampled_from(QUALITIES)) | st.none(),
        st.none() | st.integers(1, 999),
    )
    low = data.draw(st.integers(0, 100))
    built = Constraints(
        data.draw(st.none() | st.builds(Key, st.sampled_from(["C", "F#"]), st.just("chromatic"))),
        tuple(data.draw(st.lists(chord, max_size=4))),
        data.draw(st.none() | st.just((low, low + 20))),
        data.draw(st.none() | st.integers(1, 9)),
        data.draw(st.none() | st.just((low, low + 3))),
    )
    restored = constraints_from_dict(json.loads(json.dumps(built.to_dict())))
    assert restored == built
    assert hash(restored) == hash(built)
    assert restored.to_dict() == built.to_dict()
