"""Learn how drummers play from the Groove MIDI Dataset; write musicvae/performance/groove.json.

    python scripts/learn_feel.py CORPUS [--out FILE]

CORPUS is the folder of the data set, with its info.csv. Only the train split is used. Means are
averages; spreads are fitted by maximum likelihood, to all notes of a performance jointly.

Notes further from their step than two thirds of the way to the next are flams, rolls or
triplets. They say nothing about feel and are left out; so are performances in triplets.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.optimize import minimize

from musicvae.midi.grid import choose_grid
from musicvae.midi.meter_segments import meter_segments
from musicvae.midi.parser import parse
from musicvae.performance.groove import TABLE, GrooveSpread
from musicvae.theory.drum_kit import DRUM_CLASS, DRUM_CLASSES
from musicvae.theory.meter import METRICAL_LEVELS, RESOLUTION, STRAIGHT, Meter, ticks_to_steps

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_OFFSET = 40
"""Maximum distance of a note from its step, in ticks; a step has 120."""

PRIOR_NOTES = 20.0
"""Weight of a drum's mean over all levels in its mean at one level, as a number of notes."""

FIT_NOTES, FIT_EVERY = 250, 8
"""Spreads are fitted to the first 250 notes of every eighth performance."""


class Performance(NamedTuple):
    """The notes of one file that are near their steps.

    Attributes:
        step: step of each note. `[N]`
        drum: one of the nine drum classes. `[N]`
        offset: ticks after the step. `[N]`
        velocity: 1 to 127. `[N]`
    """

    meter: Meter
    step: Ints
    drum: Ints
    offset: Floats
    velocity: Floats


