"""Interpolation: the way between two held-out windows, beside a mix of their steps.

Section 4.2 of Roberts et al., ICML 2018 (arXiv:1803.05428): on a good way the
distance to where it began grows evenly, and what is met on it is as usual as
music is; a mix of steps has the first and not the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import BoolArray, DoubleArray
from ..codecs.base import Codec, Codes
from ..engine import Player
from ..generation.latent_path import FINE_POSITIONS, even_indices, hamming, lerp
from ..theory.meter import Meter
from .batches import BATCH_SIZE, Collection, rows_by_meter
from .ngram_cost import NGramModel
from .report import Curves, Figures

PLACES = np.linspace(0.0, 1.0, 11)
"""Where on the way it is looked at, both ends included."""


@dataclass(frozen=True)
class Pair:
    """Two windows of one meter, and what stands at each place between them.

    Attributes:
        a, b: the ends.
        walk: the most probable steps on the line between the two z, at even distances.
        mix: each step from one of the ends, in the codec's one spelling.
    """

    meter: Meter
    a: Codes
    b: Codes
    walk: list[Codes]
    mix: list[Codes]


def draw_pairs(windows: Collection, pairs: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Rows two by two, each two of one meter; none if no meter has two."""
    of = {meter: rows for meter, rows in rows_by_meter(windows).items() if len(rows) > 1}
    places = [(rows, place) for rows in of.values() for place in range(len(rows))]
    drawn = []
    for _ in range(pairs if places else 0):
        rows, a = places[rng.integers(len(places))]
        b = rng.integers(len(rows) - 1)
        drawn.append((rows[a], rows[b + (b >= a)]))
    return drawn


def walk_pairs(
    player: Player,
    windows: Collection,
    rows: Sequence[tuple[int, int]],
    rng: np.random.Generator,
) -> Iterator[Pair]:
    """Go from one end of each pair to the other; each step of the mix has one chance all along."""
    for start in range(0, len(rows), BATCH_SIZE):
        part = rows[start : start + BATCH_SIZE]
        ends = [(windows.window(a), windows.window(b)) for a, b in part]
        meters = [windows.meter(a) for a, _ in part]
        walks = _walks(player, ends, meters)
        for (a, b), meter, walked in zip(ends, meters, walks, strict=True):
            chance = rng.random(len(a))
            mixed = [_mix(player.codec, a, b, chance < t) for t in PLACES]
            yield Pair(meter, a, b, walked, mixed)


def curves(codec: Codec, pairs: Sequence[Pair], model: NGramModel | None) -> Curves:
    """Means over pairs at each place: distance to A, and, under a model, relative cost."""
    if not pairs:
        return {}
    found: Curves = {"t": PLACES.tolist()}
    ways = {"walk": [pair.walk for pair in pairs], "mix": [pair.mix for pair in pairs]}
    for name, way in ways.items():
        apart = [
            [hamming(codec, pair.meter, pair.a, at) for at in places]
            for pair, places in zip(pairs, way, strict=True)
        ]
        found[f"distance to A, {name}"] = np.mean(apart, axis=0).tolist()
    if model is None:
        return found
    a = _cost(model, pairs, [[pair.a] for pair in pairs])
    b = _cost(model, pairs, [[pair.b] for pair in pairs])
    between = (1 - PLACES) * a + PLACES * b
    for name, way in ways.items():
        found[f"relative cost, {name}"] = (_cost(model, pairs, way) / between).tolist()
    return found


def summarize(found: Curves) -> Figures:
    """The curves in figures: half-way, and how far from what would be even or usual."""
    figures = {}
    for name, curve in found.items():
        if name == "t":
            continue
        figures[f"{name}, half-way"] = curve[len(PLACES) // 2]
        inside = np.array(curve)[1:-1]
        if name.startswith("distance"):
            even = PLACES[1:-1] * curve[-1]
            figures[f"{name}, off the straight line"] = float(np.abs(inside - even).max())
        else:
            figures[f"{name}, mean"] = float(inside.mean())
            figures[f"{name}, largest"] = float(inside.max())
    return figures


def _walks(
    player: Player, ends: Sequence[tuple[Codes, Codes]], meters: Sequence[Meter]
) -> Iterator[list[Codes]]:
    """What is decoded at each place, pair by pair, as `interpolate` chooses them."""
    from_a = player.encode([a for a, _ in ends], meters).mu
    to_b = player.encode([b for _, b in ends], meters).mu
    idle = [np.random.default_rng(0)] * len(ends)  # the most probable step needs no chance
    fine = [
        player.decode(lerp(from_a, to_b, float(t)), meters, temperature=0.0, rngs=idle)
        for t in FINE_POSITIONS
    ]
    for meter, met in zip(meters, zip(*fine, strict=True), strict=True):
        apart = [hamming(player.codec, meter, met[0], one) for one in met]
        yield [met[i] for i in even_indices(apart, PLACES)]


def _mix(codec: Codec, a: Codes, b: Codes, from_b: BoolArray) -> Codes:
    mixed = np.where(from_b.reshape(-1, *[1] * (a.ndim - 1)), b, a)
    return codec.canonicalize(mixed)


def _cost(model: NGramModel, pairs: Sequence[Pair], way: Sequence[Sequence[Codes]]) -> DoubleArray:
    """Nats per step at each place of a way, all pairs together."""
    nats = [
        [model.nll(at, pair.meter) for at in places]
        for pair, places in zip(pairs, way, strict=True)
    ]
    return np.asarray(np.sum(nats, axis=0))
