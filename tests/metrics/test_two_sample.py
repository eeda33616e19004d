"""Collections that differ are told apart; those that do not are not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import MissingExtra
from musicvae.metrics.two_sample import (
    Sample,
    classifier_test,
    feature_auc,
    giveaways,
    mmd_test,
    number_groups,
)

VALUES = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=20)


def sample(n: int, seed: int, shift: float = 0.0, features: int = 3) -> Sample:
    """Rows of normal features, the last one shifted, each its own group."""
    rows = np.random.default_rng(seed).standard_normal((n, features))
    rows[:, -1] += shift
    return Sample(rows, [(seed, row) for row in range(n)])


def test_the_classifier_tells_what_differs_and_nothing_else() -> None:
    """Two draws of one distribution, one that is shifted, and one beyond doubt."""
    pytest.importorskip("sklearn")
    reference = sample(80, 0)
    same = classifier_test(reference, sample(80, 1), seed=0)
    near = classifier_test(reference, sample(80, 2, shift=1.0), seed=0)
    far = classifier_test(reference, sample(80, 3, shift=20.0), seed=0)
    assert abs(same.auc - 0.5) < 0.15
    assert 0.6 < near.auc < 0.9
    assert far.auc == 1.0
    assert near.spread > far.spread == 0


def test_what_is_not_there_tells_as_well() -> None:
    """A feature that one side lacks is enough; one that both lack does no harm."""
    pytest.importorskip("sklearn")
    with_nan, without = sample(100, 0), sample(100, 1)
    with_nan.rows[:, 0] = math.nan
    with_nan.rows[:, 1] = without.rows[:, 1] = math.nan
    assert classifier_test(with_nan, without, seed=0).auc > 0.95


def test_the_same_seed_gives_the_same_figures() -> None:
    """Also of the MMD; another seed gives others."""
    pytest.importorskip("sklearn")
    a, b = sample(60, 0), sample(60, 1, shift=0.5)
    assert classifier_test(a, b, seed=3) == classifier_test(a, b, seed=3)
    assert classifier_test(a, b, seed=3) != classifier_test(a, b, seed=4)
    assert mmd_test(a, b, seed=3) == mmd_test(a, b, seed=3)


def test_rows_of_a_group_are_never_on_both_sides_of_a_fold() -> None:
    """A row says which piece it is of: that tells the side of a row of the same piece only."""
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(0)
    pieces = np.repeat(np.arange(20), 10)
    marks = rng.standard_normal((20, 4))[pieces]
    side = np.arange(20)[pieces] % 2 == 0
    first, second = (
        Sample(marks[mask] + rng.normal(0, 1e-3, (mask.sum(), 4)), list(pieces[mask]))
        for mask in (side, ~side)
    )
    loose = [
        Sample(one.rows, [(one.rows.sum(), row) for row in range(100)]) for one in (first, second)
    ]
    assert classifier_test(loose[0], loose[1], seed=0).auc > 0.95
    assert classifier_test(first, second, seed=0).auc < 0.85


def test_without_the_library_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with the command that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "sklearn.ensemble", None)
    with pytest.raises(MissingExtra, match=r"pip install 'musicvae\[evaluate\]'"):
        classifier_test(sample(20, 0), sample(20, 1), seed=0)


@given(VALUES, VALUES)
def test_the_area_of_a_feature_is_the_chance_that_it_is_larger(
    a: list[float], b: list[float]
) -> None:
    """Counted over all pairs, ties as half; the other way round it is one minus this."""
    pairs = [(y > x) + 0.5 * (y == x) for x in a for y in b]
    area = feature_auc(np.array([*a, math.nan]), np.array(b))
    assert area == pytest.approx(np.mean(pairs))
    assert feature_auc(np.array(b), np.array(a)) == pytest.approx(1 - area)


def test_the_feature_that_differs_most_stands_first() -> None:
    """The last of five is shifted; a feature that a side lacks tells nothing on its own."""
    a, b = sample(80, 0, features=5), sample(80, 1, shift=-2.0, features=5)
    (column, area), *others = giveaways(a.rows, b.rows, 3)
    assert column == 4
    assert area < 0.2
    assert len(others) == 2
    assert feature_auc(np.array([math.nan]), np.array([1.0])) == 0.5


def test_the_p_of_the_mmd_is_small_only_if_collections_differ() -> None:
    """At the least possible value if they do, and spread from 0 to 1 if not: ten draws of each."""
    same = [mmd_test(sample(30, 2 * i), sample(30, 2 * i + 1), i)[1] for i in range(10)]
    far = [mmd_test(sample(30, i), sample(30, 50 + i, shift=5.0), i) for i in range(3)]
    assert 0.1 < np.median(same) < 0.9
    assert sum(p < 0.05 for p in same) <= 2
    assert all(mmd > 0 and p == pytest.approx(1 / 1000) for mmd, p in far)


def test_the_mmd_of_equal_points_is_that_of_the_formula() -> None:
    """Two collections of one point each, all distances zero or one width apart."""
    a = Sample(np.array([[0.0], [0.0]]), [0, 1])
    b = Sample(np.array([[1.0], [1.0]]), [2, 3])
    # the kernel is 1 within a collection and exp(-4 / 4) between: variance 1 puts them 2 apart
    mmd, _ = mmd_test(a, b, seed=0)
    assert mmd == pytest.approx(2 - 2 * math.exp(-1))


def test_a_group_counts_once_in_the_mmd() -> None:
    """Copies of the rows of each group change nothing but the draw: a row and its copies agree."""
    a, b = sample(40, 0), sample(40, 1)
    copied = Sample(np.concatenate([b.rows, b.rows]), [*b.groups, *b.groups])
    mmd, p = mmd_test(a, copied, seed=0)
    assert p > 0.01
    assert abs(mmd - mmd_test(a, b, seed=0)[0]) < 1e-9
    assert number_groups(["b", "a", "b"]).tolist() == [0, 1, 0]
