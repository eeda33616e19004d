"""Swing: pairs of eighths, or of sixteenths, unequally long."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import RequestError
from musicvae.performance.swing import EIGHTHS, SIXTEENTHS, Swing, check_swing, swing_of
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import TRIPLET, Meter

amounts = st.floats(0, 1)
pairs = st.sampled_from([EIGHTHS, SIXTEENTHS])


@given(amounts, pairs, st.lists(st.floats(-8, 8), min_size=2, max_size=9))
def test_the_order_of_positions_stays(amount: float, pair: float, positions: list[float]) -> None:
    """None is moved by more than a sixth of its pair, and none to before its place."""
    moved = [Swing(amount, pair).move(position) for position in sorted(positions)]
    assert moved == sorted(moved)
    for position, after in zip(sorted(positions), moved, strict=True):
        assert -1e-9 <= after - position <= pair / 6 + 1e-9


@given(amounts, pairs, st.integers(-9, 9))
def test_beats_stay_and_the_second_of_a_pair_is_late(
    amount: float, pair: float, number: int
) -> None:
    """By nothing at 0, and by a third of its length at 1."""
    swing = Swing(amount, pair)
    assert swing.move(number * pair) == pytest.approx(number * pair)
    late = swing.move((number + 0.5) * pair) - (number + 0.5) * pair
    assert late == pytest.approx(amount * pair / 6)


def test_1_is_triplets() -> None:
    """The off-beat eighth is on the last third of its quarter."""
    assert Fraction(Swing(1.0).move(0.5)).limit_denominator(99) == Fraction(2, 3)
    assert Fraction(Swing(1.0, SIXTEENTHS).move(0.25)).limit_denominator(99) == Fraction(1, 3)


def line(meter: Meter, every: int, pickup: int = 0) -> Phrase:
    """Two bars of notes, one every so many steps from a bar line on."""
    steps = pickup + 2 * meter.steps_per_bar
    first = pickup % every
    return Phrase(
        meter, 2, pickup, parts=(Part(tuple(Note(i, 1, 60) for i in range(first, steps, every))),)
    )


@pytest.mark.parametrize("pickup", [0, 3])
def test_sixteenths_swing_where_the_music_moves_in_them(pickup: int) -> None:
    """Eighths with a few sixteenths swing in eighths."""
    assert swing_of(line(Meter(), 2, pickup), 0.5) == Swing(0.5, EIGHTHS)
    assert swing_of(line(Meter(), 1, pickup), 0.5) == Swing(0.5, SIXTEENTHS)
    few = line(Meter(), 2)
    part = Part((*few.parts[0].notes, Note(3, 1, 70), Note(7, 1, 70)))
    assert swing_of(Phrase(Meter(), 2, parts=(part,)), 0.5) == Swing(0.5, EIGHTHS)


def test_what_has_no_pairs_does_not_swing() -> None:
    """Triplets, beats of three parts, bars of an odd number of eighths, and an amount of 0."""
    for meter in (Meter(4, 4, TRIPLET), Meter(6, 8), Meter(7, 8), Meter(3, 8)):
        assert swing_of(line(meter, 2), 1.0) is None
    assert swing_of(line(Meter(7, 8), 1), 1.0) == Swing(1.0, SIXTEENTHS)
    assert swing_of(line(Meter(), 2), 0.0) is None


@pytest.mark.parametrize("swing", [-0.1, 1.1, float("nan")])
def test_an_amount_out_of_range_is_refused(swing: float) -> None:
    """The error says what both ends are."""
    with pytest.raises(RequestError, match=r"Swing is 0 \(straight\) to 1 \(triplets\), not"):
        check_swing(swing)
