"""Measure how well the drums of `drumify` fit people's music, beside the drums that people play.

    python scripts/measure_drumify.py DATA [--split test] [--n 200]

DATA is a prepared data set of melody, bass and drums (`--codec band` or `trio`). Windows with drums
are spread over its pieces. For each kind of drums the table has the correlation, over the steps of
a window, of the rhythm of melody and bass with the number of strokes and with the kicks; in
brackets the same with the rhythm of another window, which is what the beat alone explains. Then the
share of bars that are as an earlier bar of the window, and the nats of a bar under the prior.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from musicvae.api.model import load
from musicvae.arrays import DoubleArray, IntArray
from musicvae.codecs.base import Codes
from musicvae.corpus.dataset import Windows, open_split
from musicvae.engine import Player
from musicvae.evaluation.people import spread_rows
from musicvae.generation.follow_rhythm import rhythm_of, rhythm_to_text
from musicvae.generation.seeding import Sampling
from musicvae.score.phrase import Part, Phrase
from musicvae.score.windows import split_windows
from musicvae.verbs.drumify import draw_drums

MOST = 3
"""Most windows of a piece."""

LEAST = 8
"""Fewest notes of the melody, and strokes, of a window that counts."""


@dataclass(frozen=True)
class Example:
    """A window of people's music: its drums, and the rhythm of what is played with them."""

    drums: Phrase
    together: IntArray
    melody: IntArray


def examples(windows: Windows, n: int) -> list[Example]:
    """At most so many windows with drums, spread over the pieces."""
    assert windows.pieces
    everything = np.ones(len(windows), bool)
    rows = spread_rows(windows.pieces.numbers, everything, MOST, np.random.default_rng(0))
    found: list[Example] = []
    for row in rows:
        phrase = windows.codec.decode(windows.window(row), windows.meter(row))
        melody, bass, drums = phrase.parts[:3]
        if len(melody.notes) >= LEAST and len(drums.notes) >= LEAST:
            both, alone = (
                rhythm_of(replace(phrase, parts=parts, chords=()))
                for parts in ((melody, bass), (melody,))
            )
            found.append(Example(replace(phrase, parts=(drums,), chords=()), both, alone))
    return found[:n]


def drawn(player: Player, example: Example, row: int, rhythm: IntArray) -> Phrase:
    """Drums for a rhythm."""
    silent = replace(example.drums, parts=(Part(is_drum=True),))
    gaps, text = [(0, silent.steps)], rhythm_to_text(rhythm)
    (phrase,) = draw_drums(player, silent, gaps, [row], sampling=Sampling(1.0, 0), rhythms=[text])
    return phrase


def correlation(rhythm: IntArray, strokes: IntArray) -> float:
    """Pearson's r; nan if one of the two is the same at all steps."""
    if not (rhythm.std() and strokes.std()):
        return math.nan
    return float(np.corrcoef(rhythm, strokes)[0, 1])


def repeated(codes: Codes, bar: int) -> float:
    """Share of the bars after the first that are as an earlier one."""
    bars = [tuple(row) for row in codes.reshape(-1, bar)]
    return float(np.mean([bars[i] in bars[:i] for i in range(1, len(bars))]))


def next_of(phrases: Sequence[Phrase], row: int) -> int:
    """The next window of the same meter; the last one is followed by the first."""
    order = [*range(row + 1, len(phrases)), *range(row + 1)]
    return next(i for i in order if phrases[i].meter == phrases[row].meter)


def print_row(
    name: str, player: Player, phrases: Sequence[Phrase], rhythms: Sequence[IntArray]
) -> None:
    """A line of the table."""
    codec = player.codec
    assert player.prior
    codes = [codec.encode(phrase) for phrase in phrases]
    values: list[DoubleArray] = []
    for row, drums in enumerate(codes):
        strokes, kicks = codec.notes_per_channel[drums], (drums & 1).astype(int)
        pairs = (
            (rhythms[i], hits) for hits in (strokes, kicks) for i in (row, next_of(phrases, row))
        )
        share = repeated(drums, phrases[row].meter.steps_per_bar)
        values.append(np.array([*(correlation(*pair) for pair in pairs), share]))
    cut = [window for phrase in phrases for window in split_windows(phrase, player.bars)]
    no_z = np.empty((len(cut), 0), np.float32)
    nll = player.prior.nll(no_z, [codec.encode(w) for w in cut], [w.meter for w in cut])
    nats = sum(steps.sum() for steps in nll) / sum(window.bars for window in cut)
    own, other_own, kick, other_kick, share = np.nanmean(values, axis=0)
    print(
        f"{name:28} {own:.3f} ({other_own:.3f})   {kick:.3f} ({other_kick:.3f})   "
        f"{share:.2f}       {nats:6.2f}"
    )


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="drums-2bar")
    parser.add_argument("--split", default="test")
    parser.add_argument("--n", type=int, default=200)
    options = parser.parse_args()
    player = load(options.model).player
    windows = open_split(options.data, options.split)
    if windows.pieces is None:
        parser.error(f"{options.data} does not say which piece a window is from: prepare it again")
    music = examples(windows, options.n)
    people, both = [one.drums for one in music], [one.together for one in music]
    melodies, silence = [one.melody for one in music], [one.melody * 0 for one in music]
    others = [people[next_of(people, row)] for row in range(len(people))]
    print(f"{len(music)} windows")
    print(f"{'drums':28} strokes         kicks           repeated   nats")
    print_row("people's own", player, people, both)
    print_row("people's, of another window", player, others, both)
    for name, rhythms, judged in (
        ("drawn without a rhythm", silence, both),
        ("drumify", both, both),
        ("drumify, for the melody", melodies, melodies),
    ):
        made = [drawn(player, one, row, rhythms[row]) for row, one in enumerate(music)]
        print_row(name, player, made, judged)
    print_row("people's own, the melody", player, people, melodies)


if __name__ == "__main__":
    main()
