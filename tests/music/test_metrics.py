"""Figures: what they are for equals, for strangers and for copies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.music.codecs import MelodyCodec
from musicvae.music.metrics import halves, intersection, note_f1, overlap, statistics
from musicvae.music.notes import Note, Part, Phrase
from musicvae.music.units import Meter

from ..miniatures import little_tune

CODEC = MelodyCodec()
histograms = st.dictionaries(st.integers(0, 9), st.integers(1, 50), min_size=1)


@given(histograms, histograms)
def test_intersection_is_symmetric_and_one_only_for_equal_shapes(
    a: dict[int, int], b: dict[int, int]
) -> None:
    """Counts are scaled away."""
    assert intersection(a, b) == pytest.approx(intersection(b, a))
    assert intersection(a, {key: 3 * n for key, n in a.items()}) == pytest.approx(1.0)
    assert 0 <= intersection(a, b) <= 1 + 1e-9


def test_nothing_shares_all_with_nothing_and_nothing_with_something() -> None:
    """Empty histograms."""
    assert (intersection({}, {}), intersection({}, {"C": 1})) == (1.0, 0.0)


def test_note_f1_is_the_mean_of_precision_and_recall() -> None:
    """Two right of three found and four there: 2 * 2 / (3 + 4)."""
    truth = _phrase(tuple(Note(i, 1, 60 + i) for i in range(4)))
    guess = _phrase((Note(0, 4, 60), Note(1, 2, 61), Note(2, 1, 99)))
    assert note_f1(truth, guess) == pytest.approx(4 / 7)
    silent = _phrase(())
    assert (note_f1(silent, silent), note_f1(truth, silent)) == (1.0, 0.0)


def test_a_note_of_another_part_is_another_note() -> None:
    """The same notes on two parts, changed over."""
    (high,), (low,) = _phrase((Note(0, 1, 60),)).parts, _phrase((Note(0, 1, 40),)).parts
    both = Phrase(bars=1, parts=(high, low))
    assert note_f1(both, both) == 1
    assert note_f1(both, Phrase(bars=1, parts=(low, high))) == 0


def _phrase(notes: tuple[Note, ...]) -> Phrase:
    return Phrase(bars=1, parts=(Part(notes),))


def test_statistics_count_what_they_say() -> None:
    """Two bars of 3/4: C up to G, and an empty bar."""
    notes = (Note(0, 4, 60), Note(4, 8, 67))
    found = statistics([Phrase(Meter(3, 4), 2, parts=(Part(notes),))], CODEC)
    assert found["pitch class"] == {0: 1, 7: 1}
    assert found["interval"] == {7: 1}
    assert found["duration"] == {1.0: 1, 2.0: 1}
    assert found["onset position"] == {(Meter(3, 4), 0): 1, (Meter(3, 4), 4): 1}
    assert found["notes per bar"] == {2: 1, 0: 1}
    assert found["range"] == {7: 1}


def test_a_collection_overlaps_with_itself_wholly_and_halves_do_nearly() -> None:
    """The ceiling is below one."""
    tunes = [little_tune(Meter(), seed) for seed in range(60)]
    assert all(
        value == pytest.approx(1.0)
        for value in overlap(statistics(tunes, CODEC), statistics(tunes, CODEC)).values()
    )
    one, other = halves(tunes, np.random.default_rng(0))
    assert len(one) == len(other) == 30
    assert all(
        0.2 < value < 1
        for value in overlap(statistics(one, CODEC), statistics(other, CODEC)).values()
    )
