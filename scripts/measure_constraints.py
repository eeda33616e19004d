"""Measure what constraints cost the shipped models, and that they are never violated.

    python scripts/measure_constraints.py [NAME ...] [--n N]

For each set of constraints, N windows of 4/4 are generated at temperature 1. The columns are the
cost in nats per bar of the prior and of the decoder after it; the cost of the decoder if the prior
is not constrained; the share of windows that satisfy the constraints by chance; and the number of
constrained windows that violate them.
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
CONSTRAINTS: dict[str, tuple[Mapping[str, Any], ...]] = {
    "melody-2bar": TUNE,
    "leadsheet-8bar": TUNE,
    "melody-16bar": TUNE,
    "drums-2bar": ({"density": "4-8"}, {"density": "12-20"}),
    "piano-2bar": (*TUNE, {"max_polyphony": 2}),
}


def measure(player: Player, arguments: Mapping[str, Any], n: int) -> str:
    """A row of the table: costs in nats per bar, and how many windows violate the constraints."""
    constraints = parse_constraints(**arguments)
    codec, meters, steps = player.codec, [METER] * n, player.steps(METER)
    rules, bars = [compile_rule(constraints, codec, METER, steps)] * n, steps // METER.steps_per_bar
    no_z = np.empty((n, 0), np.float32)
    assert player.prior

    def decode(z: Any, rules: Any) -> list[Codes]:
        return player.decode(z, meters, temperature=0.0, rngs=generators(2, n), rules=rules)

    def count_violating(windows: list[Codes]) -> int:
        phrases = [codec.decode(codes, METER) for codes in windows]
        return sum(bool(constraints.violations(phrase, codec)) for phrase in phrases)

    windows = player.sample_prior(meters, generators(1, n), 1.0, rules)
    cost_of_prior = player.prior.cost(no_z, windows, meters, rules).mean() / bars
    z = player.sample_z(meters, generators(1, n), 1.0, rules)
    constrained = decode(z, rules)
    cost_of_decoder = player.cost(z, constrained, meters, rules).mean() / bars
    free_z = player.sample_z(meters, generators(1, n))
    cost_of_decoder_alone = player.cost(free_z, decode(free_z, rules), meters, rules).mean() / bars
    by_chance = 1 - count_violating(decode(free_z, None)) / n
    costs = f"{cost_of_prior:.2f} | {cost_of_decoder:.2f} | {cost_of_decoder_alone:.2f}"
    return f"{costs} | {by_chance:.0%} | {count_violating(constrained)}"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", default=[*CONSTRAINTS])
    parser.add_argument("--n", type=int, default=64)
    arguments = parser.parse_args()
    print("| model | asked | prior | decoder | decoder alone | by chance | broken |")
    print("|---|---|---|---|---|---|---|")
    for name in arguments.names:
        player = load(name).player
        for constraints in CONSTRAINTS[name]:
            label = ", ".join(f"{key} {value}" for key, value in constraints.items())
            print(f"| {name} | {label} | {measure(player, constraints, arguments.n)} |", flush=True)


if __name__ == "__main__":
    main()
