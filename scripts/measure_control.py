"""What steering does: seams, loops, and how far a strength goes.

    python scripts/measure_control.py [--model NAME] [--n N]

Three tables, on N pieces each, drawn by the model itself:

- the first bar after a place where windows meet, in nats under the prior, beside bars inside of
  windows, and beside windows that were drawn apart from one another;
- the first bar of a piece after its last one, with --loop and without;
- how much of what is heard differs from the reconstruction, for each strength of `vary`.
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


def following(player: Player, pieces: Sequence[Phrase], bar: int) -> float:
    """Nats a step, of a bar of each piece after those before it; bars count from 0."""
    assert player.prior
    bars = window_bars(METER, player.bars)
    windows = [
        cut_phrase(piece, (bar - bars + 1) * METER.steps_per_bar, (bar + 1) * METER.steps_per_bar)
        for piece in pieces
    ]
    codes = [player.codec.encode(window) for window in windows]
    nats = player.prior.nll(np.empty((len(codes), 0), np.float32), codes, [METER] * len(codes))
    return float(np.mean([each[-METER.steps_per_bar :].mean() for each in nats]))


def seams(player: Player, n: int) -> None:
    """The first table."""
    size = window_bars(METER, player.bars)
    pieces = generate(player, n, meter=METER, bars=4 * size, sampling=replace(NEW_MUSIC, seed=1))
    alone = generate(player, 4 * n, meter=METER, sampling=replace(NEW_MUSIC, seed=2))
    apart = [join_phrases(alone[row : row + 4]) for row in range(0, 4 * n, 4)]
    inside = [bar for bar in range(size, 4 * size) if bar % size]
    print("nats a step of the first bar after windows meet, and of bars inside")
    for name, found in (("one after the other", pieces), ("drawn apart", apart)):
        meet = np.mean([following(player, found, bar) for bar in range(size, 4 * size, size)])
        within = np.mean([following(player, found, bar) for bar in inside])
        print(f"  {name:20} {meet:6.3f} {within:6.3f}")


def loops(player: Player, n: int) -> None:
    """The second table."""
    size = window_bars(METER, player.bars)
    print("nats a step of the first bar after the last")
    for loop in (True, False):
        pieces = generate(
            player, n, meter=METER, bars=2 * size, loop=loop, sampling=replace(NEW_MUSIC, seed=3)
        )
        nats = following(player, [join_phrases([piece, piece]) for piece in pieces], 2 * size)
        print(f"  {'--loop' if loop else 'without':20} {nats:6.3f}")


def strengths(player: Player, n: int) -> None:
    """The third table."""
    sources = generate(player, n, meter=METER, sampling=replace(NEW_MUSIC, seed=4))
    print("strength: share of steps that differ from the reconstruction, note F1 with it")
    for strength in STRENGTHS:
        far, alike = [], []
        for row, source in enumerate(sources):
            back = reconstruct(player, source).phrase
            (one,) = vary(player, source, 1, strength=strength, sampling=Sampling(seed=row))
            codes = [player.codec.encode(phrase) for phrase in (back, one)]
            far.append(hamming(player.codec, METER, *codes))
            alike.append(note_f1(back, one))
        print(f"  {strength:3.1f} {np.mean(far):6.3f} {np.mean(alike):6.3f}")


def main() -> None:
    """Print all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="melody-2bar")
    parser.add_argument("--n", type=int, default=64)
    chosen = parser.parse_args()
    player = load(chosen.model).player
    seams(player, chosen.n)
    loops(player, chosen.n)
    strengths(player, chosen.n)


if __name__ == "__main__":
    main()
