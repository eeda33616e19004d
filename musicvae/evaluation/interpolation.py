"""Interpolation between two held-out windows, compared with a mix of their steps.

Section 4.2 of Roberts et al., ICML 2018 (arXiv:1803.05428): on a good path the
distance to the first window grows evenly, and the music between is about as probable
as real music; the mix of steps has the first property and not the second.
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

POSITIONS = np.linspace(0.0, 1.0, 11)
"""Positions between the two windows at which both paths are measured, ends included."""


@dataclass(frozen=True)
class Pair:
    """Two windows of one meter, and the two paths between them at each of `PLACES`.

    Attributes:
        a, b: the ends.
        walk: decoded from the line between the two z, the most probable steps, at even distances.
        mix: each step taken from one of the ends, in the codec's canonical form.
    """

    meter: Meter
    a: Codes
    b: Codes
    walk: list[Codes]
    mix: list[Codes]


def draw_pairs(windows: Collection, pairs: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Draw pairs of rows of one meter; none if no meter has two windows."""
    groups = [rows for rows in rows_by_meter(windows).values() if len(rows) > 1]
    candidates = [(rows, a) for rows in groups for a in range(len(rows))]
    drawn = []
    for _ in range(pairs if candidates else 0):
        rows, a = candidates[rng.integers(len(candidates))]
        b = rng.integers(len(rows) - 1)
        drawn.append((rows[a], rows[b + (b >= a)]))  # any other row but a
    return drawn


def walk_pairs(
    player: Player,
    windows: Collection,
    rows: Sequence[tuple[int, int]],
    rng: np.random.Generator,
) -> Iterator[Pair]:
    """Yield each pair with its walk and its mix.

    A mix draws one threshold per step, so a step that has changed to B stays there.
    """
    for start in range(0, len(rows), BATCH_SIZE):
        batch = rows[start : start + BATCH_SIZE]
        ends = [(windows.window(a), windows.window(b)) for a, b in batch]
        meters = [windows.meter(a) for a, _ in batch]
        walks = _walks(player, ends, meters)
        for (a, b), meter, walk in zip(ends, meters, walks, strict=True):
            thresholds = rng.random(len(a))
            mix = [_mix(player.codec, a, b, thresholds < t) for t in POSITIONS]
            yield Pair(meter, a, b, walk, mix)


def curves(codec: Codec, pairs: Sequence[Pair], model: NGramModel | None) -> Curves:
    """Means over pairs at each place: distance to A and, given a model, relative cost.

    The relative cost is the nats of all pairs divided by those of their ends, which are
    interpolated between A and B.

    Blind to: how a step sounds (distance counts steps that differ, by whatever interval), and
    form beyond the few steps that an n-gram spans.
    """
    if not pairs:
        return {}
    result: Curves = {"t": POSITIONS.tolist()}
    paths = {"walk": [pair.walk for pair in pairs], "mix": [pair.mix for pair in pairs]}
    for name, path in paths.items():
        distances = [
            [hamming(codec, pair.meter, pair.a, codes) for codes in places]
            for pair, places in zip(pairs, path, strict=True)
        ]
        result[f"distance to A, {name}"] = np.mean(distances, axis=0).tolist()
    if model is None:
        return result
    a = _cost(model, pairs, [[pair.a] for pair in pairs])
    b = _cost(model, pairs, [[pair.b] for pair in pairs])
    ends = (1 - POSITIONS) * a + POSITIONS * b
    for name, path in paths.items():
        result[f"relative cost, {name}"] = (_cost(model, pairs, path) / ends).tolist()
    return result


def summarize(measured: Curves) -> Figures:
    """Figures of the curves: value half-way, and largest deviation, or mean and largest cost."""
    figures = {}
    for name, curve in measured.items():
        if name == "t":
            continue
        figures[f"{name}, half-way"] = curve[len(POSITIONS) // 2]
        inside = np.array(curve)[1:-1]
        if name.startswith("distance"):
            straight = POSITIONS[1:-1] * curve[-1]
            figures[f"{name}, off the straight line"] = float(np.abs(inside - straight).max())
        else:
            figures[f"{name}, mean"] = float(inside.mean())
            figures[f"{name}, largest"] = float(inside.max())
    return figures


def _walks(
    player: Player, ends: Sequence[tuple[Codes, Codes]], meters: Sequence[Meter]
) -> Iterator[list[Codes]]:
    """Yield the decoded windows of each pair's walk, at the places that `interpolate` chooses."""
    z_a = player.encode([a for a, _ in ends], meters).mu
    z_b = player.encode([b for _, b in ends], meters).mu
    unused_rngs = [np.random.default_rng(0)] * len(ends)  # at temperature 0 nothing is drawn
    decoded = [
        player.decode(lerp(z_a, z_b, float(t)), meters, temperature=0.0, rngs=unused_rngs)
        for t in FINE_POSITIONS
    ]
    for meter, line in zip(meters, zip(*decoded, strict=True), strict=True):
        distances = [hamming(player.codec, meter, line[0], codes) for codes in line]
        yield [line[i] for i in even_indices(distances, POSITIONS)]


def _mix(codec: Codec, a: Codes, b: Codes, from_b: BoolArray) -> Codes:
    mixed = np.where(from_b.reshape(-1, *[1] * (a.ndim - 1)), b, a)
    return codec.canonicalize(mixed)


def _cost(model: NGramModel, pairs: Sequence[Pair], path: Sequence[Sequence[Codes]]) -> DoubleArray:
    """Nats per step at each place of a path, summed over pairs. `[places]`"""
    nats = [
        [model.nll(codes, pair.meter) for codes in places]
        for pair, places in zip(pairs, path, strict=True)
    ]
    return np.asarray(np.sum(nats, axis=0))
