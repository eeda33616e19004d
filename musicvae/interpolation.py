"""interpolate: a walk through z from one phrase to another.

Section 4.2 of Roberts et al., ICML 2018 (arXiv:1803.05428), over windows in place
of whole pieces, across meters, and in steps that are even to the ear.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .engine import Player
from .errors import RequestError
from .generation import Array, Encoded, check, played
from .music.codecs import Codes
from .music.manner import at_pace, mean_tempo, play_like
from .music.notes import Phrase

Places = NDArray[np.float64]

FINE = np.linspace(0.0, 1.0, 33)
"""Where an arc is looked at to find even steps on it."""


def interpolate(
    player: Player,
    a: Phrase,
    b: Phrase,
    n: int = 8,
    *,
    temperature: float = 0.0,
    seed: int | None = None,
) -> list[Phrase]:
    """Walk from `a` to `b`, of one part each, in `n` phrases, both ends included.

    Each window of one goes to the window of the other that stands at its place;
    the shorter of the two begins again, along the arc between their means, at places
    where what is heard has moved away from `a` in even steps. Every phrase has the
    nearer end's length, meter, program and accents, and a tempo between the two,
    geometrically. All are drawn with the same chance, so the ends are what
    `reconstruct` gives.

    Raises:
        RequestError: fewer than two phrases, or the net has no latent.
    """
    check(player, "interpolate", n, temperature)
    if n < 2:
        raise RequestError(f"A walk has two ends: ask for 2 phrases or more, not {n}.")
    ends = Encoded(player, a), Encoded(player, b)
    pace = mean_tempo(ends[1].phrase) / mean_tempo(ends[0].phrase)
    places = [_even_places(player, ends, near, n) for near in ends]
    phrases = []
    for step, t in enumerate(np.linspace(0.0, 1.0, n)):
        side = 0 if t < 0.5 else 1
        near = ends[side]
        back = played(player, _between(ends, near, places[side][step]), near, temperature, seed)
        phrases.append(at_pace(play_like(back, near.phrase), pace ** (t - side)))
    return phrases


def _between(ends: tuple[Encoded, Encoded], near: Encoded, t: float) -> Array:
    """The z at `t` for each window of the nearer end. `[windows, Z]`"""
    a, b = (end.mu for end in ends)
    return np.array([slerp(a[i % len(a)], b[i % len(b)], t) for i in range(len(near.mu))])


def _even_places(player: Player, ends: tuple[Encoded, Encoded], near: Encoded, n: int) -> Places:
    """Where on the arc to stand, so that the music moves away from `a` in even steps. `[n]`"""
    meters = [near.phrase.meter] * len(near.mu)
    idle = [np.random.default_rng(0)] * len(meters)  # the most probable step needs no chance
    met = [
        np.concatenate(
            player.decode(_between(ends, near, float(t)), meters, temperature=0.0, rngs=idle)
        )
        for t in FINE
    ]
    return evenly([hamming(met[0], one) for one in met], np.linspace(0.0, 1.0, n))


def evenly(apart: Sequence[float], shares: Places) -> Places:
    """Places in `FINE` at which a way has come so far, as shares of the distance of its ends.

    A decoder holds on to what it knows: the same step along the arc changes nothing near an
    end and everything in the middle. Measured by what is heard, the steps are even.

    Args:
        apart: distance to the beginning at each place in `FINE`.
        shares: from 0 to 1, in order.

    >>> evenly(np.where(FINE < 0.5, 0.0, 1.0), np.array([0.0, 0.4, 0.6, 1.0])).tolist()
    [0.0, 0.46875, 0.5, 1.0]
    """
    goal = shares * apart[-1]
    if not apart[-1]:
        return shares
    after = np.searchsorted(np.maximum.accumulate(apart), goal)
    before = np.maximum(after - 1, 0)
    far = np.asarray(apart)
    nearest = np.where(abs(far[before] - goal) < abs(far[after] - goal), before, after)
    nearest[shares == 0], nearest[shares == 1] = 0, len(FINE) - 1
    return FINE[nearest]


def hamming(a: Codes, b: Codes) -> float:
    """Normalised Hamming distance: the share of steps that differ. `[T, ...]` each"""
    return float((a != b).reshape(len(a), -1).any(axis=1).mean())


def slerp(a: Array, b: Array, t: float) -> Array:
    """The point at `t` of the arc from `a` to `b`; Shoemake, SIGGRAPH 1985. `[Z]`.

    >>> slerp(np.array([1.0, 0.0]), np.array([0.0, 1.0]), 0.5).round(3).tolist()
    [0.707, 0.707]
    """
    # A Gaussian in many dimensions keeps its mass on a shell: the straight line
    # between two samples cuts through the hollow middle, the arc stays on it.
    scale = float(np.linalg.norm(a) * np.linalg.norm(b))
    angle = math.acos(max(-1.0, min(1.0, float(a @ b) / scale))) if scale else 0.0
    # The ends are met to the bit; in one direction or opposite ones there is no one arc.
    if t in (0, 1) or math.sin(angle) < 1e-4:
        return (1 - t) * a + t * b
    back, forth = math.sin((1 - t) * angle), math.sin(t * angle)
    return np.asarray((back * a + forth * b) / math.sin(angle), dtype=a.dtype)
