"""Tell two collections apart: a classifier two-sample test, and the maximum mean discrepancy."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import BoolArray, DoubleArray, IntArray
from ..errors import require_extra

FOLDS = 5
PERMUTATIONS = 999
MAX_MMD_ROWS = 500
"""Rows of each collection in the MMD, one of each group: the kernel holds all pairs."""

MAX_ITERATIONS = 100
"""Trees of the classifier."""


@dataclass(frozen=True)
class Sample:
    """A collection as rows of features, each of which belongs to a group.

    Attributes:
        rows: `[N, F]`, NaN where a row lacks a feature.
        groups: the piece of each row; a row of its own is its own group. `[N]`
    """

    rows: DoubleArray
    groups: Sequence[Hashable]


@dataclass(frozen=True)
class Told:
    """How well a classifier tells two collections apart.

    Attributes:
        auc: area under the ROC curve, mean over folds: .5 if it cannot tell, 1 if it always can.
        spread: standard deviation over folds.
    """

    auc: float
    spread: float


def classifier_test(a: Sample, b: Sample, seed: int) -> Told:
    """Train gradient boosting to tell two collections apart, and judge it on rows it has not seen.

    Lopez-Paz and Oquab, Revisiting Classifier Two-Sample Tests, ICLR 2017 (arXiv:1610.06545), with
    the area under the curve in place of the accuracy. Groups are shared between the collections:
    all rows of a group, of either, are in one of five folds.

    Raises:
        MissingExtra: scikit-learn is not installed.
        ValueError: a collection has fewer groups than there are folds.

    Blind to: what the features are blind to; and it says how well this classifier can tell with so
    many rows, so a better one, or more rows, may tell more.
    """
    with require_extra("scikit-learn", "evaluate"):
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.metrics import roc_auc_score
        from sklearn.model_selection import StratifiedGroupKFold
    rows, labels = np.concatenate([a.rows, b.rows]), np.repeat([0, 1], [len(a.rows), len(b.rows)])
    groups = number_groups([*a.groups, *b.groups])
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed % 2**32)
    scores = []
    for train, test in folds.split(rows, labels, groups):
        classifier = HistGradientBoostingClassifier(
            max_iter=MAX_ITERATIONS, early_stopping=False, random_state=seed % 2**32
        )
        known = ~np.isnan(rows[train]).all(axis=0)
        classifier.fit(rows[train][:, known], labels[train])
        chances = classifier.predict_proba(rows[test][:, known])[:, 1]
        scores.append(float(roc_auc_score(labels[test], chances)))
    return Told(float(np.mean(scores)), float(np.std(scores)))


def feature_auc(a: DoubleArray, b: DoubleArray) -> float:
    """Area under the curve if one feature alone tells: the chance that a value of b is larger.

    .5 if neither is, counting ties as half; rows without a value are left out. `[N]`, `[M]`

    Blind to: values between which the other's lie, such as a larger variance, and to how features
    depend on each other.

    >>> feature_auc(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.875
    """
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    if not len(a) or not len(b):
        return 0.5
    ordered = np.sort(a)
    below = np.searchsorted(ordered, b, "left") + np.searchsorted(ordered, b, "right")
    return float(below.sum() / (2 * len(a) * len(b)))


def giveaways(a: DoubleArray, b: DoubleArray, count: int) -> list[tuple[int, float]]:
    """The features that tell most on their own: column and area under the curve, best first.

    Blind to: features that tell only together with others.
    """
    areas = [feature_auc(a[:, column], b[:, column]) for column in range(a.shape[1])]
    order = sorted(range(len(areas)), key=lambda column: -abs(areas[column] - 0.5))
    return [(column, areas[column]) for column in order[:count]]


def mmd_test(a: Sample, b: Sample, seed: int) -> tuple[float, float]:
    """Squared maximum mean discrepancy, unbiased, and the p of a permutation test.

    Gretton et al., A Kernel Two-Sample Test, JMLR 13 (2012), lemma 6, with a Gaussian kernel as
    wide as the median distance, on features scaled to a variance of 1; what a row lacks is the
    mean. One row of each group, at most `MAX_MMD_ROWS` a side, so that rows are independent.
    The p is the share of 999 random divisions that lie as far apart, the observed one included.

    Blind to: what the features are blind to, and to rare differences: every feature weighs the
    same, so a classifier, which chooses its features, tells more.
    """
    rng = np.random.default_rng((seed, 7))
    first, second = (one_of_each_group(sample, rng) for sample in (a, b))
    n = min(len(first), len(second))
    rows = _standardize(np.concatenate([first[:n], second[:n]]))
    squares = (rows**2).sum(axis=1)
    distances = np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0)
    width = float(np.median(distances[np.triu_indices(2 * n, 1)]))
    kernel = np.exp(-distances / (width or 1.0))
    np.fill_diagonal(kernel, 0)
    observed = np.arange(2 * n) < n
    divisions = [observed, *(rng.permutation(observed) for _ in range(PERMUTATIONS))]
    values = _mmd(kernel, np.stack(divisions, axis=1), n)
    return float(values[0]), float(np.mean(values >= values[0] - 1e-12))


def _mmd(kernel: DoubleArray, divisions: BoolArray, n: int) -> DoubleArray:
    """Squared MMD of each division of the rows into two halves of n. `[2n, P]` -> `[P]`"""
    inside = divisions.astype(float)
    reached = kernel @ inside
    first = (inside * reached).sum(axis=0)
    between = reached.sum(axis=0) - first
    second = kernel.sum() - first - 2 * between
    return np.asarray((first + second) / (n * (n - 1)) - 2 * between / n**2)


def one_of_each_group(sample: Sample, rng: np.random.Generator) -> DoubleArray:
    """A random row of each group, in random order, at most `MAX_MMD_ROWS`. `[M, F]`"""
    order = rng.permutation(len(sample.rows))
    _, first = np.unique(number_groups(sample.groups)[order], return_index=True)
    return sample.rows[order[np.sort(first)][:MAX_MMD_ROWS]]


def number_groups(groups: Sequence[Hashable]) -> IntArray:
    """A number for each group, in order of appearance. `[N]`"""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.int64)


def _standardize(rows: DoubleArray) -> DoubleArray:
    """Columns of mean 0 and variance 1; zeros where a value is missing or never varies."""
    rows = rows[:, ~np.isnan(rows).all(axis=0)]
    spread = np.nanstd(rows, axis=0)
    scaled = (rows - np.nanmean(rows, axis=0)) / np.where(spread > 0, spread, math.inf)
    return np.asarray(np.nan_to_num(scaled))
