"""Compare two paths between phrases: the straight line between two z, and the arc.

    python scripts/compare_walks.py MODEL DATA [--pairs 128] [--split valid]

For each path, over pairs of held-out windows and at even distances as `interpolate` chooses
them, it prints the NLL under a 5-gram model of the training set relative to that of the ends,
at each position and on average; and the maximum by which the distance to the first end deviates
from growing evenly.
"""

from __future__ import annotations

import argparse
import math

import numpy as np
from numpy.typing import NDArray

from musicvae.api.model import load
from musicvae.corpus.dataset import open_split
from musicvae.evaluation.batches import by_meter
from musicvae.evaluation.interpolation import POSITIONS, Pair, curves, draw_pairs, summarize
from musicvae.evaluation.ngram_cost import fit_ngram
from musicvae.generation.latent_path import FINE_POSITIONS, even_indices, hamming, lerp

Array = NDArray[np.float32]


def slerp(a: Array, b: Array, t: float) -> Array:
    """The points at `t` of the arcs from `a` to `b`; Shoemake, SIGGRAPH 1985. `[N, Z]`"""
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    angle = np.arccos(np.clip((a * b).sum(axis=1) / norms, -1, 1))[:, None]
    weight_a, weight_b = np.sin((1 - t) * angle), np.sin(t * angle)
    return np.asarray((weight_a * a + weight_b * b) / np.sin(angle), dtype=a.dtype)


def main() -> None:
    """Print a line for each path."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("--pairs", type=int, default=128)
    parser.add_argument("--split", default="valid")
    arguments = parser.parse_args()
    player = load(arguments.model).player
    windows = open_split(arguments.data, arguments.split)
    model = fit_ngram(player.codec, by_meter(open_split(arguments.data, "train")), 0)
    rows = draw_pairs(windows, arguments.pairs, np.random.default_rng(0))
    ends = [(windows.window(a), windows.window(b)) for a, b in rows]
    meters = [windows.meter(a) for a, _ in rows]
    z_a, z_b = (player.encode([end[side] for end in ends], meters).mu for side in (0, 1))
    unused_rngs = [np.random.default_rng(0)] * len(ends)  # at temperature 0 nothing is random
    for name, path in (("line", lerp), ("arc", slerp)):
        decoded = [
            player.decode(path(z_a, z_b, float(t)), meters, temperature=0.0, rngs=unused_rngs)
            for t in FINE_POSITIONS
        ]
        pairs = []
        for (a, b), meter, walk in zip(ends, meters, zip(*decoded, strict=True), strict=True):
            distances = [hamming(player.codec, meter, walk[0], codes) for codes in walk]
            steps = [walk[i] for i in even_indices(distances, POSITIONS)]
            pairs.append(Pair(meter, a, b, steps, [a] * len(POSITIONS)))
        curve = curves(player.codec, pairs, model)
        figures = summarize(curve)
        cost = " ".join(f"{value:.3f}" for value in curve["relative cost, walk"])
        deviation = figures["distance to A, walk, off the straight line"]
        mean = figures.get("relative cost, walk, mean", math.nan)
        print(
            f"{name}: relative cost {cost}, mean {mean:.3f}; off the straight line {deviation:.3f}"
        )


if __name__ == "__main__":
    main()
