"""Measure what is drawn into people's music: filled bars, and chords for their melodies.

    python scripts/measure_song.py DATA [--model NAME] [--split test] [--n 400]

DATA is a prepared data set of the model. Windows are spread over its pieces. In each, the middle
two bars are filled (of two bars, the first). The table has the nats of the bar after them under the
prior, and how well a classifier tells windows with other bars from people's windows of other pieces
(area under its curve, 0.5 is chance): people's own; filled; filled with the first draw, which does
not know what comes after; and with bars of another window.

Of models with chords, it prints the share of beats on which `harmonize` finds people's root, their
chord, and its function: tonic (I, iii, vi), subdominant (ii, IV) or dominant (V, vii), in people's
key; and the same for chords that are recognized from the melody, and for one tonic chord all along.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np

from musicvae.api.model import load
from musicvae.arrays import IntArray
from musicvae.codecs.base import Codes
from musicvae.corpus.dataset import Windows, open_split
from musicvae.engine import Net, Player
from musicvae.evaluation.people import spread_rows
from musicvae.generation.infill import PARTICLES
from musicvae.generation.seeding import Sampling
from musicvae.metrics.cadence import estimate_key
from musicvae.metrics.phrase_features import phrase_features
from musicvae.metrics.two_sample import Sample, classifier_test
from musicvae.score.chord_recognition import recognize_chords
from musicvae.score.phrase import Phrase
from musicvae.theory.chords import chord_from_code
from musicvae.verbs.fill import draw_fills
from musicvae.verbs.harmonize import draw_chords

TONIC, SUBDOMINANT, DOMINANT = "tonic", "subdominant", "dominant"
MOST = 40
"""Most windows of a piece."""

FUNCTIONS = {
    0: TONIC,
    4: TONIC,
    9: TONIC,
    2: SUBDOMINANT,
    5: SUBDOMINANT,
    7: DOMINANT,
    11: DOMINANT,
}
"""Function by semitones above the tonic of the major key with the same signature."""


def gap_of(phrase: Phrase) -> tuple[int, int]:
    """The steps of the middle two bars, or of the first of two."""
    bar = phrase.meter.steps_per_bar
    first = max(0, phrase.bars // 2 - 1)
    return first * bar, min(first + 2, phrase.bars - 1) * bar


def nats_after(prior: Net, codes: Sequence[Codes], phrases: Sequence[Phrase]) -> float:
    """Mean nats of the bar after the gap."""
    no_z = np.empty((len(codes), 0), np.float32)
    nll = prior.nll(no_z, codes, [phrase.meter for phrase in phrases])
    bars = [
        steps[(end := gap_of(phrase)[1]) : end + phrase.meter.steps_per_bar].sum()
        for steps, phrase in zip(nll, phrases, strict=True)
    ]
    return float(np.mean(bars))


def filled(player: Player, phrases: Sequence[Phrase], sampling: Sampling, n: int) -> list[Codes]:
    """The windows with their gaps filled by the best of `n` particles."""
    codec = player.codec
    with mock.patch("musicvae.generation.infill.PARTICLES", n):
        return [
            codec.encode(
                draw_fills(
                    player, phrase, [gap_of(phrase)], [row], sampling=sampling, keep="nothing"
                )[0]
            )
            for row, phrase in enumerate(phrases)
        ]


def from_others(codes: Sequence[Codes], phrases: Sequence[Phrase]) -> list[Codes]:
    """The windows with the gap of the next window of the same meter."""
    swapped = []
    for row, (window, phrase) in enumerate(zip(codes, phrases, strict=True)):
        later = [*range(row + 1, len(codes)), *range(row)]
        other = next((i for i in later if phrases[i].meter == phrase.meter), row)
        start, stop = gap_of(phrase)
        swapped.append(np.concatenate([window[:start], codes[other][start:stop], window[stop:]]))
    return swapped


def print_fills(player: Player, windows: Windows, rows: IntArray, sampling: Sampling) -> None:
    """The table of filled bars."""
    codec = player.codec
    assert player.prior
    assert windows.pieces
    codes = [windows.window(row) for row in rows]
    phrases = [codec.decode(c, windows.meter(row)) for c, row in zip(codes, rows, strict=True)]
    groups = windows.pieces.numbers[rows].tolist()

    def features(windows: Sequence[Codes], numbers: Sequence[int]) -> Sample:
        played = [codec.decode(windows[i], phrases[i].meter) for i in numbers]
        values = [[*phrase_features(phrase, codec).values()] for phrase in played]
        return Sample(np.array(values, float), [groups[i] for i in numbers])

    half = sorted(set(groups))[::2]
    one = [i for i, group in enumerate(groups) if group in half]
    other = [i for i, group in enumerate(groups) if group not in half]
    people = features(codes, one)
    print(f"{len(rows)} windows of {len(set(groups))} pieces")
    print(f"{'bars':28} nats of the bar after   told apart")
    for name, changed in (
        ("people's own", codes),
        (f"filled, best of {PARTICLES}", filled(player, phrases, sampling, PARTICLES)),
        ("filled, first draw", filled(player, phrases, sampling, 1)),
        ("of another window", from_others(codes, phrases)),
    ):
        told = classifier_test(people, features(changed, other), 0)
        print(
            f"{name:28} {nats_after(player.prior, changed, phrases):8.2f}            {told.auc:.3f}"
        )


def print_harmonies(player: Player, phrases: Sequence[Phrase], sampling: Sampling) -> None:
    """The table of chords."""
    names = "harmonize", "recognized from the melody", "the tonic alone"
    rows: dict[str, list[tuple[bool, bool, bool]]] = {name: [] for name in names}
    for row, phrase in enumerate(phrases):
        truth = beats(phrase)
        tonic = key_of(phrase)
        draw = partial(draw_chords, player, phrase, [(0, phrase.steps)], [row])
        (made,) = draw(sampling=sampling, style="any", per_bar=None)
        melody = Phrase(phrase.meter, phrase.bars, parts=phrase.parts[:1])
        found = {
            "harmonize": beats(made),
            "recognized from the melody": recognize_chords(melody)[: len(truth)],
            "the tonic alone": np.full(len(truth), 1 + tonic),
        }
        for name, chords in found.items():
            rows[name] += [agreement(a, b, tonic) for a, b in zip(truth, chords, strict=True) if a]
    print(f"\n{len(phrases)} melodies, {len(rows['harmonize'])} beats")
    print(f"{'chords':28} root    chord   function")
    for name, scores in rows.items():
        root, chord, function = np.mean(scores, axis=0)
        print(f"{name:28} {root:.3f}   {chord:.3f}   {function:.3f}")


def beats(phrase: Phrase) -> IntArray:
    """The code of the chord at each beat."""
    return recognize_chords(phrase)


def key_of(phrase: Phrase) -> int:
    """The tonic of the major key with the signature of a phrase."""
    tonic, is_minor = estimate_key(phrase, phrase.parts[0].notes)
    return (tonic + (3 if is_minor else 0)) % 12


def agreement(truth: int, found: int, tonic: int) -> tuple[bool, bool, bool]:
    """Whether root, chord and function are people's."""
    one, other = chord_from_code(int(truth)), chord_from_code(int(found))
    if one is None or other is None:
        return (False, False, False)
    functions = [FUNCTIONS.get((chord.root - tonic) % 12, chord.root) for chord in (one, other)]
    return one.root == other.root, one == other, functions[0] == functions[1]


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="leadsheet-8bar")
    parser.add_argument("--split", default="test")
    parser.add_argument("--n", type=int, default=400)
    options = parser.parse_args()
    player = load(options.model).player
    windows = open_split(options.data, options.split)
    if windows.pieces is None:
        parser.error(f"{options.data} does not say which piece a window is from: prepare it again")
    numbers = windows.pieces.numbers
    everything = np.ones(len(windows), bool)
    rows = spread_rows(numbers, everything, MOST, np.random.default_rng(0))[: options.n]
    print_fills(player, windows, rows, Sampling(1.0, 0))
    if player.codec.has_chords:
        codec = player.codec
        phrases = [codec.decode(windows.window(row), windows.meter(row)) for row in rows[:200]]
        print_harmonies(player, phrases, Sampling(0.6, 0))


if __name__ == "__main__":
    main()
