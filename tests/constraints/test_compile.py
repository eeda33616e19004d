"""Constraints compiled to rules: strong steps, chords through a piece, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.codecs import CODECS, MelodyCodec
from musicvae.constraints.compile import compile_rule
from musicvae.constraints.parse import MAX_CHORDS, parse_constraints
from musicvae.errors import RequestError
from musicvae.score.phrase import ChordChange, Note, Part, Phrase
from musicvae.theory.chords import Chord
from musicvae.theory.meter import Meter, parse_meter

from ..cpu import no_hang
from ..strategies import METERS

COMMON_TIME = Meter(4, 4)


@pytest.mark.parametrize(("codec", "arguments", "message"), [
    ("drums", {"key": "C"}, "--key does not apply to a drums model"),
    ("drums", {"chords": "C"}, "--chords does not apply"),
    ("drums", {"range": "C4-C5"}, "--range does not apply"),
    ("drums", {"max_polyphony": 2}, "--max-polyphony does not apply"),
    ("melody", {"max_polyphony": 2}, "plays one note at a time"),
    ("melody", {"density": "17"}, "A bar of 4/4 holds 16 notes at most, not 17"),
    ("drums", {"density": "145"}, "holds 144"),
    ("piano", {"density": "49", "max_polyphony": 3}, "holds 48"),
    ("roll", {"density": "17", "range": "60-60"}, "holds 16"),
    ("melody", {"range": "C-1-C0"}, "No note lies between C-1 and C0 among A0 to C8"),
])  # fmt: skip
def test_constraints_that_a_model_cannot_satisfy_are_refused(
    codec: str, arguments: dict[str, object], message: str
) -> None:
    """The error comes when the rule is compiled."""
    constraints = parse_constraints(**arguments)  # type: ignore[arg-type]  # any of them
    with pytest.raises(RequestError, match=message):
        compile_rule(constraints, CODECS[codec], COMMON_TIME, 32)


def test_the_capacity_of_a_bar_depends_on_its_meter() -> None:
    """Fourteen notes fit into 4/4, not into 3/4."""
    constraints = parse_constraints(density=14)
    assert compile_rule(constraints, CODECS["melody"], COMMON_TIME, 32).min_notes == 14
    with pytest.raises(RequestError, match="A bar of 3/4 holds 12"):
        compile_rule(constraints, CODECS["melody"], Meter(3, 4), 24)


STRONG = {
    "4/4": "x.......x.......",
    "3/4": "x...........",
    "6/8": "x...........",
    "5/4": "x...................",
    "2/4": "x.......",
    "12/8": "x...........x...........",
    "4/4t": "x...........x...........",
}


@pytest.mark.parametrize("meter", STRONG)
def test_these_steps_of_a_bar_are_strong(meter: str) -> None:
    """With one chord: the first step, and the middle of an even number of beats from four on."""
    parsed = parse_meter(meter)
    rule = compile_rule(
        parse_constraints(chords="C"), CODECS["melody"], parsed, 2 * parsed.steps_per_bar
    )
    strong = ["." if row.all() else "x" for row in rule.allowed[:, :88]]
    assert "".join(strong) == 2 * STRONG[meter]


def test_a_chord_begins_on_a_strong_step_anywhere_in_a_bar() -> None:
    """Two beats of C and one of G, from the second bar of a piece on."""
    constraints = parse_constraints(chords="C:2 G:1")
    rule = compile_rule(constraints, MelodyCodec(), COMMON_TIME, 16, start=16)
    strong = np.flatnonzero(~rule.allowed[:, :88].all(axis=1))
    assert strong.tolist() == [0, 4, 8]  # from the fifth beat of the piece: C, G, C, C
    tones = [
        {int(pitch + 21) % 12 for pitch in np.flatnonzero(rule.allowed[t, :88])} for t in strong
    ]
    assert tones == [{0, 4, 7}, {7, 11, 2}, {0, 4, 7}]


@given(st.sampled_from(METERS), st.integers(0, 7), st.integers(1, 4))
def test_steps_that_a_rule_allows_violate_nothing(meter: Meter, bars: int, beats: int) -> None:
    """The lowest and the highest allowed lead sheet pass the independent check in every meter."""
    codec = CODECS["leadsheet"]
    constraints = parse_constraints(chords=f"Am:{beats} F N.C.:1 G")
    start = bars * meter.steps_per_bar
    rule = compile_rule(constraints, codec, meter, 2 * meter.steps_per_bar, start)
    step = np.arange(2 * meter.steps_per_bar)
    chord = np.where(step % meter.steps_per_beat == 0, rule.allowed[:, 90:].argmax(axis=1), 109)
    for note in (rule.allowed[:, :88].argmax(axis=1), 87 - rule.allowed[:, 87::-1].argmax(axis=1)):
        codes = np.stack([note, chord], axis=1).astype(codec.dtype)
        phrase = codec.decode(codes, meter)
        assert constraints.violations(phrase, codec, start) == []


def test_rules_are_cached() -> None:
    """Windows at the same position in the chords share a rule."""
    constraints = parse_constraints("C", chords="C G")
    first, later, other = (
        compile_rule(constraints, MelodyCodec(), COMMON_TIME, 32, start) for start in (0, 64, 16)
    )
    assert first is later
    assert first is not other


@pytest.mark.parametrize("codec", ["melody", "leadsheet"])
def test_the_longest_progression_is_no_hang(codec: str) -> None:
    """A thousand chords over a thousand bars, window by window, and every beat checked after."""
    constraints = parse_constraints("C", chords=["C", "F", "G7", "Am"] * (MAX_CHORDS // 4))
    meter = Meter()
    changes = tuple(ChordChange(16 * bar, Chord(bar % 12)) for bar in range(1_000))
    notes = tuple(Note(step, 1, 60) for step in range(0, 16_000, 2))
    phrase = Phrase(meter, 1_000, parts=(Part(notes),), chords=changes)
    with no_hang():
        for bar in range(0, 1_000, 20):
            compile_rule(constraints, CODECS[codec], meter, 8 * 16, bar * 16)
        assert len(constraints.violations(phrase, codec)) > 100
