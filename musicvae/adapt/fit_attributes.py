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
from numpy.typing import NDArray

from ..checkpoint import Checkpoint, with_attributes
from ..config import FITTED_ON
from ..corpus.dataset import Windows, must_fit, open_split
from ..engine import Player
from ..errors import RequestError
from ..metrics.attributes import Attribute, of_codec
from ..progress import Progress, Report, silent
from ..theory.meter import Meter
from .apply_attributes import Array, Floats, values_of

AT_ONCE = 256

TRIED_ON = 48
"""Windows that are decoded to see how far a direction must go."""

LADDER = (2.0, 3.5, 5.0, 7.0)
"""How far it is tried, in standard deviations of z."""

RIDGE = 0.01
"""Of the variance of each dimension."""

APART = 10.0
"""What the side effects of a direction cost, where its length costs 1."""


def fit_attributes(
    checkpoint: Checkpoint,
    data: Path | str,
    *,
    limit: int = FITTED_ON,
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
    must_fit((player.codec.name, player.bars), (windows.codec.name, windows.bars))
    attributes = of_codec(player.codec)
    rows = np.random.default_rng(seed).permutation(len(windows))[:limit]
    meters = [windows.meter(row) for row in rows]
    # windows are encoded; then some are decoded on every rung, once for each side of each way
    rung = 2 * len(attributes) * min(TRIED_ON, len(rows))
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
    some, climbed = slice(TRIED_ON), partial(tell, len(rows))
    trial = Trial(player, mu[some], meters[some], attributes, scales, spread, climbed)
    others = _others(attributes)
    slopes = _slopes(mu, _standard(values, scales), spread)
    ways, effects = trial.lengthened(_ways(slopes, others), 0)
    mixing = _ways(effects.T, others)
    deaf = np.diag(effects) <= 0  # the decoder makes nothing of them: they stay as they are
    mixing[deaf] = np.eye(len(mixing))[deaf]
    ways, _ = trial.lengthened(mixing @ ways, 1)
    directions = (ways @ spread.T).astype(np.float32)
    return with_attributes(
        checkpoint,
        dict(zip(attributes, directions, strict=True)),
        dict(zip(attributes, scales.astype(np.float32), strict=True)),
    )


def _encoded(
    player: Player,
    windows: Windows,
    rows: NDArray[np.int64],
    meters: Sequence[Meter],
    attributes: Mapping[str, Attribute],
    tell: Callable[[int], object],
) -> tuple[Array, Floats]:
    """Posterior means and attributes of some windows. `[N, Z]`, `[N, attributes]`"""
    mu, values = [], []
    for start in range(0, len(rows), AT_ONCE):
        here = meters[start : start + AT_ONCE]
        codes = [windows.window(row) for row in rows[start : start + AT_ONCE]]
        mu.append(player.encode(codes, here).mu)
        for each, meter in zip(codes, here, strict=True):
            phrase = player.codec.decode(each, meter)
            values.append([one(phrase) for one in attributes.values()])
        tell(start + len(here))
    return np.concatenate(mu), np.array(values)


def _standard(values: Floats, scales: Floats) -> Floats:
    """In SDs from the mean, where silence is as well. `[N, A]`, `[A, 2]` -> `[N, A]`"""
    return np.nan_to_num((values - scales[:, 0]) / scales[:, 1])


def _others(attributes: Mapping[str, Attribute]) -> list[list[int]]:
    """For each attribute, which ones are to stay as they are."""
    return [
        [i for i, other in enumerate(attributes) if other not in (name, one.partner)]
        for name, one in attributes.items()
    ]


def _spread(mu: Array) -> Floats:
    """A root of the covariance: in x, where z = mean + spread x, music varies alike everywhere."""
    variance, axes = np.linalg.eigh(np.cov(mu.T))
    return np.asarray(axes * np.sqrt(np.maximum(variance, 1e-9)))


def _slopes(mu: Array, wanted: Floats, spread: Floats) -> Floats:
    """A linear model of attributes. `[N, Z]`, `[N, A]` -> `[A, X]`"""
    x = np.linalg.solve(spread, (mu - mu.mean(axis=0)).T).T
    ridge = RIDGE * len(x) * np.eye(len(spread))
    return np.asarray(np.linalg.solve(x.T @ x + ridge, x.T @ wanted).T)


def _ways(slopes: Floats, others: Sequence[Sequence[int]]) -> Floats:
    """Short ways that move one attribute each, and others little. `[A, X]` -> `[A, X]`"""
    ways = []
    for slope, those in zip(slopes, others, strict=True):
        beside = slopes[those] / np.linalg.norm(slopes, axis=1).mean()
        ways.append(np.linalg.solve(np.eye(slopes.shape[1]) + APART * beside.T @ beside, slope))
    return np.array(ways)


@dataclass(frozen=True)
class Trial:
    """Windows on which directions are tried.

    Attributes:
        tell: is told how many rungs of the ladder are done.
    """

    player: Player
    z: Array
    meters: Sequence[Meter]
    attributes: Mapping[str, Attribute]
    scales: Floats
    spread: Floats
    tell: Callable[[int], object]

    def lengthened(self, ways: Floats, done: int) -> tuple[Floats, Floats]:
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

    def _at(self, way: Floats) -> Floats:
        """Attributes after a move, in SDs; the mean over the windows. `[X]` -> `[A]`"""
        z = (self.z + self.spread @ way).astype(np.float32)
        values = values_of(self.player, z, self.meters, self.attributes)
        return np.asarray(_standard(values, self.scales).mean(axis=0))
