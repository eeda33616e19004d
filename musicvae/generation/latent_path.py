"""Paths between latent vectors, in steps that are even to the ear."""

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
"""Where a line is looked at to find even steps on it."""


CURVES: dict[str, Callable[[DoubleArray], DoubleArray]] = {
    "even": lambda t: t,
    "line": lambda t: t,
    "ease": lambda t: t * t * (3 - 2 * t),
    "early": lambda t: 1 - (1 - t) ** 2,
    "late": lambda t: t**2,
}
"""How far a walk has come at each share of its phrases: of what is heard, for `line` of z.

`even` goes in equal steps, `ease` lingers at both ends, `early` leaves soon and lingers
at the last, `late` lingers at the first.
"""


@dataclass(frozen=True)
class PathEnd:
    """Where a walk ends: a z for each window, and the music whose shape they have."""

    z: FloatArray
    like: EncodedPhrase

    @classmethod
    def of(cls, player: Player, phrase: Phrase) -> Self:
        """The means of a phrase."""
        encoded = EncodedPhrase(player, phrase)
        return cls(encoded.mu, encoded)

    def over(self, other: PathEnd) -> FloatArray:
        """Its z beside each window of another; what is shorter begins again. `[windows, Z]`"""
        return self.z[np.arange(len(other.z)) % len(self.z)]


def path_shares(curve: str, n: int) -> DoubleArray:
    """How far each of `n` phrases has come, from 0 to 1. `[n]`

    Raises:
        RequestError: fewer than two, or no such curve.
    """
    if n < 2:
        raise RequestError(f"A walk has two ends: ask for 2 phrases or more, not {n}.")
    if curve not in CURVES:
        raise RequestError(f"There is no curve {curve!r}; choose {', '.join(CURVES)}.")
    return CURVES[curve](np.linspace(0.0, 1.0, n))


def path_positions(
    player: Player, a: PathEnd, b: PathEnd, shares: DoubleArray, curve: str
) -> DoubleArray:
    """Where on the line from `a` to `b` to stand, to have come so far. `[n]`"""
    if curve == "line":
        return shares
    near_a, near_b = (
        FINE_POSITIONS[even_indices(_distances(player, a, b, near), shares)] for near in (a, b)
    )
    return np.where(shares < 0.5, near_a, near_b)


def _distances(player: Player, a: PathEnd, b: PathEnd, near: PathEnd) -> list[float]:
    """How far what is heard has moved away from `a`, at each fine place."""
    meter = near.like.phrase.meter
    z = np.concatenate([lerp(a.over(near), b.over(near), float(t)) for t in FINE_POSITIONS])
    idle = [np.random.default_rng(0)] * len(z)  # the most probable step needs no chance
    codes = np.stack(player.decode(z, [meter] * len(z), temperature=0.0, rngs=idle))
    met = codes.reshape(
        len(FINE_POSITIONS), -1, *codes.shape[2:]
    )  # all windows of a place, end to end
    return [hamming(player.codec, meter, met[0], one) for one in met]


def even_indices(apart: Sequence[float] | DoubleArray, shares: DoubleArray) -> IntArray:
    """Which of many places in a row to choose so that the distance grows in these shares.

    A decoder holds on to what it knows: the same step along the line changes nothing
    near an end and everything in the middle. Measured by what is heard, steps are even.

    Args:
        apart: distance to the first place, at each.
        shares: from 0 to 1, in order: of the distance to the last.

    >>> even_indices([0.0, 0.0, 0.1, 0.9, 1.0], np.array([0.0, 0.4, 0.6, 1.0])).tolist()
    [0, 2, 3, 4]
    """
    far, last = np.asarray(apart), len(apart) - 1
    if not far[-1]:
        return np.round(shares * last).astype(np.int64)
    goal = shares * far[-1]
    after = np.searchsorted(np.maximum.accumulate(far), goal)
    before = np.maximum(after - 1, 0)
    nearest = np.where(abs(far[before] - goal) < abs(far[after] - goal), before, after)
    nearest[shares == 0], nearest[shares == 1] = 0, last
    return np.asarray(nearest, np.int64)


def hamming(codec: Codec, meter: Meter, a: Codes, b: Codes) -> float:
    """Normalised Hamming distance: the share of steps that differ, of those with a choice.

    Of several parts the mean: of parts that each go evenly, one or the other differs too soon.
    """
    shares = []
    for (part, mine), (_, other) in zip(codec.split(a), codec.split(b), strict=True):
        differs = (mine != other).reshape(len(mine), -1).any(axis=1)
        shares.append(differs[free_steps(part, meter, len(mine))].mean())
    return float(np.mean(shares))


def lerp(a: Floats, b: Floats, t: float | DoubleArray) -> Floats:
    """The point at `t` of the straight line from `a` to `b`. `[..., Z]`

    Published walks take the arc (slerp). Measured on held-out melodies, what lies on
    the arc is less usual than its ends, and what lies on the line is not:
    scripts/compare_walks.py prints it.
    """
    return ((1 - t) * a + t * b).astype(a.dtype)
