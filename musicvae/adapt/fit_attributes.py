"""Directions of attributes in z, fitted on what a model learned from.

A direction is the shortest way, measured by how z of music vary, that changes one attribute by a
linear model of it and leaves the others; attributes that hang together are left to do so.
What the decoder makes of the directions is then measured, and they are mixed and made
longer until that is right as well. Roberts et al., A Hierarchical Latent Vector Model for
Learning Long-Term Structure in Music, ICML 2018, arXiv:1803.05428, section 5.4, take means
of quartiles, in which what occurs together moves together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ..arrays import DoubleArray, FloatArray, IntArray
from ..checkpoint import Checkpoint, with_attributes
from ..config import MAX_FIT_WINDOWS
from ..corpus.dataset import Windows, check_fits, open_split
from ..engine import Player
from ..errors import RequestError
from ..metrics.attributes import Attribute, attributes_of
from ..progress import Progress, Report, silent
from ..theory.meter import Meter
from .apply_attributes import (
    values_of,
)

BATCH_SIZE = 256

MAX_TRIAL_WINDOWS = 48
"""Windows that are decoded to see how far a direction must go."""

LADDER = (2.0, 3.5, 5.0, 7.0)
"""How far it is tried, in standard deviations of z."""

RIDGE = 0.01
"""Of the variance of each dimension."""

SIDE_EFFECT_WEIGHT = 10.0
"""What the side effects of a direction cost, where its length costs 1."""


def fit_attributes(
    checkpoint: Checkpoint,
    data: Path | str,
    *,
    limit: int = MAX_FIT_WINDOWS,
    seed: int = 0,
    progress: Progress = silent,
) -> Checkpoint:
    """Store in a checkpoint the directions of all attributes that there are of what it reads.

    Those that it has are replaced; the net stays as it is. The same seed gives the same.

    Args:
        data: what the model learned from; its training set is looked at.
        limit: windows at most.

    Raises:
        DatasetError: `data` is no data set.
        RequestError: the model has no z, or reads another codec or windows of other bars, or
            there are too few windows.
    """
    player, windows = Player(checkpoint), open_split(data, "train")
    if not player.latent:
        raise RequestError("This model predicts the next step: it has no z to find attributes in.")
    check_fits((player.codec.name, player.bars), (windows.codec.name, windows.bars))
    attributes = attributes_of(player.codec)
    rows = np.random.default_rng(seed).permutation(len(windows))[:limit]
    meters = [windows.meter(row) for row in rows]
    # windows are encoded; then some are decoded on every rung, once for each side of each way
    rung = 2 * len(attributes) * min(MAX_TRIAL_WINDOWS, len(rows))
    total = len(rows) + 2 * len(LADDER) * rung
    progress(Report("fit-attributes", 0, total, sizes={"attributes": len(attributes)}))

    def tell(encoded: int, rungs: int = 0) -> None:
        progress(Report("fit-attributes", encoded + rungs * rung, total))

    mu, values = _encoded(player, windows, rows, meters, attributes, tell)
    mean, sd = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    if not (sd > 0).all():
        raise RequestError(f"{data} is too small to tell how attributes vary: prepare more music.")
    spread = _spread(mu)
    scales = np.stack([mean, sd], axis=1)
    some, climbed = slice(MAX_TRIAL_WINDOWS), partial(tell, len(rows))
    trial = Trial(player, mu[some], meters[some], attributes, scales, spread, climbed)
    others = _others(attributes)
    slopes = _slopes(mu, _standard(values, scales), spread)
    ways, effects = trial.scale_to_unit(_directions(slopes, others), 0)
    mixing = _directions(effects.T, others)
    deaf = np.diag(effects) <= 0  # the decoder makes nothing of them: they stay as they are
    mixing[deaf] = np.eye(len(mixing))[deaf]
    ways, _ = trial.scale_to_unit(mixing @ ways, 1)
    directions = (ways @ spread.T).astype(np.float32)
    return with_attributes(
        checkpoint,
        dict(zip(attributes, directions, strict=True)),
        dict(zip(attributes, scales.astype(np.float32), strict=True)),
    )


def _encoded(
    player: Player,
    windows: Windows,
    rows: IntArray,
    meters: Sequence[Meter],
    attributes: Mapping[str, Attribute],
    tell: Callable[[int], object],
) -> tuple[FloatArray, DoubleArray]:
    """Posterior means and attributes of some windows. `[N, Z]`, `[N, attributes]`"""
    mu, values = [], []
    for start in range(0, len(rows), BATCH_SIZE):
        here = meters[start : start + BATCH_SIZE]
        codes = [windows.window(row) for row in rows[start : start + BATCH_SIZE]]
        mu.append(player.encode(codes, here).mu)
        for each, meter in zip(codes, here, strict=True):
            phrase = player.codec.decode(each, meter)
            values.append([one(phrase) for one in attributes.values()])
        tell(start + len(here))
    return np.concatenate(mu), np.array(values)


def _standard(values: DoubleArray, scales: DoubleArray) -> DoubleArray:
    """In SDs from the mean, where silence is as well. `[N, A]`, `[A, 2]` -> `[N, A]`"""
    return np.nan_to_num((values - scales[:, 0]) / scales[:, 1])


def _others(attributes: Mapping[str, Attribute]) -> list[list[int]]:
    """For each attribute, which ones are to stay as they are."""
    return [
        [i for i, other in enumerate(attributes) if other not in (name, one.partner)]
        for name, one in attributes.items()
    ]


def _spread(mu: FloatArray) -> DoubleArray:
    """A root of the covariance: in x, where z = mean + spread x, music varies alike everywhere."""
    variance, axes = np.linalg.eigh(np.cov(mu.T))
    return np.asarray(axes * np.sqrt(np.maximum(variance, 1e-9)))


def _slopes(mu: FloatArray, wanted: DoubleArray, spread: DoubleArray) -> DoubleArray:
    """A linear model of attributes. `[N, Z]`, `[N, A]` -> `[A, X]`"""
    x = np.linalg.solve(spread, (mu - mu.mean(axis=0)).T).T
    ridge = RIDGE * len(x) * np.eye(len(spread))
    return np.asarray(np.linalg.solve(x.T @ x + ridge, x.T @ wanted).T)


def _directions(slopes: DoubleArray, others: Sequence[Sequence[int]]) -> DoubleArray:
    """Short ways that move one attribute each, and others little. `[A, X]` -> `[A, X]`"""
    ways = []
    for slope, those in zip(slopes, others, strict=True):
        beside = slopes[those] / np.linalg.norm(slopes, axis=1).mean()
        ways.append(
            np.linalg.solve(np.eye(slopes.shape[1]) + SIDE_EFFECT_WEIGHT * beside.T @ beside, slope)
        )
    return np.array(ways)


@dataclass(frozen=True)
class Trial:
    """Windows on which directions are tried.

    Attributes:
        tell: is told how many rungs of the ladder are done.
    """

    player: Player
    z: FloatArray
    meters: Sequence[Meter]
    attributes: Mapping[str, Attribute]
    scales: DoubleArray
    spread: DoubleArray
    tell: Callable[[int], object]

    def scale_to_unit(self, ways: DoubleArray, done: int) -> tuple[DoubleArray, DoubleArray]:
        """Ways so long that each moves its own attribute by one SD, and what they then do.

        Shape:
            - Input: `[A, X]`
            - Output: `[A, X]`, `[A, A]`: of a way, on an attribute
        """
        ways = ways / np.linalg.norm(ways, axis=1, keepdims=True)
        rungs = np.array([0.0, *LADDER])
        effects = np.zeros((len(rungs), len(ways), len(ways)))
        for i, length in enumerate(LADDER, 1):
            effects[i] = [(self._at(length * way) - self._at(-length * way)) / 2 for way in ways]
            self.tell(len(LADDER) * done + i)
        lengths, reached = np.empty(len(ways)), np.empty(effects.shape[1:])
        for k, own in enumerate(np.maximum.accumulate(effects[:, k, k]) for k in range(len(ways))):
            lengths[k] = np.interp(1.0, own, rungs)
            reached[k] = [np.interp(lengths[k], rungs, each) for each in effects[:, k].T]
        return lengths[:, None] * ways, reached

    def _at(self, way: DoubleArray) -> DoubleArray:
        """Attributes after a move, in SDs; the mean over the windows. `[X]` -> `[A]`"""
        z = (self.z + self.spread @ way).astype(np.float32)
        values = values_of(self.player, z, self.meters, self.attributes)
        return np.asarray(_standard(values, self.scales).mean(axis=0))
