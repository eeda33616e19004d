"""Measure how well `groove.json` predicts and imitates held-out drum performances.

    python scripts/bench/feel.py CORPUS

CORPUS is the Groove MIDI Dataset. Its test split has other performances than the train split,
but mostly by the same drummers. Three tables are printed:

nats      mean negative log-likelihood of a note's offset or velocity under a Gaussian with one
          mean, under a Gaussian with a mean for each drum and metrical level, and under
          `groove.json` with its spreads
overlap   of histograms of held-out notes and of the same notes quantized and humanized, for each
          drum and step of the 4/4 bar; compared with jitter of the mean and spread of all notes,
          and with the overlap of the two halves of the test split
echoes    correlation of notes with other drums at the same step, or with the same drum one bar
          later, after subtracting the mean of their drum, level and performance
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))  # scripts/, for learn_feel

from learn_feel import Performance, levels, log_likelihood, read_performances

from musicvae.performance.dynamics import apply_dynamics
from musicvae.performance.groove import GrooveSpread, load_groove
from musicvae.performance.humanize import humanize_phrase
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.drum_kit import DRUM_CLASS, DRUM_PITCH
from musicvae.theory.meter import Meter

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Match = Callable[[Ints, Ints], NDArray[np.bool_]]
"""Steps and drums of notes, each `[N, 1]` -> True for the pairs to correlate, `[N, N]`."""

EDGES = {"offset": np.arange(-60, 61, 8), "velocity": np.arange(0, 129, 8)}
MIN_NOTES = 20
"""Minimum number of notes of a drum at a step for its histograms to be compared."""


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path, help="Folder of the Groove MIDI Dataset.")
    corpus = parser.parse_args().corpus
    train, test = (list(read_performances(corpus, split)) for split in ("train", "test"))
    count = sum(len(performance.step) for performance in test)
    print(f"{len(test)} performances held out, {count:,} strokes")
    print("\nnats a stroke      one Gaussian   by drum and step   with its spreads")
    for field, spread in zip(EDGES, load_groove(), strict=True):
        print(f"{field:18} {nats(train, test, field, spread)}")
    real = [p for p in map(without_repeats, test) if p.meter == Meter() and len(p.step) > 1]
    humanized = [humanize(performance, seed) for seed, performance in enumerate(real)]
    jittered = [jitter(performance, train, seed) for seed, performance in enumerate(real)]
    print("\noverlap             the other half   humanized   jitter")
    for field in EDGES:
        halves = overlap(real[::2], real[1::2], field)
        of_humanized, of_jittered = (overlap(real, other, field) for other in (humanized, jittered))
        print(f"{field:18} {halves:15.3f} {of_humanized:11.3f} {of_jittered:8.3f}")
    print("\nechoes                         real   humanized   jitter")
    for field, spread in zip(EDGES, load_groove(), strict=True):
        for name, match in (("struck together", at_same_step), ("one bar later", one_bar_later)):
            values = [correlation(p, field, spread, match) for p in (real, humanized, jittered)]
            print(f"{field:9} {name:16} {values[0]:8.2f} {values[1]:11.2f} {values[2]:8.2f}")


def nats(
    train: Sequence[Performance], test: Sequence[Performance], field: str, spread: GrooveSpread
) -> str:
    """A row of the first table."""
    train_values, test_values = (
        np.concatenate([getattr(performance, field) for performance in performances])
        for performances in (train, test)
    )
    train_residuals, test_residuals = (
        [residuals(performance, field, spread) for performance in performances]
        for performances in (train, test)
    )
    one_mean = gaussian_nll(test_values - train_values.mean(), train_values.std())
    mean_by_level = gaussian_nll(
        np.concatenate(test_residuals), np.concatenate(train_residuals).std()
    )
    joint = -sum(map(partial(log_likelihood, spread), test, test_residuals)) / len(test_values)
    return f"{one_mean:12.3f} {mean_by_level:18.3f} {joint:18.3f}"


def residuals(performance: Performance, field: str, spread: GrooveSpread) -> Floats:
    """Differences of notes from the mean of their drum and metrical level. `[N]`"""
    mean = np.array(spread.mean)[performance.drum, levels(performance)]
    return np.asarray(getattr(performance, field) - mean)


def gaussian_nll(values: Floats, std: float) -> float:
    """Mean negative log-likelihood under N(0, std^2), in nats."""
    return float(0.5 * ((values / std) ** 2 + np.log(2 * np.pi * std**2)).mean())


def without_repeats(performance: Performance) -> Performance:
    """At most one note of each drum at each step, in order."""
    _, first = np.unique(performance.step * len(DRUM_PITCH) + performance.drum, return_index=True)
    return Performance(performance.meter, *(array[first] for array in performance[1:]))


def humanize(performance: Performance, seed: int) -> Performance:
    """The same notes, quantized, with the dynamics and timing that the package adds."""
    meter = performance.meter
    start = performance.step[0] // meter.steps_per_bar * meter.steps_per_bar
    keys = list(zip((performance.step - start).tolist(), performance.drum.tolist(), strict=True))
    part = Part(tuple(Note(step, 1, DRUM_PITCH[drum]) for step, drum in keys), is_drum=True)
    phrase = Phrase(meter, -(-part.end // meter.steps_per_bar), parts=(part,))
    note_at = {
        (note.start, DRUM_CLASS[note.pitch]): note
        for note in humanize_phrase(apply_dynamics(phrase), 1.0, seed).parts[0].notes
    }
    notes = [note_at[key] for key in keys]
    mean_offset = float(np.mean(load_groove()[0].mean))  # `humanize_phrase` subtracts it
    return performance._replace(
        offset=np.array([note.offset for note in notes]) + mean_offset,
        velocity=np.array([note.velocity for note in notes], dtype=np.float64),
    )


def jitter(performance: Performance, train: Sequence[Performance], seed: int) -> Performance:
    """The same notes with Gaussian noise of the train split's mean and spread."""
    rng = np.random.default_rng(seed)
    noise = {}
    for field in EDGES:
        values = np.concatenate([getattr(other, field) for other in train])
        noise[field] = rng.normal(values.mean(), values.std(), len(performance.step))
    velocity = np.clip(noise["velocity"], 1, 127)
    return performance._replace(offset=np.clip(noise["offset"], -59, 59), velocity=velocity)


