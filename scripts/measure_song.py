"""Measure what is drawn into people's music: filled bars, chords and parts for their melodies.

    python scripts/measure_song.py DATA [--model NAME] [--split test] [--n 400]

DATA is a prepared data set of the model. Windows are spread over its pieces. In each, the middle
two bars are filled (of two bars, the first). The table has the nats of the bar after them under the
prior, and how well a classifier tells windows with other bars from people's windows of other pieces
(area under its curve, 0.5 is chance): people's own; filled; filled with the first draw, which does
not know what comes after; and with bars of another window.

Of models with chords, it prints the share of beats on which `harmonize` finds people's root, their
chord, and its function: tonic (I, iii, vi), subdominant (ii, IV) or dominant (V, vii), in people's
key; and the same for chords that are recognized from the melody, and for one tonic chord all along.

Of models of a band, it prints how well windows with another bass and other drums are told from
people's, at which share of chord changes the bass plays the root, and with which share of its
notes there is a bass drum: people's own; by `accompany`, which knows melody and chords; and with
bass and drums of another window.
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
from musicvae.theory.drum_kit import DRUM_PITCH
from musicvae.verbs.fill import draw_fills
from musicvae.verbs.harmonize import draw_chords

BASS, DRUMS = 1, 2
"""Numbers of the parts of a band."""

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
    with mock.patch("musicvae.generation.infill.PARTICLES", n):
        return [
            drawn(player, phrase, gap_of(phrase), row, sampling, range(len(phrase.parts)))
            for row, phrase in enumerate(phrases)
        ]


def drawn(
    player: Player,
    phrase: Phrase,
    gap: tuple[int, int],
    row: int,
    sampling: Sampling,
    parts: Sequence[int],
) -> Codes:
    """A window with other notes of some parts in a gap."""
    draw = partial(draw_fills, player, phrase, [gap], [row])
    (new,) = draw(sampling=sampling, keep="nothing", parts=parts)
    return player.codec.encode(new)


def accompanied(player: Player, phrases: Sequence[Phrase], sampling: Sampling) -> list[Codes]:
    """The windows with another bass and other drums."""
    return [
        drawn(player, phrase, (0, phrase.steps), row, sampling, (BASS, DRUMS))
        for row, phrase in enumerate(phrases)
    ]


def by_others(codes: Sequence[Codes], phrases: Sequence[Phrase]) -> list[Codes]:
    """The windows with bass and drums of the next window of the same meter."""
    swapped = []
    for row, window in enumerate(codes):
        changed, other = window.copy(), codes[next_alike(row, phrases)]
        changed[:, [BASS, DRUMS]] = other[:, [BASS, DRUMS]]
        swapped.append(changed)
    return swapped


def next_alike(row: int, phrases: Sequence[Phrase]) -> int:
    """The next window of the same meter; the same one if there is no other."""
    later = [*range(row + 1, len(phrases)), *range(row)]
    return next((i for i in later if phrases[i].meter == phrases[row].meter), row)


def from_others(codes: Sequence[Codes], phrases: Sequence[Phrase]) -> list[Codes]:
    """The windows with the gap of the next window of the same meter."""
    swapped = []
    for row, (window, phrase) in enumerate(zip(codes, phrases, strict=True)):
        other = next_alike(row, phrases)
        start, stop = gap_of(phrase)
        swapped.append(np.concatenate([window[:start], codes[other][start:stop], window[stop:]]))
    return swapped


class People:
    """Windows of a data set, which other windows are told apart from.

    Attributes:
        codes, phrases: of each window.
        groups: number of the piece of each window.
    """

    def __init__(self, player: Player, windows: Windows, rows: IntArray) -> None:
        assert windows.pieces
        self.codec = player.codec
        self.codes = [windows.window(row) for row in rows]
        self.phrases = [
            self.codec.decode(codes, windows.meter(row))
            for codes, row in zip(self.codes, rows, strict=True)
        ]
        self.groups: list[int] = windows.pieces.numbers[rows].tolist()
        half = sorted(set(self.groups))[::2]
        one = [i for i, group in enumerate(self.groups) if group in half]
        self._other = [i for i, group in enumerate(self.groups) if group not in half]
        self._people = self._features(self.codes, one)
        print(f"{len(rows)} windows of {len(set(self.groups))} pieces")

    def told(self, changed: Sequence[Codes]) -> float:
        """How well changed windows of half of the pieces are told from people's of the others."""
        return float(classifier_test(self._people, self._features(changed, self._other), 0).auc)

    def _features(self, windows: Sequence[Codes], numbers: Sequence[int]) -> Sample:
        played = [self.codec.decode(windows[i], self.phrases[i].meter) for i in numbers]
        values = [[*phrase_features(phrase, self.codec).values()] for phrase in played]
        return Sample(np.array(values, float), [self.groups[i] for i in numbers])


def print_fills(player: Player, people: People, sampling: Sampling) -> None:
    """The table of filled bars."""
    assert player.prior
    codes, phrases = people.codes, people.phrases
    print(f"{'bars':28} nats of the bar after   told apart")
    for name, changed in (
        ("people's own", codes),
        (f"filled, best of {PARTICLES}", filled(player, phrases, sampling, PARTICLES)),
        ("filled, first draw", filled(player, phrases, sampling, 1)),
        ("of another window", from_others(codes, phrases)),
    ):
        nats = nats_after(player.prior, changed, phrases)
        print(f"{name:28} {nats:8.2f}            {people.told(changed):.3f}")


def print_parts(player: Player, people: People, sampling: Sampling) -> None:
    """The table of basses and drums."""
    codes, phrases = people.codes, people.phrases
    print(f"{'bass and drums':28} told apart   roots on changes   bass drum with bass")
    for name, changed in (
        ("people's own", codes),
        ("accompany", accompanied(player, phrases, sampling)),
        ("of another window", by_others(codes, phrases)),
    ):
        played = [
            player.codec.decode(window, phrase.meter)
            for window, phrase in zip(changed, phrases, strict=True)
        ]
        roots = np.mean([is_root for phrase in played for is_root in roots_on_changes(phrase)])
        kicks = np.mean([has_kick for phrase in played for has_kick in kicks_with_bass(phrase)])
        print(f"{name:28} {people.told(changed):10.3f} {roots:18.3f} {kicks:21.3f}")


def roots_on_changes(phrase: Phrase) -> list[bool]:
    """At each change of chord while the bass plays: whether it plays the root."""
    bass = phrase.parts[BASS].notes
    return [
        note.pitch % 12 == change.chord.root
        for change in phrase.chords
        if change.chord
        for note in bass
        if note.start <= change.step < note.end
    ]


def kicks_with_bass(phrase: Phrase) -> list[bool]:
    """For each note of the bass: whether the bass drum is struck with it."""
    kicks = {note.start for note in phrase.parts[DRUMS].notes if note.pitch == DRUM_PITCH[0]}
    return [note.start in kicks for note in phrase.parts[BASS].notes]


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
    rows = spread_rows(numbers, everything, MOST, np.random.default_rng(0))
    people = People(player, windows, rows[: options.n])
    print_fills(player, people, Sampling(1.0, 0))
    if player.codec.has_chords:
        print_harmonies(player, people.phrases[:200], Sampling(0.6, 0))
    if "accompany" in player.verbs:
        full = [row for row in rows if (windows.window(row) != player.codec.rest).any(axis=0).all()]
        people = People(player, windows, np.array(full[: options.n]))
        print_parts(player, people, Sampling(1.0, 0))


if __name__ == "__main__":
    main()
