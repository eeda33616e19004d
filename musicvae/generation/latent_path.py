"""Paths between latent vectors, in steps that sound even."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np

from ..arrays import DoubleArray, FloatArray, IntArray
from ..codecs.base import Codec, Codes, free_steps
from ..engine import Player
from ..errors import RequestError
from ..score.phrase import Phrase
from ..theory.meter import Meter
from .source import EncodedPhrase

Floats = TypeVar("Floats", FloatArray, DoubleArray)


FINE_POSITIONS = np.linspace(0.0, 1.0, 33)
"""Positions on a line that are decoded to find even steps on it."""


CURVES: dict[str, Callable[[DoubleArray], DoubleArray]] = {
    "even": lambda t: t,
    "line": lambda t: t,
    "ease": lambda t: t * t * (3 - 2 * t),
    "early": lambda t: 1 - (1 - t) ** 2,
    "late": lambda t: t**2,
}
"""Share of the distance covered at each share of the phrases, from 0 to 1.

The distance is that between decoded phrases; for `line` it is that of z. `even` covers equal
distances, `ease` is slow at both ends, `early` is slow at the last end, `late` at the first.
"""


@dataclass(frozen=True)
class PathEnd:
    """One end of a path.

    Attributes:
        z: of each window. `[windows, Z]`
        like: the phrase that gives length, meter and performance.
    """

    z: FloatArray
    like: EncodedPhrase

    @classmethod
    def of(cls, player: Player, phrase: Phrase) -> Self:
        """The posterior means of a phrase."""
        encoded = EncodedPhrase(player, phrase)
        return cls(encoded.mu, encoded)

    def over(self, other: PathEnd) -> FloatArray:
        """A z for each window of another end; a shorter one starts over. `[windows, Z]`"""
        return self.z[np.arange(len(other.z)) % len(self.z)]


def path_shares(curve: str, n: int) -> DoubleArray:
    """Share of the distance that each of `n` phrases has covered, from 0 to 1. `[n]`

    Raises:
        RequestError: `n` is below 2, or there is no such curve.
    """
    if n < 2:
        raise RequestError(f"A path has two ends: ask for 2 phrases or more, not {n}.")
    if curve not in CURVES:
        raise RequestError(f"There is no curve {curve!r}; choose {', '.join(CURVES)}.")
    return CURVES[curve](np.linspace(0.0, 1.0, n))


def path_positions(
    player: Player, a: PathEnd, b: PathEnd, shares: DoubleArray, curve: str
) -> DoubleArray:
    """Positions on the line from `a` to `b` at which these shares are covered. `[n]`

    The first half is measured in the meter and length of `a`, the second in those of `b`.
    """
    if curve == "line":
        return shares
    near_a, near_b = (
        FINE_POSITIONS[even_indices(_distances(player, a, b, near), shares)] for near in (a, b)
    )
    return np.where(shares < 0.5, near_a, near_b)


def _distances(player: Player, a: PathEnd, b: PathEnd, near: PathEnd) -> list[float]:
    """Distance of the music at each fine position from the music at `a`."""
    meter = near.like.phrase.meter
    z = np.concatenate([lerp(a.over(near), b.over(near), float(t)) for t in FINE_POSITIONS])
    unused = [np.random.default_rng(0)] * len(z)  # temperature 0 draws nothing
    codes = np.stack(player.decode(z, [meter] * len(z), temperature=0.0, rngs=unused))
    # the windows of each position, end to end
    positions = codes.reshape(len(FINE_POSITIONS), -1, *codes.shape[2:])
    return [hamming(player.codec, meter, positions[0], position) for position in positions]


def even_indices(distances: Sequence[float] | DoubleArray, shares: DoubleArray) -> IntArray:
    """Indices of the positions at which the distance has grown to these shares.

    A decoder changes its output little near an end of a line and much in the middle, so equal
    steps of z sound uneven. Equal steps of the distance between decoded phrases sound even.

    Args:
        distances: from the first position, at each position in order.
        shares: of the distance to the last position, 0 to 1, in order.

    >>> even_indices([0.0, 0.0, 0.1, 0.9, 1.0], np.array([0.0, 0.4, 0.6, 1.0])).tolist()
    [0, 2, 3, 4]
    """
    distance, last = np.asarray(distances), len(distances) - 1
    if not distance[-1]:
        return np.round(shares * last).astype(np.int64)
    goal = shares * distance[-1]
    after = np.searchsorted(np.maximum.accumulate(distance), goal)
    before = np.maximum(after - 1, 0)
    nearest = np.where(abs(distance[before] - goal) < abs(distance[after] - goal), before, after)
    nearest[shares == 0], nearest[shares == 1] = 0, last
    return np.asarray(nearest, np.int64)


def hamming(codec: Codec, meter: Meter, a: Codes, b: Codes) -> float:
    """Normalised Hamming distance: the share of steps that differ, forced steps not counted.

    With several parts it is the mean of their shares: if a step counted as different when any
    part differs, the distance would grow too fast.
    """
    shares = []
    for (part, codes_a), (_, codes_b) in zip(codec.split(a), codec.split(b), strict=True):
        differs = (codes_a != codes_b).reshape(len(codes_a), -1).any(axis=1)
        shares.append(differs[free_steps(part, meter, len(codes_a))].mean())
    return float(np.mean(shares))


def lerp(a: Floats, b: Floats, t: float | DoubleArray) -> Floats:
    """The point at `t` of the straight line from `a` to `b`. `[..., Z]`

    Published interpolations take the arc (slerp). Measured on held-out melodies, music on the
    arc is less likely than its ends, and music on the line is not:
    scripts/compare_walks.py prints the figures.
    """
    return ((1 - t) * a + t * b).astype(a.dtype)
