"""Does what was learned of drummers tell how others play? On performances that were held out.

    python scripts/bench/feel.py CORPUS

CORPUS is the Groove MIDI Dataset. Its test split has other performances, by drummers most of
whom are in the train split too. Three things are printed:

nats      minus the log-likelihood of a stroke's offset and velocity, a mean over strokes;
          two Gaussians around one mean, the same around the mean of each drum and kind of step,
          and `groove.json` with its spreads
overlap   of histograms of held-out strokes, and of the same strokes quantised, expressed and
          humanized, drum by drum and place by place in the bar of 4/4; beside it jitter of the
          same mean and spread that knows neither, and the two halves of the test split
echoes    correlation of strokes with others that were struck with them, or one bar later by
          the same drum, around the mean of their drum, step and performance
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))  # scripts/, where learning is

from learn_feel import Performance, levels, log_likelihood, performances

from musicvae.performance.dynamics import apply_dynamics
from musicvae.performance.groove import GrooveSpread, load_groove
from musicvae.performance.humanize import humanize_phrase
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.drum_kit import CLASS_OF, PITCH_OF
from musicvae.theory.meter import Meter

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Match = Callable[[Ints, Ints], NDArray[np.bool_]]
"""Steps and drums of strokes, `[N, 1]` -> which pairs of them are meant, `[N, N]`."""

EDGES = {"offset": np.arange(-60, 61, 8), "velocity": np.arange(0, 129, 8)}
FEWEST = 20
"""Held-out strokes of a drum at a place whose histograms are compared."""


def main() -> None:
    """Print all three."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path, help="Folder of the Groove MIDI Dataset.")
    corpus = parser.parse_args().corpus
    train, test = (list(performances(corpus, split)) for split in ("train", "test"))
    strokes = sum(len(one.step) for one in test)
    print(f"{len(test)} performances held out, {strokes:,} strokes")
    print("\nnats a stroke      one Gaussian   by drum and step   with its spreads")
    for field, feel in zip(EDGES, load_groove(), strict=True):
        values = [[getattr(one, field) for one in part] for part in (train, test)]
        print(f"{field:18} {nats(train, test, values, feel)}")
    common = [kept for one in test if (kept := once(one)).meter == Meter() and len(kept.step) > 1]
    again = [played(one, seed) for seed, one in enumerate(common)]
    noise = [jittered(one, train, seed) for seed, one in enumerate(common)]
    print("\noverlap             the other half   humanized   jitter")
    for field in EDGES:
        halves = overlap(common[::2], common[1::2], field)
        ours, theirs = (overlap(common, other, field) for other in (again, noise))
        print(f"{field:18} {halves:15.3f} {ours:11.3f} {theirs:8.3f}")
    print("\nechoes                         real   humanized   jitter")
    for field, feel in zip(EDGES, load_groove(), strict=True):
        for name, echo in (("struck together", together), ("one bar later", later)):
            found = [echo(part, field, feel) for part in (common, again, noise)]
            print(f"{field:9} {name:16} {found[0]:8.2f} {found[1]:11.2f} {found[2]:8.2f}")


def nats(
    train: Sequence[Performance],
    test: Sequence[Performance],
    values: Sequence[Sequence[Floats]],
    feel: GrooveSpread,
) -> str:
    """A row of the first table."""
    known, held = (np.concatenate(value) for value in values)
    mean = np.array(feel.mean)
    near = [
        np.concatenate([v - mean[one.drum, levels(one)] for one, v in zip(part, vs, strict=True)])
        for part, vs in ((train, values[0]), (test, values[1]))
    ]
    rest = [v - mean[one.drum, levels(one)] for one, v in zip(test, values[1], strict=True)]
    joint = -sum(log_likelihood(feel, one, r) for one, r in zip(test, rest, strict=True))
    plain = gaussian(held - known.mean(), known.std())
    return f"{plain:12.3f} {gaussian(near[1], near[0].std()):18.3f} {joint / len(held):18.3f}"


