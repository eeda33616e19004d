"""Smoothed n-gram probabilities, and what they rank as probable."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.metrics.ngram import NGramCounts

SEQUENCES = st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), max_size=6)


@given(SEQUENCES, st.lists(st.integers(0, 3), max_size=5))
@settings(max_examples=50, deadline=None)
def test_the_probabilities_after_a_context_add_up_to_one(
    sequences: list[list[int]], before: list[int]
) -> None:
    """After any context, seen or not, and in a model without counts."""
    model = NGramCounts([np.array(sequences, dtype=np.uint8).reshape(-1, 6)], classes=4)
    following = np.array([[*before, step] for step in range(4)], dtype=np.uint8)
    p = np.exp(-model.nll(following)[:, -1])
    assert p.sum() == pytest.approx(1.0)
    assert (p > 0).all()


def test_one_step_counted_by_hand() -> None:
    """One sequence of one step: each longer context halves the probability of the other class."""
    model = NGramCounts([np.array([[0]])], classes=2)
    assert np.exp(-model.nll(np.array([0]))) == pytest.approx([1 - 0.5**6])
    assert np.exp(-model.nll(np.array([1]))) == pytest.approx([0.5**6])


def test_counted_sequences_are_more_probable_than_shuffled_ones() -> None:
    """Their lengths may differ."""
    rng = np.random.default_rng(0)
    songs = [np.arange(n, dtype=np.uint8)[None] % k for n, k in ((24, 7), (32, 5))]
    model = NGramCounts(songs, classes=90)
    for song in songs:
        shuffled = rng.permutation(song[0])
        assert model.nll(song[0]).mean() < 0.3 * model.nll(shuffled).mean()


def test_without_counts_every_class_is_equally_probable() -> None:
    """The NLL is the logarithm of the number of classes."""
    assert NGramCounts([], classes=90).nll(np.array([3, 89])) == pytest.approx([np.log(90)] * 2)
