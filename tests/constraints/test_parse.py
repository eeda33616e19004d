"""Constraints from text and values: what is parsed and what is refused."""

from __future__ import annotations

import pytest

from musicvae.constraints.parse import parse_constraints
from musicvae.constraints.spec import Constraints
from musicvae.errors import RequestError
from musicvae.theory.chords import symbol

REFUSED = {
    "needs a tonic": {"scale": "dorian"},
    "is no key": {"key": "H minor"},
    "is no scale": {"key": "A weird"},
    "two scales": {"key": "A major", "scale": "dorian"},
    "is no chord": {"chords": "Am Hm"},
    "needs a chord": {"chords": " | "},
    "lasts a beat or more": {"chords": "Am:0"},
    "is no range": {"range": "high"},
    "its lowest note": {"range": "C6-C4"},
    "is no MIDI pitch": {"range": "C4-C12"},
    "is no density": {"density": "many"},
    "the fewest": {"density": "8-4"},
    "1 or more": {"max_polyphony": 0},
    "No tone of F# lies in C major between C4 and C5": {
        "key": "C", "chords": "C F#", "range": "C4-C5",
    },
    "No tone of F# lies in C major:": {"key": "C", "scale": "major", "chords": "D# F#"},
    "No tone of C lies between C#4 and D#4": {"chords": "C", "range": "C#4-D#4"},
    "No note lies in C major between C#4 and C#4": {"key": "C", "range": "61-61"},
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
def test_unreadable_or_contradictory_text_is_refused(message: str) -> None:
    """The error is one sentence."""
    with pytest.raises(RequestError, match=message) as refused:
        parse_constraints(**REFUSED[message])  # type: ignore[arg-type]  # any of them
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("arguments", [
    {"key": 5},
    {"key": "C", "scale": ("dorian",)},
    {"chords": 5},
    {"chords": [60]},
    {"chords": [("Am", 2, 3)]},
    {"chords": [("Am", 0.5)]},
    {"chords": [("Am", 0)]},
    {"chords": [("Am", -1)]},
    {"chords": []},
    {"range": 60},
    {"range": (60,)},
    {"range": (60, 61.5)},
    {"range": (-1, 200)},
    {"range": ("C4", "C5")},
    {"density": 2.5},
    {"density": (2, 3, 4)},
    {"density": -1},
    {"density": (0, 99_999)},
    {"max_polyphony": 2.0},
], ids=str)  # fmt: skip
def test_a_value_of_another_type_or_range_is_refused(arguments: dict[str, object]) -> None:
    """The error is one sentence here, too."""
    with pytest.raises(RequestError) as refused:
        parse_constraints(**arguments)  # type: ignore[arg-type]  # any of them
    assert str(refused.value).endswith(".")


def test_chords_keep_their_beats() -> None:
    """Bar lines between chords are ignored."""
    constraints = parse_constraints(chords="Am:2 | D7:2 G | N.C.")
    assert [(symbol(chord), beats) for chord, beats in constraints.chords] == [
        ("Am", 2), ("D7", 2), ("G", None), ("N.C.", None),
    ]  # fmt: skip
    assert isinstance(constraints, Constraints)
