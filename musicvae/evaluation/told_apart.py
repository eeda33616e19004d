"""Can a classifier tell the model's music from people's?

People's music is drawn from the training set, spread over its pieces: a test split has few pieces,
and its windows are alike piece by piece. Half of the pieces are the reference; samples and the
other half are told from it. Reconstructions are told from the windows that they reconstruct.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..arrays import IntArray
from ..codecs.base import Codec, Codes
from ..engine import Player
from ..errors import MissingExtra
from ..metrics.phrase_features import phrase_features
from ..metrics.repetition import mean_values
from ..metrics.two_sample import Sample, classifier_test, giveaways, mmd_test
from .batches import Chunk, Collection, split_chunks, to_phrases
from .people import MAX_WINDOWS, MIN_PIECES, People, count_pieces, draw_people, why_no_people
from .report import Figures, Giveaway
from .samples import draw_samples

MAX_GIVEAWAYS = 8

MIN_KNOWN = 0.1
"""Share of windows that must have a feature for its mean to be shown."""

FORM = (
    *("motifs that return", "rhythm of", "pitches of", "transposed of", "chords of", "hits of"),
    *("hits shared with", "last note", "last chord", "V-I at the end", "phrase ends in bar"),
    "backbeats with a snare",
)
"""Beginnings of the features of repetition and endings, whose means are figures."""


@dataclass(frozen=True)
class Comparison:
    """What was found: figures and giveaways, and what was left out, as in `report.Evaluation`."""

    told: Figures = field(default_factory=dict)
    form: Figures = field(default_factory=dict)
    giveaways: list[Giveaway] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Side:
    """Features of the windows on one side, and the piece of each."""

    codec: Codec
    features: list[dict[str, float]] = field(default_factory=list)
    groups: list[Hashable] = field(default_factory=list)

    def add(self, chunk: Chunk, codes: Sequence[Codes], windows: Collection | None = None) -> None:
        """Add the windows of a chunk; without their collection, each is a piece of its own."""
        phrases = to_phrases(self.codec, codes, chunk.meters)
        self.features.extend(phrase_features(phrase, self.codec) for phrase in phrases)
        if windows and windows.pieces:
            self.groups.extend(windows.pieces.numbers[chunk.rows].tolist())
        else:
            self.groups.extend(("sample", row) for row in chunk.rows)

    @property
    def sample(self) -> Sample:
        """Rows of features, in the order of their names."""
        rows = [list(features.values()) for features in self.features]
        return Sample(np.array(rows, dtype=np.float64), self.groups)

    def keep(self, names: Sequence[str]) -> list[dict[str, float]]:
        """The features of each window with these names."""
        return [{name: features[name] for name in names} for features in self.features]


@dataclass(frozen=True)
class Contest:
    """What is to be told apart, chosen before anything is played.

    Attributes:
        player: the net.
        people: people's music, if the training set has enough; samples get its meters.
        held_out, reconstructed: windows to tell from their reconstructions, by row.
        reason: why there are no people.
        seed: of the samples, the folds and the permutations.
    """

    player: Player
    people: People | None
    held_out: Collection
    reconstructed: IntArray
    reason: str
    seed: int

    @classmethod
    def choose(
        cls,
        player: Player,
        held_out: Collection,
        rows: IntArray,
        trained_on: Collection | None,
        limit: int | None,
        seed: int,
    ) -> Contest:
        """Choose windows: at most `limit`, and of the held-out ones those in `rows`."""
        people = draw_people(trained_on, limit, np.random.default_rng((seed, 5)))
        chosen = rows[:MAX_WINDOWS]
        enough = player.latent and count_pieces(held_out, chosen) >= MIN_PIECES
        reason = "" if people else why_no_people(trained_on)
        return cls(player, people, held_out, chosen if enough else chosen[:0], reason, seed)

    @property
    def windows(self) -> int:
        """Windows to play or to read, for a report of progress."""
        sides = 3 if "generate" in self.player.verbs else 2
        return len(self.reconstructed) + (sides * len(self.people.reference) if self.people else 0)

    def compare(self, advance: Callable[[int], None]) -> Comparison:
        """Tell people's other half, samples and reconstructions from music that people wrote.

        Args:
            advance: receives the number of windows of each chunk.

        Blind to: what `phrase_features` is blind to.
        """
        found = Comparison()
        if self.people:
            self._compare_samples(found, self.people, advance)
        else:
            found.left_out["told apart"] = self.reason
        if len(self.reconstructed):
            self._compare_reconstructions(found, advance)
        elif self.player.latent:
            reason = f"{MIN_PIECES} held-out pieces are needed, and those of each window known"
            found.left_out["told apart, reconstructions"] = reason
        return found

    def _compare_samples(
        self, found: Comparison, people: People, advance: Callable[[int], None]
    ) -> None:
        codec = self.player.codec
        reference, other, samples = _Side(codec), _Side(codec), _Side(codec)
        for side, rows in ((reference, people.reference), (other, people.other)):
            for chunk in split_chunks(people.windows, rows, self.seed):
                side.add(chunk, chunk.codes, people.windows)
                advance(len(chunk.rows))
        _tell(found, reference, other, "people", self.seed)
        common = _common_features(reference)
        _describe(found, reference, common, "people")
        if "generate" in self.player.verbs:
            for chunk in split_chunks(people.windows, people.reference, self.seed):
                samples.add(chunk, draw_samples(self.player, chunk))
                advance(len(chunk.rows))
            _tell(found, reference, samples, "samples", self.seed)
            _describe(found, samples, common, "samples")
            found.giveaways.extend(_giveaways(reference, samples, common))

    def _compare_reconstructions(self, found: Comparison, advance: Callable[[int], None]) -> None:
        player = self.player
        originals, again = _Side(player.codec), _Side(player.codec)
        for chunk in split_chunks(self.held_out, self.reconstructed, self.seed):
            mu = player.encode(chunk.codes, chunk.meters).mu
            decoded = player.decode(mu, chunk.meters, temperature=0.0, rngs=chunk.rngs)
            originals.add(chunk, chunk.codes, self.held_out)
            again.add(chunk, decoded, self.held_out)
            advance(len(chunk.rows))
        _tell(found, originals, again, "reconstructions", self.seed)


def _tell(found: Comparison, reference: _Side, side: _Side, name: str, seed: int) -> None:
    """Add the figures of one comparison."""
    try:
        told = classifier_test(reference.sample, side.sample, seed)
    except MissingExtra as error:
        found.left_out["AUC"] = str(error)
    else:
        found.told[f"AUC, {name}"] = told.auc
        found.told[f"AUC, SD over folds, {name}"] = told.spread
    if name != "reconstructions":  # pairs of windows are not independent, as its p supposes
        mmd, p = mmd_test(reference.sample, side.sample, seed)
        found.told[f"squared MMD, {name}"] = mmd
        found.told[f"squared MMD, p, {name}"] = p


def _common_features(side: _Side) -> list[str]:
    """Names of the features that enough windows have."""
    known = ~np.isnan(side.sample.rows)
    return [
        name
        for name, share in zip(side.features[0], known.mean(axis=0), strict=True)
        if share >= MIN_KNOWN
    ]


def _describe(found: Comparison, side: _Side, common: Sequence[str], name: str) -> None:
    """Add the means of the features of repetition and endings."""
    form = [feature for feature in common if feature.startswith(FORM)]
    for feature, mean in mean_values(side.keep(form)).items():
        found.form[f"{feature}, {name}"] = mean


def _giveaways(reference: _Side, samples: _Side, common: Sequence[str]) -> list[Giveaway]:
    """The features that tell samples from people's music best on their own."""
    people, drawn = mean_values(reference.keep(common)), mean_values(samples.keep(common))
    columns = [list(reference.features[0]).index(name) for name in common]
    best = giveaways(
        reference.sample.rows[:, columns], samples.sample.rows[:, columns], MAX_GIVEAWAYS
    )
    return [
        Giveaway(common[column], auc, people[common[column]], drawn[common[column]])
        for column, auc in best
        if common[column] in drawn
    ]