def overlap(a: Sequence[Performance], b: Sequence[Performance], field: str) -> float:
    """Histogram intersection, a mean over drums and steps weighted by their notes in `a`."""
    cells_a, cells_b = by_cell(a, field), by_cell(b, field)
    total = count = 0.0
    for cell, values in cells_a.items():
        if min(len(values), len(cells_b.get(cell, []))) >= MIN_NOTES:
            shares = [np.histogram(v, EDGES[field])[0] / len(v) for v in (values, cells_b[cell])]
            total += len(values) * float(np.minimum(*shares).sum())
            count += len(values)
    return total / count


def by_cell(performances: Sequence[Performance], field: str) -> dict[int, Floats]:
    """Values of each drum at each of the 16 steps of a bar."""
    cells = np.concatenate([p.drum * 16 + p.step % 16 for p in performances])
    values = np.concatenate([getattr(p, field) for p in performances])
    return {int(cell): values[cells == cell] for cell in np.unique(cells)}


def at_same_step(step: Ints, drum: Ints) -> NDArray[np.bool_]:
    """Match two drums at one step."""
    return np.asarray((step == step.T) & (drum != drum.T))


def one_bar_later(step: Ints, drum: Ints) -> NDArray[np.bool_]:
    """Match a drum with itself one bar later."""
    return np.asarray((step + 16 == step.T) & (drum == drum.T))


def correlation(
    performances: Sequence[Performance], field: str, spread: GrooveSpread, match: Match
) -> float:
    """Correlation of matching notes of a performance, after subtracting their means."""
    pairs = []
    for performance in performances:
        centered = residuals(performance, field, spread)
        centered -= centered.mean()
        first, second = np.nonzero(match(performance.step[:, None], performance.drum[:, None]))
        pairs.append(np.stack([centered[first], centered[second]]))
    return float(np.corrcoef(np.concatenate(pairs, axis=1))[0, 1])


if __name__ == "__main__":
    main()