def main() -> None:
    """Fit the tables and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="Folder of the Groove MIDI Dataset.")
    parser.add_argument("--out", type=Path, default=TABLE, help="File to write.")
    arguments = parser.parse_args()
    played = list(read_performances(arguments.corpus, "train"))
    count = sum(len(performance.step) for performance in played)
    print(f"{len(played)} performances, {count:,} strokes")
    spreads = {
        "timing": fit(played, [performance.offset for performance in played]),
        "velocity": fit(played, [performance.velocity for performance in played]),
    }
    for name, spread in spreads.items():
        print(name, {key: value for key, value in asdict(spread).items() if key != "mean"})
    table = {name: asdict(spread) for name, spread in spreads.items()}
    arguments.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def read_performances(corpus: Path, split: str) -> Iterator[Performance]:
    """Yield the performances of a split that are not in triplets, in order."""
    with (corpus / "info.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == split]
    for row in rows:
        path = corpus / row["midi_filename"]
        performance = read_performance(path.read_bytes()) if path.exists() else None
        if performance is not None and len(performance.step) > 1:
            yield performance


def read_performance(data: bytes) -> Performance | None:
    """Read a MIDI file; None if it is played in triplets."""
    score = parse(data)[0]
    segment = meter_segments(score)[0]
    notes = [note for track in score.tracks for note in track.notes if note.pitch in DRUM_CLASS]
    ticks = np.array([note.start for note in notes], dtype=np.int64)
    meter = choose_grid(segment, ticks, score.resolution).meter
    if meter.steps_per_quarter != STRAIGHT:
        return None
    step = np.array([ticks_to_steps(tick, score.resolution) for tick in ticks.tolist()])
    offset = ticks * RESOLUTION / score.resolution - step * meter.step_ticks
    near = abs(offset) <= MAX_OFFSET
    drum = np.array([DRUM_CLASS[note.pitch] for note in notes])
    velocity = np.array([note.velocity for note in notes], dtype=np.float64)
    return Performance(meter, step[near], drum[near], offset[near], velocity[near])


def fit(played: Sequence[Performance], values: Sequence[Floats]) -> GrooveSpread:
    """Compute the means, then fit the spreads by maximum likelihood."""
    mean = means(played, values)
    residuals = [
        value - mean[performance.drum, levels(performance)]
        for performance, value in zip(played, values, strict=True)
    ]
    sample = [
        (cropped(performance), residual[:FIT_NOTES])
        for performance, residual in zip(played, residuals, strict=True)
    ][::FIT_EVERY]
    scale = float(np.concatenate(residuals).std())

    def spread_at(x: Floats) -> GrooveSpread:
        """Unconstrained parameters: spreads are positive, `memory` is between 0 and 1."""
        drum, place, habit, drift, stroke = (scale * np.exp(x[:5])).tolist()
        return GrooveSpread((), drum, place, habit, drift, float(1 / (1 + np.exp(-x[5]))), stroke)

    def cost(x: Floats) -> float:
        spread = spread_at(x)
        return -sum(log_likelihood(spread, performance, rest) for performance, rest in sample)

    start = np.array([-1.0, -1.0, -1.0, -1.0, -0.5, 0.0])
    simplex = np.concatenate([start[None], start + 0.5 * np.eye(len(start))])
    options = {"initial_simplex": simplex, "xatol": 0.03, "fatol": 2.0, "maxfev": 500}
    best = spread_at(minimize(cost, start, method="Nelder-Mead", options=options).x)
    rounded_mean = tuple(tuple(round(value, 2) for value in row) for row in mean.tolist())
    spreads = {key: round(value, 3) for key, value in asdict(best).items() if key != "mean"}
    return replace(best, **spreads, mean=rounded_mean)


def levels(performance: Performance) -> Ints:
    """Metrical level of the step of each note. `[N]`"""
    meter = performance.meter
    level = np.array([meter.level(step) for step in range(meter.steps_per_bar)])
    return level[performance.step % meter.steps_per_bar]


def means(played: Sequence[Performance], values: Sequence[Floats]) -> Floats:
    """Mean of each drum at each level, smoothed towards that of the drum. `[9, LEVELS]`"""
    cells = np.concatenate([p.drum * METRICAL_LEVELS + levels(p) for p in played])
    value = np.concatenate(values)
    shape = (len(DRUM_CLASSES), METRICAL_LEVELS)
    total = np.bincount(cells, value, len(DRUM_CLASSES) * METRICAL_LEVELS).reshape(shape)
    count = np.bincount(cells, minlength=len(DRUM_CLASSES) * METRICAL_LEVELS).reshape(shape)
    drum_mean = total.sum(axis=1, keepdims=True) / count.sum(axis=1, keepdims=True)
    return np.asarray((total + PRIOR_NOTES * drum_mean) / (count + PRIOR_NOTES))


def cropped(performance: Performance) -> Performance:
    """The first notes of a performance."""
    return Performance(performance.meter, *(array[:FIT_NOTES] for array in performance[1:]))


def log_likelihood(spread: GrooveSpread, performance: Performance, residuals: Floats) -> float:
    """Log-likelihood of the notes' differences from their means, jointly, in nats."""
    # with covariance L L^T and w = L^-1 r: log p = -(w.w + N log 2 pi) / 2 - log det L
    lower = np.linalg.cholesky(covariance(spread, performance))
    white = solve_triangular(lower, residuals, lower=True)
    constant = len(residuals) * np.log(2 * np.pi)
    return float(-0.5 * (white @ white + constant) - np.log(np.diag(lower)).sum())


def covariance(spread: GrooveSpread, performance: Performance) -> Floats:
    """Covariance of the notes of a performance. `[N, N]`"""
    step, drum = performance.step, performance.drum
    place = step % performance.meter.steps_per_bar
    same_drum, same_place = drum[:, None] == drum, place[:, None] == place
    quarters = abs(step[:, None] - step) / performance.meter.steps_per_quarter
    result = spread.drift**2 * spread.memory**quarters
    result += spread.drum**2 * same_drum + spread.place**2 * same_place
    result += spread.habit**2 * (same_drum & same_place)
    result[np.diag_indices(len(result))] += spread.stroke**2
    return np.asarray(result)


if __name__ == "__main__":
    main()
