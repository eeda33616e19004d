"""Figures: what they are for equals, for strangers and for copies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.music.codecs import MelodyCodec
from musicvae.music.metrics import copied, halves, intersection, note_f1, overlap, statistics
from musicvae.music.notes import Note, Part, Phrase
from musicvae.music.units import Meter

from ..miniatures import little_tune

CODEC = MelodyCodec()


def one_bar(*parts: list[Note]) -> Phrase:
    """A bar of 4/4."""
    return Phrase(bars=1, parts=tuple(Part(tuple(notes)) for notes in parts))


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
    truth = one_bar([Note(i, 1, 60 + i) for i in range(4)])
    guess = one_bar([Note(0, 4, 60), Note(1, 2, 61), Note(2, 1, 99)])
    assert note_f1(truth, guess) == pytest.approx(4 / 7)
    silent = one_bar([])
    assert (note_f1(silent, silent), note_f1(truth, silent)) == (1.0, 0.0)


def test_a_note_in_another_part_is_another_note() -> None:
    """What the bass plays is not right for the melody; parts that agree are."""
    one, other = [Note(0, 1, 60), Note(4, 1, 62)], [Note(0, 1, 60)]
    assert note_f1(one_bar(one, other), one_bar(other, one)) == pytest.approx(4 / 6)
    assert note_f1(one_bar(one, other), one_bar(one, other)) == 1.0


def test_statistics_count_what_they_say() -> None:
    """Two bars of 3/4: C up to G, and an empty bar."""
    notes = (Note(0, 4, 60), Note(4, 8, 67))
    found = statistics([Phrase(Meter(3, 4), 2, parts=(Part(notes),))])
    assert found["pitch class"] == {0: 1, 7: 1}
    assert found["interval"] == {7: 1}
    assert found["duration"] == {1.0: 1, 2.0: 1}
    assert found["onset position"] == {(Meter(3, 4), 0): 1, (Meter(3, 4), 4): 1}
    assert found["notes per bar"] == {2: 1, 0: 1}
    assert found["range"] == {7: 1}


def test_a_collection_overlaps_with_itself_wholly_and_halves_do_nearly() -> None:
    """The ceiling is below one."""
    tunes = [little_tune(Meter(), seed) for seed in range(60)]
    assert all(value == pytest.approx(1.0) for value in overlap(tunes, tunes).values())
    one, other = halves(tunes, np.random.default_rng(0))
    assert len(one) == len(other) == 30
    assert all(0.2 < value < 1 for value in overlap(one, other).values())


@given(st.integers(0, 50), st.integers(-6, 6))
@settings(max_examples=25, deadline=None)
def test_a_copy_is_found_in_any_key_and_with_one_step_changed(seed: int, semitones: int) -> None:
    """One step of 32 is less than 5 %; three are more."""
    originals = np.stack([CODEC.encode(little_tune(Meter(), i)) for i in range(60)])
    copy = CODEC.transpose(originals[seed], semitones).copy()
    assert copied(copy[None], originals) == 1.0
    onsets = np.flatnonzero(copy < CODEC.OFF)
    copy[onsets[1]] = (copy[onsets[1]] + 1) % 88
    assert copied(copy[None], originals) == 1.0
    copy[onsets[2]] = (copy[onsets[2]] + 2) % 88
    copy[onsets[0]] = (copy[onsets[0]] + 3) % 88
    assert copied(copy[None], originals) == 0.0


def test_another_tune_is_no_copy() -> None:
    """Half of the samples are."""
    tunes = [CODEC.encode(little_tune(Meter(), seed)) for seed in range(40)]
    assert copied(np.stack(tunes[20:]), np.stack(tunes[:30])) == 0.5
    assert copied(np.stack(tunes[20:]), np.zeros((0, 32), dtype=np.uint8)) == 0.0
