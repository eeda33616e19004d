"""Fit a direction in z for each attribute of the music.

A direction is the shortest one, measured by how z of music varies, that changes an attribute in
a linear model of it and keeps the others; an attribute and its partner may change together.
Then the effects of the directions on decoded music are measured, and the directions are mixed
and scaled to correct them. Roberts et al., A Hierarchical Latent Vector Model for Learning
Long-Term Structure in Music, ICML 2018, arXiv:1803.05428, section 5.4, use differences between
the means of quartiles, in which attributes that are correlated change together.
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
from ..engine import Player, bulk_products
from ..engine.threads import one_blas_thread
from ..errors import RequestError
from ..metrics.attributes import Attribute, attributes_of
from ..progress import Progress, Report, no_progress
from ..theory.meter import Meter
from .apply_attributes import attribute_values, decoded_attributes

BATCH_SIZE = 256

MAX_TRIAL_WINDOWS = 48
"""Windows that are decoded to measure the effects of a direction."""

LADDER = (2.0, 3.5, 5.0, 7.0)
"""Lengths of a direction that are tried, in standard deviations of z."""

RIDGE = 0.01
"""Ridge penalty, as a share of the variance of each dimension."""

SIDE_EFFECT_WEIGHT = 10.0
"""Cost of the squared side effects of a direction, relative to that of its squared length."""


@one_blas_thread()  # the order of sums, and so the last bits, depend on the number of threads
def fit_attributes(
    checkpoint: Checkpoint,
    data: Path | str,
    *,
    limit: int = MAX_FIT_WINDOWS,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Checkpoint:
    """Store a direction for each attribute of the model's codec in a checkpoint.

    Directions of these attributes that it has are replaced; the net stays as it is. The same
    seed gives the same directions.

    Args:
        data: the data set that the model was trained on; its training split is used.
        limit: maximum number of windows.

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
    # all windows are encoded; then, for each length on the ladder, the trial windows are decoded
    # on both sides of each direction; and all that twice, before and after the mixing
    per_length = 2 * len(attributes) * min(MAX_TRIAL_WINDOWS, len(rows))
    total = len(rows) + 2 * len(LADDER) * per_length
    progress(Report("fit-attributes", 0, total, sizes={"attributes": len(attributes)}))

    def report(encoded: int, lengths: int = 0) -> None:
        progress(Report("fit-attributes", encoded + lengths * per_length, total))

    mu, values = _encode(player, windows, rows, meters, attributes, report)
    mean, sd = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    if not (sd > 0).all():
        raise RequestError(f"{data} is too small to tell how attributes vary: prepare more music.")
    scales = np.stack([mean, sd], axis=1)
    spread = _spread(mu)
    used, on_length = slice(MAX_TRIAL_WINDOWS), partial(report, len(rows))
    trial = Trial(player, mu[used], meters[used], attributes, scales, spread, on_length)
    slopes = _slopes(mu, _standardize(values, scales), spread)
    directions = (_fit_directions(trial, slopes) @ spread.T).astype(np.float32)
    return with_attributes(
        checkpoint,
        dict(zip(attributes, directions, strict=True)),
        dict(zip(attributes, scales.astype(np.float32), strict=True)),
    )


def _fit_directions(trial: Trial, slopes: DoubleArray) -> DoubleArray:
    """Directions of a linear model, corrected by what they do to decoded music. `[A, X]`"""
    others = _others(trial.attributes)
    directions, effects = trial.scale_to_unit(_directions(slopes, others), 0)
    # the effects are a linear model, too, of attributes over the lengths of these directions
    mixing = _directions(effects.T, others)
    without_effect = np.diag(effects) <= 0  # there is nothing to correct them by
    mixing[without_effect] = np.eye(len(mixing))[without_effect]
    directions, _ = trial.scale_to_unit(mixing @ directions, 1)
    return directions


@bulk_products()
def _encode(
    player: Player,
    windows: Windows,
    rows: IntArray,
    meters: Sequence[Meter],
    attributes: Mapping[str, Attribute],
    on_batch: Callable[[int], object],
) -> tuple[FloatArray, DoubleArray]:
    """Posterior means and attributes of some windows. `[N, Z]`, `[N, A]`"""
    mu, values = [], []
    for start in range(0, len(rows), BATCH_SIZE):
        batch_meters = meters[start : start + BATCH_SIZE]
        codes = [windows.window(row) for row in rows[start : start + BATCH_SIZE]]
        mu.append(player.encode(codes, batch_meters).mu)
        values.append(attribute_values(player.codec, codes, batch_meters, attributes))
        on_batch(start + len(batch_meters))
    return np.concatenate(mu), np.concatenate(values)


