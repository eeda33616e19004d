"""Samples of a net, compared with held-out music and the training set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from ..codecs.base import Codec, Codes
from ..engine import Player
from ..metrics.copies import CopyIndex, copy_share
from ..metrics.histograms import histograms_of, overlap, split_halves
from ..score.phrase import Phrase
from ..theory.meter import Meter
from .batches import Chunk, MeterWindows
from .reconstruction import Tally
from .report import Figures

MAX_COPY_LOOKUPS = 1_000
"""Maximum number of phrases in which copies are counted."""


def sample_windows(player: Player, chunk: Chunk, tally: Tally) -> list[Codes]:
    """Draw a sample in the meter of each window; count the steps that survive re-encoding.

    Blind to: music that the net cannot produce, since it is judged by its own samples only.
    """
    _, _, meters, rngs = chunk
    drawn = draw_samples(player, chunk)
    if player.latent:
        mu = player.encode(drawn, meters).mu
        decoded_again = player.decode(mu, meters, temperature=0.0, rngs=rngs)
        tally.compare("samples, decoded, encoded, decoded", drawn, decoded_again, meters)
    return drawn


def draw_samples(player: Player, chunk: Chunk) -> list[Codes]:
    """Draw a sample in the meter of each window, as `generate` does at temperature 1."""
    z, temperature = player.sample_z(chunk.meters, chunk.rngs), player.decode_temperature(1.0)
    return player.decode(z, chunk.meters, temperature=temperature, rngs=chunk.rngs)


def compare(
    codec: Codec,
    truth: Sequence[Phrase],
    drawn: Sequence[Phrase],
    originals: Mapping[Meter, MeterWindows],
    seed: int,
) -> Figures:
    """Compare samples with held-out music, and count copies if there are originals.

    Args:
        truth: held-out phrases.
        drawn: samples, possibly none.
        originals: training windows by meter, possibly none.
        seed: for the random halves.
    """
    figures: Figures = {}
    if drawn and len(truth) > 1:
        figures |= overlap_figures(codec, truth, drawn, np.random.default_rng((seed, 1)))
    if drawn:
        figures["silent samples"] = float(np.mean([phrase.is_silent for phrase in drawn]))
    if drawn and originals:
        compared = (*drawn[:MAX_COPY_LOOKUPS], *truth[:MAX_COPY_LOOKUPS])
        meters = {phrase.meter for phrase in compared} & originals.keys()
        indexes = {meter: CopyIndex(codec, originals[meter]) for meter in meters}
        figures["copies of training"] = copies(codec, drawn, indexes)
        figures["copies in held-out"] = copies(codec, truth, indexes)
    return figures


def overlap_figures(
    codec: Codec, truth: Sequence[Phrase], drawn: Sequence[Phrase], rng: np.random.Generator
) -> Figures:
    """Overlap of samples with held-out music, and the ceiling: that of its two halves.

    Samples are halved as well, so that all histograms are estimated from as many phrases.

    Blind to: repetition and any order beyond one interval; samples can reach the ceiling while
    a classifier tells them from music.
    """
    truth_a, truth_b = split_halves(truth, rng)
    drawn_a, _ = split_halves(drawn, rng)
    reference = histograms_of(truth_b, codec)
    reached = overlap(histograms_of(drawn_a, codec), reference)
    ceiling = overlap(histograms_of(truth_a, codec), reference)
    figures = {}
    for name in ceiling:
        figures[f"overlap, {name}"] = reached[name]
        figures[f"ceiling, {name}"] = ceiling[name]
    figures["overlap, mean"] = float(np.mean(list(reached.values())))
    figures["ceiling, mean"] = float(np.mean(list(ceiling.values())))
    return figures


def copies(codec: Codec, phrases: Sequence[Phrase], indexes: Mapping[Meter, CopyIndex]) -> float:
    """Share of the first 1,000 phrases that repeat an original of their meter.

    Blind to: copies of less than a whole window, shifted in time, or in another meter.
    """
    by_meter: dict[Meter, list[Codes]] = defaultdict(list)
    for phrase in phrases[:MAX_COPY_LOOKUPS]:
        by_meter[phrase.meter].append(codec.encode(phrase))
    copied = 0.0
    for meter, codes in by_meter.items():
        if meter in indexes:
            copied += copy_share(np.stack(codes), indexes[meter]) * len(codes)
    return copied / len(phrases[:MAX_COPY_LOOKUPS])
