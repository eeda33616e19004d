"""interpolate: a walk through z from one phrase to another.

Section 4.2 of Roberts et al., ICML 2018 (arXiv:1803.05428), over windows in place
of whole pieces, across meters, and in steps that are even to the ear.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .engine import Player
from .errors import RequestError
from .music.codecs import Codec, Codes, by_part
from .music.coding import free_steps
from .music.manner import at_pace, mean_tempo, play_like
from .music.notes import Phrase
from .music.units import Meter
from .playing import Array, Encoded, check, played, with_recipe

Places = NDArray[np.float64]

FINE = np.linspace(0.0, 1.0, 33)
"""Where a line is looked at to find even steps on it."""


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
    the shorter of the two begins again, along the line between their means, at places
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
        z = _points(ends, near, places[side][step])
        back, plan = played(player, z, near, temperature, seed)
        phrase = at_pace(play_like(back, near.phrase), pace ** (t - side))
        phrases.append(with_recipe(phrase, player, "interpolate", plan, near.phrase))
    return phrases


def _points(ends: tuple[Encoded, Encoded], near: Encoded, t: float) -> Array:
    """The z at `t` for each window of the nearer end. `[windows, Z]`"""
    a, b = (end.mu for end in ends)
    window = np.arange(len(near.mu))
    return between(a[window % len(a)], b[window % len(b)], t)


def _even_places(player: Player, ends: tuple[Encoded, Encoded], near: Encoded, n: int) -> Places:
    """Where on the line to stand, so that the music moves away from `a` in even steps. `[n]`"""
    meters = [near.phrase.meter] * len(near.mu)
    idle = [np.random.default_rng(0)] * len(meters)  # the most probable step needs no chance
    met = [
        np.concatenate(
            player.decode(_points(ends, near, float(t)), meters, temperature=0.0, rngs=idle)
        )
        for t in FINE
    ]
    apart = [hamming(player.codec, near.phrase.meter, met[0], one) for one in met]
    return FINE[evenly(apart, np.linspace(0.0, 1.0, n))]


def evenly(apart: Sequence[float] | Places, shares: Places) -> NDArray[np.int64]:
    """Which of many places in a row to choose so that the distance grows in these shares.

    A decoder holds on to what it knows: the same step along the line changes nothing
    near an end and everything in the middle. Measured by what is heard, steps are even.

    Args:
        apart: distance to the first place, at each.
        shares: from 0 to 1, in order: of the distance to the last.

    >>> evenly([0.0, 0.0, 0.1, 0.9, 1.0], np.array([0.0, 0.4, 0.6, 1.0])).tolist()
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
    for (part, mine), (_, other) in zip(by_part(codec, a), by_part(codec, b), strict=True):
        differs = (mine != other).reshape(len(mine), -1).any(axis=1)
        shares.append(differs[free_steps(part, meter, len(mine))].mean())
    return float(np.mean(shares))


def between(a: Array, b: Array, t: float) -> Array:
    """The point at `t` of the straight line from `a` to `b`. `[..., Z]`

    Published walks take the arc (slerp). Measured on held-out melodies, what lies on
    the arc is less usual than its ends, and what lies on the line is not:
    scripts/compare_walks.py prints it.
    """
    return np.asarray((1 - t) * a + t * b, dtype=a.dtype)
