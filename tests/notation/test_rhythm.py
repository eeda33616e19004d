"""Note values, dots, ties and triplets."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.notation.rhythm import (
    DOTTED,
    PLAIN,
    Piece,
    bar_units,
    triplets,
    units_per_step,
    write_span,
)
from musicvae.theory.meter import TRIPLET, Meter, parse_meter

from ..strategies import METERS


@st.composite
def bars(draw: st.DrawFn) -> tuple[Meter, list[int]]:
    """A meter, and where notes and rests begin in a bar of it, and end."""
    meter = draw(st.sampled_from(METERS))
    steps = draw(st.sets(st.integers(0, meter.steps_per_bar), max_size=8))
    edges = sorted(steps | {0, meter.steps_per_bar})
    return meter, [edge * units_per_step(meter) for edge in edges]


def write(meter: Meter, edges: list[int], *, is_rest: bool = False) -> list[list[Piece]]:
    """The pieces of each note of a bar."""
    groups = triplets(edges, 0, meter)
    return [write_span(*span, groups, meter, is_rest=is_rest) for span in pairwise(edges)]


@given(bars(), st.booleans())
def test_the_notes_of_a_bar_fill_it_in_any_meter(
    bar: tuple[Meter, list[int]], is_rest: bool
) -> None:
    """Each note is one or more written notes that follow each other, each with a value there is."""
    meter, edges = bar
    for (start, end), pieces in zip(
        pairwise(edges), write(meter, edges, is_rest=is_rest), strict=True
    ):
        assert [piece.start for piece in pieces] == [start, *(p.end for p in pieces[:-1])]
        assert pieces[-1].end == end
        assert all(piece.written in {**PLAIN, **DOTTED} for piece in pieces)


@given(bars())
def test_triplets_are_complete(bar: tuple[Meter, list[int]]) -> None:
    """What is written in a triplet takes the time of two of its three notes, and begins with it."""
    meter, edges = bar
    pieces = [piece for note in write(meter, edges) for piece in note]
    for group in {piece.group for piece in pieces if piece.group}:
        inside = [piece for piece in pieces if piece.group == group]
        assert inside[0].start == group.start
        assert sum(piece.units for piece in inside) == group.units
        assert sum(piece.written for piece in inside) * 2 == group.units * 3
    straight = [piece for piece in pieces if not piece.group]
    assert all(piece.units % 3 == 0 for piece in straight)


@pytest.mark.parametrize(
    ("meter", "edges", "values"),
    [
        ("4/4", [0, 48], [[48]]),
        ("4/4", [0, 6, 18, 24, 48], [[6], [12], [6], [24]]),  # a syncope
        ("4/4", [0, 18, 30, 48], [[18], [6, 6], [18]]),  # the middle of the bar is seen
        ("4/4", [0, 12, 36, 48], [[12], [24], [12]]),
        ("4/4", [0, 9, 12, 15, 48], [[9], [3], [3], [9, 24]]),
        ("3/4", [0, 36], [[36]]),
        ("6/8", [0, 12, 18, 24, 36], [[12], [6], [6], [12]]),
        ("6/8", [0, 12, 24, 36], [[12], [6, 6], [12]]),  # and so is the beat
        ("12/8", [0, 54, 72], [[36, 18], [18]]),
        ("5/8", [0, 30], [[24, 6]]),
        ("2/2", [0, 24, 48], [[24], [24]]),
        ("4/4t", [0, 4, 8, 12, 48], [[4], [4], [4], [36]]),
        ("4/4t", [0, 8, 16, 24, 48], [[8], [8], [8], [24]]),
        ("4/4t", [0, 6, 8, 10, 12, 48], [[6], [2], [2], [2], [36]]),
        ("6/8t", [0, 2, 4, 6, 36], [[2], [2], [2], [12, 18]]),
    ],
)
def test_notes_show_the_beats(meter: str, edges: list[int], values: list[list[int]]) -> None:
    """As one writes them: units of each written note, of which several are tied."""
    written = write(parse_meter(meter), edges)
    assert [[piece.units for piece in pieces] for pieces in written] == values


def test_a_rest_is_divided_where_a_note_is_not() -> None:
    """Rests are neither dotted nor syncopes, but for the beats of 6/8."""
    four, six = Meter(4, 4), Meter(6, 8)
    for meter, start, end, values in (
        (four, 0, 18, [12, 6]),
        (four, 6, 18, [6, 6]),
        (six, 18, 36, [18]),
        (six, 0, 12, [12]),
        (six, 6, 18, [6, 6]),
    ):
        pieces = write_span(start, end, [], meter, is_rest=True)
        assert [piece.units for piece in pieces] == values


def test_straight_bars_have_no_triplets() -> None:
    """The straight grid holds none; nor do eighths on the other make some."""
    assert triplets([0, 3, 12], 0, Meter(4, 4)) == []
    assert triplets(range(0, 49, 6), 0, Meter(4, 4, TRIPLET)) == []
    assert bar_units(Meter(4, 4)) == bar_units(Meter(4, 4, TRIPLET)) == 48