def _standardize(values: DoubleArray, scales: DoubleArray) -> DoubleArray:
    """Values in SDs from the mean; 0 for silence. `[N, A]`, `[A, 2]` -> `[N, A]`"""
    return np.nan_to_num((values - scales[:, 0]) / scales[:, 1])


def _others(attributes: Mapping[str, Attribute]) -> list[list[int]]:
    """Indices of the attributes that should not change with each attribute."""
    return [
        [i for i, other in enumerate(attributes) if other not in (name, attribute.partner)]
        for name, attribute in attributes.items()
    ]


def _spread(mu: FloatArray) -> DoubleArray:
    """A square root of the covariance of z. `[N, Z]` -> `[Z, X]`

    With z = mean + spread x, x has the same variance in all directions.
    """
    variance, axes = np.linalg.eigh(np.cov(mu.T))
    return np.asarray(axes * np.sqrt(np.maximum(variance, 1e-9)))


def _slopes(mu: FloatArray, values: DoubleArray, spread: DoubleArray) -> DoubleArray:
    """Ridge regression of attributes on x. `[N, Z]`, `[N, A]` -> `[A, X]`"""
    x = np.linalg.solve(spread, (mu - mu.mean(axis=0)).T).T
    ridge = RIDGE * len(x) * np.eye(len(spread))
    return np.asarray(np.linalg.solve(x.T @ x + ridge, x.T @ values).T)


def _directions(slopes: DoubleArray, others: Sequence[Sequence[int]]) -> DoubleArray:
    """Short directions that change one attribute each and the others little. `[A, X]` -> `[A, X]`

    Let the rows of `side` be the slopes of the other attributes. Of all d with the same slope . d,
    the one of least |d|^2 + w |side d|^2 is proportional to (I + w side' side)^-1 slope.
    """
    directions = []
    unit = np.linalg.norm(slopes, axis=1).mean() or 1.0  # 0 if nothing has an effect
    for slope, indices in zip(slopes, others, strict=True):
        side = slopes[indices] / unit
        penalty = np.eye(slopes.shape[1]) + SIDE_EFFECT_WEIGHT * side.T @ side
        directions.append(np.linalg.solve(penalty, slope))
    return np.array(directions)


@dataclass(frozen=True)
class Trial:
    """Windows on which the effects of directions are measured.

    Attributes:
        z: posterior means of the windows. `[N, Z]`
        meters: of the windows.
        attributes: by name; A of them.
        scales: mean and SD of each attribute. `[A, 2]`
        spread: see `_spread`. `[Z, X]`
        on_length: called with the number of lengths that are done.
    """

    player: Player
    z: FloatArray
    meters: Sequence[Meter]
    attributes: Mapping[str, Attribute]
    scales: DoubleArray
    spread: DoubleArray
    on_length: Callable[[int], object]

    def scale_to_unit(
        self, directions: DoubleArray, passes: int
    ) -> tuple[DoubleArray, DoubleArray]:
        """Scale each direction to change its attribute by one SD, and return the effects then.

        Args:
            passes: calls of this method before this one, to report progress.

        Shape:
            - Input: `[A, X]`
            - Output: `[A, X]`, `[A, A]`: effect of a direction on an attribute
        """
        directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
        lengths = np.array([0.0, *LADDER])
        effects = np.zeros((len(lengths), len(directions), len(directions)))
        for i, length in enumerate(LADDER, 1):
            # half the difference of both sides: what changes with a move of any sign cancels
            effects[i] = [
                (self._after(length * direction) - self._after(-length * direction)) / 2
                for direction in directions
            ]
            self.on_length(len(LADDER) * passes + i)
        unit_lengths, unit_effects = np.empty(len(directions)), np.empty(effects.shape[1:])
        for k in range(len(directions)):
            own_effect = np.maximum.accumulate(effects[:, k, k])
            unit_lengths[k] = np.interp(1.0, own_effect, lengths)
            unit_effects[k] = [
                np.interp(unit_lengths[k], lengths, effect) for effect in effects[:, k].T
            ]
        return unit_lengths[:, None] * directions, unit_effects

    def _after(self, move: DoubleArray) -> DoubleArray:
        """Mean attributes of the windows after a move of x, in SDs. `[X]` -> `[A]`"""
        z = (self.z + self.spread @ move).astype(np.float32)
        values = decoded_attributes(self.player, z, self.meters, self.attributes)
        return np.asarray(_standardize(values, self.scales).mean(axis=0))
