"""Ways to lean a model towards a few files, beside each other: how near, how musical, how new.

    python scripts/measure_personal.py --data DATA [--model melody-2bar] [--split valid] [--n 256]

DATA is a data set that `musicvae prepare` made of the collections; the files of each case are the
first of its split. For each way, of samples in the meters of the files: their overlap with the
files' own music, and with the music of up to 40 other files of that kind (beside it, that of the
files themselves); nats a step under the prior of the model (beside it, those of the files); the
share of steps that come back when a sample is encoded and decoded; silent ones; copies of the
files (beside it, those in the other files). And how long it took. Without other
files, overlap with them is 0.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from musicvae.adapt.personalize import WindowSet, personalize, read_windows
from musicvae.api.model import load
from musicvae.arrays import FloatArray
from musicvae.codecs.base import Codes
from musicvae.engine import Player
from musicvae.generation.seeding import (
    generators,
)
from musicvae.metrics.copies import CopyIndex
from musicvae.metrics.histograms import histograms_of, overlap
from musicvae.score.phrase import Phrase
from musicvae.theory.meter import Meter

CASES = (
    ("10 chorale tunes", "/bach/", slice(0, 10)),
    ("10 jigs", "/nottingham/jigs", slice(0, 10)),
    ("10 airs", "/airdsAirs/", slice(0, 10)),
    ("10 pop songs", "/pop909/", slice(0, 10)),
    ("8 jazz tunes", "/improvisor/", slice(0, 8)),
    ("one pop song", "/pop909/", slice(3, 4)),
    ("one lied", "/lieder/", slice(7, 8)),
)
OTHERS = 40
FEWEST = 4
"""Windows of a file at least."""

USUAL = 600
"""Samples that tell where the model's z lie."""

LATENT = 16
"""Of the linear VAE over z."""