def gaussian(rest: Floats, spread: float) -> float:
    """Mean nats under a Gaussian of that spread."""
    return float(0.5 * ((rest / spread) ** 2 + np.log(2 * np.pi * spread**2)).mean())


def once(one: Performance) -> Performance:
    """Each drum once a step, in order."""
    _, first = np.unique(one.step * len(PITCH_OF) + one.drum, return_index=True)
    return Performance(one.meter, *(array[first] for array in one[1:]))


def played(one: Performance, seed: int) -> Performance:
    """The same strokes quantised, expressed and humanized."""
    begin = one.step[0] // one.meter.steps_per_bar * one.meter.steps_per_bar
    strokes = zip((one.step - begin).tolist(), one.drum.tolist(), strict=True)
    notes = tuple(Note(step, 1, PITCH_OF[drum]) for step, drum in strokes)
    part = Part(notes, is_drum=True)
    phrase = Phrase(one.meter, -(-part.end // one.meter.steps_per_bar), parts=(part,))
    found = {
        (note.start, CLASS_OF[note.pitch]): note
        for note in humanize_phrase(apply_dynamics(phrase), 1.0, seed).parts[0].notes
    }
    order = [found[key] for key in zip((one.step - begin).tolist(), one.drum.tolist(), strict=True)]
    ahead = float(np.mean(load_groove()[0].mean))  # before the click, which humanized leaves out
    return one._replace(
        offset=np.array([note.offset for note in order]) + ahead,
        velocity=np.array([note.velocity for note in order], dtype=np.float64),
    )


def jittered(one: Performance, train: Sequence[Performance], seed: int) -> Performance:
    """The same strokes with Gaussian noise of the train split's mean and spread."""
    rng = np.random.default_rng(seed)
    drawn = {}
    for field in EDGES:
        known = np.concatenate([getattr(other, field) for other in train])
        drawn[field] = rng.normal(known.mean(), known.std(), len(one.step))
    velocity = np.clip(drawn["velocity"], 1, 127)
    return one._replace(offset=np.clip(drawn["offset"], -59, 59), velocity=velocity)


def overlap(a: Sequence[Performance], b: Sequence[Performance], field: str) -> float:
    """Histogram intersection, a mean over drums and places by their strokes in `a`."""
    mine, other = by_cell(a, field), by_cell(b, field)
    total = count = 0.0
    for cell, values in mine.items():
        if min(len(values), len(other.get(cell, []))) >= FEWEST:
            shares = [np.histogram(v, EDGES[field])[0] / len(v) for v in (values, other[cell])]
            total += len(values) * float(np.minimum(*shares).sum())
            count += len(values)
    return total / count


def by_cell(part: Sequence[Performance], field: str) -> dict[int, Floats]:
    """Values of each drum at each of the 16 places."""
    cells = np.concatenate([one.drum * 16 + one.step % 16 for one in part])
    values = np.concatenate([getattr(one, field) for one in part])
    return {int(cell): values[cells == cell] for cell in np.unique(cells)}


def together(part: Sequence[Performance], field: str, feel: GrooveSpread) -> float:
    """Correlation of two drums at one step."""
    return echo(part, field, feel, lambda step, drum: (step == step.T) & (drum != drum.T))


def later(part: Sequence[Performance], field: str, feel: GrooveSpread) -> float:
    """Correlation of a drum with itself a bar later."""
    return echo(part, field, feel, lambda step, drum: (step + 16 == step.T) & (drum == drum.T))


def echo(part: Sequence[Performance], field: str, feel: GrooveSpread, match: Match) -> float:
    """Correlation of what pairs of strokes of a performance differ from their means by."""
    pairs = []
    for one in part:
        rest = getattr(one, field) - np.array(feel.mean)[one.drum, levels(one)]
        rest -= rest.mean()
        first, second = np.nonzero(match(one.step[:, None], one.drum[:, None]))
        pairs.append(np.stack([rest[first], rest[second]]))
    return float(np.corrcoef(np.concatenate(pairs, axis=1))[0, 1])


if __name__ == "__main__":
    main()
