"""Measure window boundaries, loops, and the strength of `vary`.

    python scripts/measure_control.py [--model NAME] [--n N]

Three tables, each on N pieces that the model generates:

- NLL under the prior of the first bar after a window boundary, and of bars inside windows; for
  pieces generated as a whole, and for windows generated independently of each other;
- NLL of the first bar of a piece after its last one, with `--loop` and without;
- share of steps that differ from the reconstruction, for each strength of `vary`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from musicvae.api.model import load
from musicvae.engine import Player
from musicvae.generation.latent_path import hamming
from musicvae.generation.seeding import NEW_MUSIC, Sampling
from musicvae.metrics.histograms import note_f1
from musicvae.score.phrase import Phrase
from musicvae.score.windows import cut_phrase, join_phrases, window_bars
from musicvae.theory.meter import Meter
from musicvae.verbs.generate import generate
from musicvae.verbs.reconstruct import reconstruct
from musicvae.verbs.vary import vary

METER = Meter(4, 4)
STRENGTHS = (0.0, 0.1, 0.3, 0.5, 0.7, 1.0)


def nll_of_bar(player: Player, pieces: Sequence[Phrase], bar: int) -> float:
    """Mean NLL per step of a bar of each piece, given the bars before it; bars count from 0."""
    assert player.prior
    bars = window_bars(METER, player.bars)
    windows = [
        cut_phrase(piece, (bar - bars + 1) * METER.steps_per_bar, (bar + 1) * METER.steps_per_bar)
        for piece in pieces
    ]
    codes = [player.codec.encode(window) for window in windows]
    nlls = player.prior.nll(np.empty((len(codes), 0), np.float32), codes, [METER] * len(codes))
    return float(np.mean([by_step[-METER.steps_per_bar :].mean() for by_step in nlls]))


def measure_boundaries(player: Player, n: int) -> None:
    """Print the first table."""
    size = window_bars(METER, player.bars)
    pieces = generate(player, n, meter=METER, bars=4 * size, sampling=replace(NEW_MUSIC, seed=1))
    windows = generate(player, 4 * n, meter=METER, sampling=replace(NEW_MUSIC, seed=2))
    independent = [join_phrases(windows[row : row + 4]) for row in range(0, 4 * n, 4)]
    inside = [bar for bar in range(size, 4 * size) if bar % size]
    print("nats a step of the first bar after windows meet, and of bars inside")
    for name, phrases in (("one after the other", pieces), ("drawn apart", independent)):
        boundary_bars = range(size, 4 * size, size)
        at_boundaries = np.mean([nll_of_bar(player, phrases, bar) for bar in boundary_bars])
        within = np.mean([nll_of_bar(player, phrases, bar) for bar in inside])
        print(f"  {name:20} {at_boundaries:6.3f} {within:6.3f}")


def measure_loops(player: Player, n: int) -> None:
    """Print the second table."""
    size = window_bars(METER, player.bars)
    print("nats a step of the first bar after the last")
    for loop in (True, False):
        pieces = generate(
            player, n, meter=METER, bars=2 * size, loop=loop, sampling=replace(NEW_MUSIC, seed=3)
        )
        nll = nll_of_bar(player, [join_phrases([piece, piece]) for piece in pieces], 2 * size)
        print(f"  {'--loop' if loop else 'without':20} {nll:6.3f}")


def measure_strengths(player: Player, n: int) -> None:
    """Print the third table."""
    sources = generate(player, n, meter=METER, sampling=replace(NEW_MUSIC, seed=4))
    print("strength: share of steps that differ from the reconstruction, note F1 with it")
    for strength in STRENGTHS:
        distances, f1s = [], []
        for row, source in enumerate(sources):
            reconstruction = reconstruct(player, source).phrase
            (variation,) = vary(player, source, 1, strength=strength, sampling=Sampling(seed=row))
            codes = [player.codec.encode(phrase) for phrase in (reconstruction, variation)]
            distances.append(hamming(player.codec, METER, *codes))
            f1s.append(note_f1(reconstruction, variation))
        print(f"  {strength:3.1f} {np.mean(distances):6.3f} {np.mean(f1s):6.3f}")


def main() -> None:
    """Print all three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="melody-2bar")
    parser.add_argument("--n", type=int, default=64)
    arguments = parser.parse_args()
    player = load(arguments.model).player
    measure_boundaries(player, arguments.n)
    measure_loops(player, arguments.n)
    measure_strengths(player, arguments.n)


if __name__ == "__main__":
    main()