def main() -> None:
    """Print a table for each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="melody-2bar")
    parser.add_argument("--split", default="valid")
    parser.add_argument("--n", type=int, default=256)
    parser.add_argument("--cases", nargs="*", default=[name for name, _, _ in CASES])
    chosen = parser.parse_args()
    base = load(chosen.model)
    with (chosen.data / "pieces.csv").open() as table:
        rows = [row for row in csv.DictReader(table) if row["split"] == chosen.split]
    pieces = [row["file"] for row in rows if int(row["windows"]) >= FEWEST]
    for name, kind, which in CASES:
        if name in chosen.cases:
            of_kind = [file for file in pieces if kind in file]
            files = of_kind[which]
            others = [file for file in of_kind if file not in files][:OTHERS]
            begun = time.monotonic()
            personal = personalize(base.checkpoint, files)
            took = time.monotonic() - begun
            case = Case(base.player, files, others, chosen.n)
            print(f"\n{name}: {len(case.own.codes)} windows, {took:.0f} s; {case.about()}")
            for way, player, z in ways(case, Player(personal.checkpoint)):
                print(f"  {way:34} {case.figures(player, z)}", flush=True)


class Case:
    """Some files, others of their kind, and samples in the meters of the first."""

    def __init__(self, player: Player, files: list[str], others: list[str], n: int) -> None:
        self.player, codec = player, player.codec
        self.own, _ = read_windows(files, player)
        self.others, _ = read_windows(others, player)
        rng = np.random.default_rng(0)
        self.meters = [self.own.meters[row] for row in rng.integers(0, len(self.own.meters), n)]
        alike: list[Codes] = []
        alike_meters = []
        for meter in self.meters:  # the others in the same mixture of meters
            rows = [row for row, its in enumerate(self.others.meters) if its == meter]
            if rows:
                alike.append(self.others.codes[rows[rng.integers(len(rows))]])
                alike_meters.append(meter)
        self.alike = WindowSet(alike, alike_meters)
        self.music = histograms_of(self.phrases(*self.own), codec)
        self.other_music = histograms_of(self.phrases(*self.alike), codec)
        self.libraries = {
            meter: CopyIndex(
                codec, np.stack([c for c, m in zip(*self.own, strict=True) if m == meter])
            )
            for meter in set(self.own.meters)
        }

    def phrases(self, codes: Sequence[Codes], meters: Sequence[Meter]) -> list[Phrase]:
        """Windows as phrases."""
        decode = self.player.codec.decode
        return [decode(each, meter) for each, meter in zip(codes, meters, strict=True)]

    def about(self) -> str:
        """The figures of music itself."""
        nats = f"{self.nats(*self.own):.2f} nats"
        if not self.alike.codes:
            return f"{nats}, no other files in their meters"
        near = mean(overlap(self.music, self.other_music))
        again = [
            self.libraries[meter].contains_copy(each)
            for each, meter in zip(*self.others, strict=True)
            if meter in self.libraries
        ]
        return (
            f"{nats}, overlap with other files {near:.3f}, "
            f"copies in other files {np.mean(again):.1%}"
        )

    def figures(self, player: Player, z: FloatArray) -> str:
        """Those of samples."""
        rngs = generators(1, len(z))
        drawn = player.decode(z, self.meters, temperature=1.0, rngs=rngs)
        back = player.encode(drawn, self.meters).mu
        again = player.decode(back, self.meters, temperature=0.0, rngs=rngs)
        agree = np.mean([np.mean(a == b) for a, b in zip(drawn, again, strict=True)])
        heard = self.phrases(drawn, self.meters)
        found = histograms_of(heard, player.codec)
        copies = [
            self.libraries[meter].contains_copy(each)
            for each, meter in zip(drawn, self.meters, strict=True)
        ]
        return (
            f"overlap {mean(overlap(found, self.music)):.3f}, with other files "
            f"{mean(overlap(found, self.other_music)):.3f}, "
            f"{self.nats(drawn, self.meters):.2f} nats, "
            f"back {agree:.1%}, silent {np.mean([each.is_silent for each in heard]):.1%}, "
            f"copies {np.mean(copies):.1%}"
        )

    def nats(self, codes: Sequence[Codes], meters: Sequence[Meter]) -> float:
        """A step, under the prior of the model."""
        assert self.player.prior is not None  # personalize has refused others
        nothing = np.empty((len(codes), 0), np.float32)
        each = self.player.prior.nll(nothing, codes, meters)
        return float(np.mean([nats.mean() for nats in each]))


def ways(case: Case, leaning: Player) -> Iterator[tuple[str, Player, FloatArray]]:
    """Each way, who decodes, and z of its samples."""
    player, meters = case.player, case.meters
    made_up = player.sample_z(meters, generators(2, len(meters)))
    yield "the model", player, made_up
    mu, log_var = player.encode(*case.own)
    centre = mu.mean(axis=0)
    spread = np.cov(mu, rowvar=False, bias=True) + np.diag(np.exp(log_var).mean(axis=0))
    noise = np.random.default_rng(3).standard_normal(made_up.shape)
    yield "z of a linear VAE of 16", player, centre + noise @ root(narrowed(spread))
    yield "z of one Gaussian", player, centre + noise @ root(spread)
    rows = np.random.default_rng(5).integers(0, len(mu), USUAL)
    usual = player.sample_z([case.own.meters[row] for row in rows], generators(4, USUAL))
    wide, count = np.cov(usual, rowvar=False), len(mu)
    shrunk = (count * spread + len(spread) * wide) / (count + len(spread))
    half = root(wide)
    inverse = np.linalg.inv(half)
    carry = inverse @ root(half @ shrunk @ half) @ inverse  # between two Gaussians, the nearest way
    yield "z of the model, moved", player, centre + (made_up - usual.mean(axis=0)) @ carry
    yield (
        "a prior that leans (personalize)",
        leaning,
        leaning.sample_z(meters, generators(2, len(meters))),
    )


def narrowed(spread: FloatArray) -> FloatArray:
    """A covariance as probabilistic PCA has it."""
    values, axes = np.linalg.eigh(spread)
    values[:-LATENT] = values[:-LATENT].mean()
    found: FloatArray = (axes * values) @ axes.T
    return found


def root(spread: FloatArray) -> FloatArray:
    """The symmetric square root of a covariance."""
    values, axes = np.linalg.eigh(spread)
    found: FloatArray = (axes * np.sqrt(np.maximum(values, 1e-6))) @ axes.T
    return found


def mean(figures: dict[str, float]) -> float:
    """Of all statistics."""
    return float(np.mean(list(figures.values())))


if __name__ == "__main__":
    main()
