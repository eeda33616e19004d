"""Compare methods of adapting a model to a few files: how similar, how musical, how new.

    python scripts/measure_personal.py --data DATA [--model melody-2bar] [--split valid] [--n 256]

DATA is a data set that `musicvae prepare` made from the collections; the files of each case are
the first of its split. For each method it prints figures of samples in the meters of the files:

- overlap of their histograms with those of the files, and of up to 40 other files of that kind
- nats per step under the prior of the model
- share of steps that are unchanged when a sample is encoded and decoded
- share of silent samples
- share of samples that are copies from the files

The line above them has the same figures of the files themselves, and how long `personalize` took.
Without other files, the overlap with them is 0.
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
from musicvae.generation.seeding import generators
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
MAX_OTHER_FILES = 40
MIN_WINDOWS = 4
"""Minimum number of windows of a file."""

MODEL_SAMPLES = 600
"""Number of samples from which the distribution of the model's z is estimated."""

LATENT = 16
"""Latent size of the linear VAE over z."""


def main() -> None:
    """Print a table for each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="melody-2bar")
    parser.add_argument("--split", default="valid")
    parser.add_argument("--n", type=int, default=256)
    parser.add_argument("--cases", nargs="*", default=[name for name, _, _ in CASES])
    arguments = parser.parse_args()
    base = load(arguments.model)
    with (arguments.data / "pieces.csv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["split"] == arguments.split]
    pieces = [row["file"] for row in rows if int(row["windows"]) >= MIN_WINDOWS]
    for name, kind, selection in CASES:
        if name in arguments.cases:
            of_kind = [file for file in pieces if kind in file]
            files = of_kind[selection]
            others = [file for file in of_kind if file not in files][:MAX_OTHER_FILES]
            start = time.monotonic()
            personal = personalize(base.checkpoint, files)
            seconds = time.monotonic() - start
            case = Case(base.player, files, others, arguments.n)
            print(f"\n{name}: {len(case.windows.codes)} windows, {seconds:.0f} s; {case.about()}")
            for method, player, z in methods(case, Player(personal.checkpoint)):
                print(f"  {method:34} {case.figures(player, z)}", flush=True)


class Case:
    """The windows of some files and of others of their kind, and meters for `n` samples."""

    def __init__(self, player: Player, files: list[str], others: list[str], n: int) -> None:
        self.player, codec = player, player.codec
        self.windows, _ = read_windows(files, player)
        self.other_windows, _ = read_windows(others, player)
        rng = np.random.default_rng(0)
        rows = rng.integers(0, len(self.windows.meters), n)
        self.meters = [self.windows.meters[row] for row in rows]
        matched_codes: list[Codes] = []
        matched_meters = []
        for meter in self.meters:  # windows of the other files, in the same mixture of meters
            in_meter = [row for row, m in enumerate(self.other_windows.meters) if m == meter]
            if in_meter:
                row = in_meter[rng.integers(len(in_meter))]
                matched_codes.append(self.other_windows.codes[row])
                matched_meters.append(meter)
        self.matched = WindowSet(matched_codes, matched_meters)
        self.histograms = histograms_of(self.phrases(*self.windows), codec)
        self.other_histograms = histograms_of(self.phrases(*self.matched), codec)
        self.copy_indices = {
            meter: CopyIndex(
                codec, np.stack([c for c, m in zip(*self.windows, strict=True) if m == meter])
            )
            for meter in set(self.windows.meters)
        }

    def phrases(self, codes: Sequence[Codes], meters: Sequence[Meter]) -> list[Phrase]:
        """Decode windows to phrases."""
        decode = self.player.codec.decode
        return [decode(window, meter) for window, meter in zip(codes, meters, strict=True)]

    def about(self) -> str:
        """The figures of the files themselves."""
        nats = f"{self.nats(*self.windows):.2f} nats"
        if not self.matched.codes:
            return f"{nats}, no other files in their meters"
        overlap_with_others = mean(overlap(self.histograms, self.other_histograms))
        is_copy = [
            self.copy_indices[meter].contains_copy(window)
            for window, meter in zip(*self.other_windows, strict=True)
            if meter in self.copy_indices
        ]
        return (
            f"{nats}, overlap with other files {overlap_with_others:.3f}, "
            f"copies in other files {np.mean(is_copy):.1%}"
        )

    def figures(self, player: Player, z: FloatArray) -> str:
        """The figures of the samples that a player decodes from z."""
        rngs = generators(1, len(z))
        samples = player.decode(z, self.meters, temperature=1.0, rngs=rngs)
        mu = player.encode(samples, self.meters).mu
        reconstructed = player.decode(mu, self.meters, temperature=0.0, rngs=rngs)
        unchanged = np.mean([np.mean(a == b) for a, b in zip(samples, reconstructed, strict=True)])
        phrases = self.phrases(samples, self.meters)
        histograms = histograms_of(phrases, player.codec)
        is_copy = [
            self.copy_indices[meter].contains_copy(sample)
            for sample, meter in zip(samples, self.meters, strict=True)
        ]
        return (
            f"overlap {mean(overlap(histograms, self.histograms)):.3f}, with other files "
            f"{mean(overlap(histograms, self.other_histograms)):.3f}, "
            f"{self.nats(samples, self.meters):.2f} nats, "
            f"back {unchanged:.1%}, silent {np.mean([p.is_silent for p in phrases]):.1%}, "
            f"copies {np.mean(is_copy):.1%}"
        )

    def nats(self, codes: Sequence[Codes], meters: Sequence[Meter]) -> float:
        """Mean NLL per step under the prior of the model."""
        assert self.player.prior is not None  # `personalize` refuses models without a prior
        no_z = np.empty((len(codes), 0), np.float32)
        nlls = self.player.prior.nll(no_z, codes, meters)
        return float(np.mean([nll_by_step.mean() for nll_by_step in nlls]))


def methods(case: Case, personal: Player) -> Iterator[tuple[str, Player, FloatArray]]:
    """Yield the name of each method, the player that decodes, and the z of its samples."""
    player, meters = case.player, case.meters
    samples = player.sample_z(meters, generators(2, len(meters)))
    yield "the model", player, samples
    mu, log_var = player.encode(*case.windows)
    center = mu.mean(axis=0)
    covariance = np.cov(mu, rowvar=False, bias=True) + np.diag(np.exp(log_var).mean(axis=0))
    noise = np.random.default_rng(3).standard_normal(samples.shape)
    yield "z of a linear VAE of 16", player, center + noise @ root(low_rank(covariance))
    yield "z of one Gaussian", player, center + noise @ root(covariance)
    rows = np.random.default_rng(5).integers(0, len(mu), MODEL_SAMPLES)
    model_z = player.sample_z(
        [case.windows.meters[row] for row in rows], generators(4, MODEL_SAMPLES)
    )
    model_covariance, count = np.cov(model_z, rowvar=False), len(mu)
    # few windows: shrink the covariance of the files towards that of the model
    size = len(covariance)
    shrunk = (count * covariance + size * model_covariance) / (count + size)
    # the optimal transport map between two Gaussians A and B: A^-1/2 (A^1/2 B A^1/2)^1/2 A^-1/2
    half = root(model_covariance)
    inverse = np.linalg.inv(half)
    transport = inverse @ root(half @ shrunk @ half) @ inverse
    yield "z of the model, moved", player, center + (samples - model_z.mean(axis=0)) @ transport
    personal_z = personal.sample_z(meters, generators(2, len(meters)))
    yield "a prior that leans (personalize)", personal, personal_z


def low_rank(covariance: FloatArray) -> FloatArray:
    """The covariance of probabilistic PCA: all but `LATENT` directions have equal variance."""
    values, axes = np.linalg.eigh(covariance)
    values[:-LATENT] = values[:-LATENT].mean()
    result: FloatArray = (axes * values) @ axes.T
    return result


def root(covariance: FloatArray) -> FloatArray:
    """The symmetric square root of a covariance."""
    values, axes = np.linalg.eigh(covariance)
    result: FloatArray = (axes * np.sqrt(np.maximum(values, 1e-6))) @ axes.T
    return result


def mean(figures: dict[str, float]) -> float:
    """Mean of all statistics."""
    return float(np.mean(list(figures.values())))


if __name__ == "__main__":
    main()
