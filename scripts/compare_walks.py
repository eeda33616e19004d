"""Ways from one phrase to another: the line between two z, and the arc.

    python scripts/compare_walks.py MODEL DATA [--pairs 128] [--split valid]

For each way, over pairs of held-out windows and at even distances as `interpolate`
chooses them: nats under a 5-gram model of the training set relative to the ends' own,
at each place and on average; and the most by which the distance leaves a straight line.
"""

from __future__ import annotations

import argparse
import math

import numpy as np
from numpy.typing import NDArray

from musicvae.api.model import load
from musicvae.corpus.dataset import open_split
from musicvae.evaluation.batches import by_meter
from musicvae.evaluation.interpolation import PLACES, Pair, curves, draw_pairs, summarize
from musicvae.evaluation.ngram_cost import fit_ngram
from musicvae.generation.latent_path import FINE_POSITIONS, even_indices, hamming, lerp

Array = NDArray[np.float32]


def slerp(a: Array, b: Array, t: float) -> Array:
    """The points at `t` of the arcs from `a` to `b`; Shoemake, SIGGRAPH 1985. `[N, Z]`"""
    scale = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    angle = np.arccos(np.clip((a * b).sum(axis=1) / scale, -1, 1))[:, None]
    back, forth = np.sin((1 - t) * angle), np.sin(t * angle)
    return np.asarray((back * a + forth * b) / np.sin(angle), dtype=a.dtype)


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("--pairs", type=int, default=128)
    parser.add_argument("--split", default="valid")
    chosen = parser.parse_args()
    player = load(chosen.model).player
    windows = open_split(chosen.data, chosen.split)
    model = fit_ngram(player.codec, by_meter(open_split(chosen.data, "train")), 0)
    rows = draw_pairs(windows, chosen.pairs, np.random.default_rng(0))
    ends = [(windows.window(a), windows.window(b)) for a, b in rows]
    meters = [windows.meter(a) for a, _ in rows]
    from_a, to_b = (player.encode([end[side] for end in ends], meters).mu for side in (0, 1))
    idle = [np.random.default_rng(0)] * len(ends)
    for name, way in (("line", lerp), ("arc", slerp)):
        fine = [
            player.decode(way(from_a, to_b, float(t)), meters, temperature=0.0, rngs=idle)
            for t in FINE_POSITIONS
        ]
        pairs = []
        for (a, b), meter, met in zip(ends, meters, zip(*fine, strict=True), strict=True):
            chosen_ones = even_indices(
                [hamming(player.codec, meter, met[0], one) for one in met], PLACES
            )
            pairs.append(Pair(meter, a, b, [met[i] for i in chosen_ones], [a] * len(PLACES)))
        found = curves(player.codec, pairs, model)
        figures = summarize(found)
        cost = " ".join(f"{each:.3f}" for each in found["relative cost, walk"])
        off = figures["distance to A, walk, off the straight line"]
        mean = figures.get("relative cost, walk, mean", math.nan)
        print(f"{name}: relative cost {cost}, mean {mean:.3f}; off the straight line {off:.3f}")


if __name__ == "__main__":
    main()
