"""How drummers play, learned from the Groove MIDI Dataset: writes musicvae/performance/groove.json.

    python scripts/learn_feel.py CORPUS [--out FILE]

CORPUS is the dataset's folder, with its info.csv. The train split alone is read. Means are
counted; spreads are fitted by maximum likelihood, to all strokes of a performance together.

What lies further from its step than two thirds of the way to the next is a flam, a roll or a
triplet, no feel, and left out; so are performances in triplets.
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

from musicvae.midi.parser import parse
from musicvae.midi.quantize import choose_grid, meter_segments
from musicvae.performance.groove import TABLE, GrooveSpread
from musicvae.theory.drum_kit import CLASS_OF, CLASSES
from musicvae.theory.meter import LEVELS, RESOLUTION, STRAIGHT, Meter, ticks_to_steps

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEAR = 40
"""Ticks of 120 that a stroke may be off its step, and count as feel."""

FEW = 20.0
"""Strokes that the mean of a drum counts for where a level has few of its own."""

STROKES, EVERY = 250, 8
"""Spreads are fitted to so many strokes of each eighth performance."""


class Performance(NamedTuple):
    """The strokes of one file that are near their steps.

    Attributes:
        step, drum: of each stroke; drum is one of the nine classes. `[N]`
        offset, velocity: in ticks after its step; 1 to 127. `[N]`
    """

    meter: Meter
    step: Ints
    drum: Ints
    offset: Floats
    velocity: Floats


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="Folder of the Groove MIDI Dataset.")
    parser.add_argument("--out", type=Path, default=TABLE, help="File to write.")
    chosen = parser.parse_args()
    played = list(performances(chosen.corpus, "train"))
    print(f"{len(played)} performances, {sum(len(one.step) for one in played):,} strokes")
    table = {
        "timing": learn(played, [one.offset for one in played]),
        "velocity": learn(played, [one.velocity for one in played]),
    }
    for name, feel in table.items():
        print(name, {key: value for key, value in asdict(feel).items() if key != "mean"})
    told = {name: asdict(feel) for name, feel in table.items()}
    chosen.out.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def performances(corpus: Path, split: str) -> Iterator[Performance]:
    """Those of one split that are straight, in order."""
    with (corpus / "info.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == split]
    for row in rows:
        path = corpus / row["midi_filename"]
        found = perform(path.read_bytes()) if path.exists() else None
        if found is not None and len(found.step) > 1:
            yield found


def perform(data: bytes) -> Performance | None:
    """A file as strokes; None where it is played in triplets."""
    score = parse(data)[0]
    stretch = meter_segments(score)[0]
    notes = [note for track in score.tracks for note in track.notes if note.pitch in CLASS_OF]
    ticks = np.array([note.start for note in notes], dtype=np.int64)
    meter = choose_grid(stretch, ticks, score.resolution)
    if meter.steps_per_quarter != STRAIGHT:
        return None
    step = np.array([ticks_to_steps(tick, score.resolution) for tick in ticks.tolist()])
    offset = ticks * RESOLUTION / score.resolution - step * meter.step_ticks
    near = abs(offset) <= NEAR
    drum = np.array([CLASS_OF[note.pitch] for note in notes])
    velocity = np.array([note.velocity for note in notes], dtype=np.float64)
    return Performance(meter, step[near], drum[near], offset[near], velocity[near])


def learn(played: Sequence[Performance], values: Sequence[Floats]) -> GrooveSpread:
    """Means, then the spreads that make the values most likely."""
    mean = means(played, values)
    rest = [value - mean[one.drum, levels(one)] for one, value in zip(played, values, strict=True)]
    some = [(cropped(one), r[:STROKES]) for one, r in zip(played, rest, strict=True)][::EVERY]
    spread = float(np.concatenate(rest).std())

    def feel(x: Floats) -> GrooveSpread:
        drum, place, habit, drift, stroke = (spread * np.exp(x[:5])).tolist()
        return GrooveSpread((), drum, place, habit, drift, float(1 / (1 + np.exp(-x[5]))), stroke)

    def cost(x: Floats) -> float:
        return -sum(log_likelihood(feel(x), one, r) for one, r in some)

    begin = np.array([-1.0, -1.0, -1.0, -1.0, -0.5, 0.0])
    around = np.concatenate([begin[None], begin + 0.5 * np.eye(len(begin))])
    options = {"initial_simplex": around, "xatol": 0.03, "fatol": 2.0, "maxfev": 500}
    best = feel(minimize(cost, begin, method="Nelder-Mead", options=options).x)
    told = tuple(tuple(round(value, 2) for value in row) for row in mean.tolist())
    spreads = {key: round(value, 3) for key, value in asdict(best).items() if key != "mean"}
    return replace(best, **spreads, mean=told)


def levels(one: Performance) -> Ints:
    """How light the step of each stroke is. `[N]`"""
    level = np.array([one.meter.level(step) for step in range(one.meter.steps_per_bar)])
    return level[one.step % one.meter.steps_per_bar]


def means(played: Sequence[Performance], values: Sequence[Floats]) -> Floats:
    """Of each drum at each level; that of the drum where there are few. `[9, LEVELS]`"""
    cells = np.concatenate([one.drum * LEVELS + levels(one) for one in played])
    value = np.concatenate(values)
    shape = (len(CLASSES), LEVELS)
    total = np.bincount(cells, value, len(CLASSES) * LEVELS).reshape(shape)
    count = np.bincount(cells, minlength=len(CLASSES) * LEVELS).reshape(shape)
    usual = total.sum(axis=1, keepdims=True) / count.sum(axis=1, keepdims=True)
    return np.asarray((total + FEW * usual) / (count + FEW))


def cropped(one: Performance) -> Performance:
    """Its first strokes."""
    return Performance(one.meter, *(array[:STROKES] for array in one[1:]))


def log_likelihood(feel: GrooveSpread, one: Performance, rest: Floats) -> float:
    """Of what strokes differ from their means by, together, in nats."""
    lower = np.linalg.cholesky(covariance(feel, one))
    white = solve_triangular(lower, rest, lower=True)
    size = len(rest) * np.log(2 * np.pi)
    return float(-0.5 * (white @ white + size) - np.log(np.diag(lower)).sum())


def covariance(feel: GrooveSpread, one: Performance) -> Floats:
    """Between the strokes of a performance. `[N, N]`"""
    place = one.step % one.meter.steps_per_bar
    drums, places = one.drum[:, None] == one.drum, place[:, None] == place
    quarters = abs(one.step[:, None] - one.step) / one.meter.steps_per_quarter
    found = feel.drift**2 * feel.memory**quarters
    found += feel.drum**2 * drums + feel.place**2 * places + feel.habit**2 * (drums & places)
    found[np.diag_indices(len(found))] += feel.stroke**2
    return np.asarray(found)


if __name__ == "__main__":
    main()
