"""What constraints cost the shipped models, in nats a bar, and whether they are ever broken.

    python scripts/measure_constraints.py [NAME ...] [--n N]

N windows of 4/4 at temperature 1 for each: what the prior pays, and the decoder after it; what
the decoder alone would pay, were the prior left free; how many windows keep to it by chance;
and how many of those that were asked to do not.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np

from musicvae.api.model import load
from musicvae.codecs.base import Codes
from musicvae.constraints.compile import compile_rule
from musicvae.constraints.parse import parse_constraints
from musicvae.engine import Player
from musicvae.generation.seeding import generators
from musicvae.theory.meter import Meter

METER = Meter(4, 4)
TUNE = (
    {"key": "A minor"},
    {"key": "A minor", "scale": "pentatonic"},
    {"chords": "Am F C G"},
    {"range": "C4-C5"},
    {"density": "2-3"},
    {"density": "4-8"},
    {"density": "8-10"},
    {"key": "A minor", "chords": "Am F C G", "density": "4-8"},
)
ASKED: dict[str, tuple[Mapping[str, Any], ...]] = {
    "melody-2bar": TUNE,
    "leadsheet-8bar": TUNE,
    "melody-16bar": TUNE,
    "drums-2bar": ({"density": "4-8"}, {"density": "12-20"}),
    "piano-2bar": (*TUNE, {"max_polyphony": 2}),
}


def measure(player: Player, wishes: Mapping[str, Any], n: int) -> str:
    """A row of the table."""
    asked = parse_constraints(**wishes)
    codec, meters, steps = player.codec, [METER] * n, player.steps(METER)
    rules, bars = [compile_rule(asked, codec, METER, steps)] * n, steps // METER.steps_per_bar
    nothing = np.empty((n, 0), np.float32)
    assert player.prior

    def decoded(z: Any, kept: Any) -> list[Codes]:
        return player.decode(z, meters, temperature=0.0, rngs=generators(2, n), rules=kept)

    def broken(windows: list[Codes]) -> int:
        return sum(bool(asked.violations(codec.decode(one, METER), codec)) for one in windows)

    made_up = player.sample_prior(meters, generators(1, n), 1.0, rules)
    of_prior = player.prior.cost(nothing, made_up, meters, rules).mean() / bars
    z = player.sample_z(meters, generators(1, n), 1.0, rules)
    kept = decoded(z, rules)
    of_decoder = player.cost(z, kept, meters, rules).mean() / bars
    free = player.sample_z(meters, generators(1, n))
    alone = player.cost(free, decoded(free, rules), meters, rules).mean() / bars
    by_chance = 1 - broken(decoded(free, None)) / n
    costs = f"{of_prior:.2f} | {of_decoder:.2f} | {alone:.2f}"
    return f"{costs} | {by_chance:.0%} | {broken(kept)}"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", default=[*ASKED])
    parser.add_argument("--n", type=int, default=64)
    chosen = parser.parse_args()
    print("| model | asked | prior | decoder | decoder alone | by chance | broken |")
    print("|---|---|---|---|---|---|---|")
    for name in chosen.names:
        player = load(name).player
        for wishes in ASKED[name]:
            told = ", ".join(f"{key} {value}" for key, value in wishes.items())
            print(f"| {name} | {told} | {measure(player, wishes, chosen.n)} |", flush=True)


if __name__ == "__main__":
    main()
