"""Samples: what a net draws by itself, beside held-out music and the training set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from ..codecs.base import Codec, Codes
from ..engine import Player
from ..metrics.copies import Library, copied
from ..metrics.histograms import halves, overlap, statistics
from ..score.phrase import Phrase
from ..theory.meter import Meter
from .batches import Chunk, OneMeter
from .reconstruction import Tally
from .report import Figures

LOOKED_UP = 1_000
"""Copies are looked for in so many phrases."""


def from_the_prior(player: Player, chunk: Chunk, tally: Tally) -> list[Codes]:
    """A sample for each window, in its meter; and whether it survives z and back."""
    _, _, meters, rngs = chunk
    z, temperature = player.sample_z(meters, rngs), player.after_z(1.0)
    drawn = player.decode(z, meters, temperature=temperature, rngs=rngs)
    if player.latent:
        again = player.decode(player.encode(drawn, meters).mu, meters, temperature=0.0, rngs=rngs)
        tally.compare("samples, decoded, encoded, decoded", drawn, again, meters)
    return drawn


def compare(
    codec: Codec,
    truth: Sequence[Phrase],
    drawn: Sequence[Phrase],
    originals: Mapping[Meter, OneMeter],
    seed: int,
) -> Figures:
    """Samples beside held-out music, as far as there are any; copies where there are originals."""
    figures: Figures = {}
    if drawn and len(truth) > 1:
        figures |= likeness(codec, truth, drawn, np.random.default_rng((seed, 1)))
    if drawn:
        figures["silent samples"] = float(np.mean([phrase.is_silent for phrase in drawn]))
    if drawn and originals:
        looked_up = {phrase.meter for phrase in (*drawn[:LOOKED_UP], *truth[:LOOKED_UP])}
        libraries = {
            meter: Library(codec, originals[meter]) for meter in looked_up & originals.keys()
        }
        figures["copies of training"] = copies(codec, drawn, libraries)
        figures["copies in held-out"] = copies(codec, truth, libraries)
    return figures


def likeness(
    codec: Codec, truth: Sequence[Phrase], drawn: Sequence[Phrase], rng: np.random.Generator
) -> Figures:
    """Overlap of samples with held-out music beside the ceiling, on halves of equal counts."""
    collections = (*halves(truth, rng), halves(drawn, rng)[0])
    one, other, half = (statistics(phrases, codec) for phrases in collections)
    reached, ceiling = overlap(half, other), overlap(one, other)
    figures = {}
    for name in ceiling:
        figures[f"overlap, {name}"] = reached[name]
        figures[f"ceiling, {name}"] = ceiling[name]
    figures["overlap, mean"] = float(np.mean(list(reached.values())))
    figures["ceiling, mean"] = float(np.mean(list(ceiling.values())))
    return figures


def copies(codec: Codec, phrases: Sequence[Phrase], libraries: Mapping[Meter, Library]) -> float:
    """Share of phrases that repeat one of the originals of their meter, of the first 1,000."""
    by_meter: dict[Meter, list[Codes]] = defaultdict(list)
    for phrase in phrases[:LOOKED_UP]:
        by_meter[phrase.meter].append(codec.encode(phrase))
    found = 0.0
    for meter, codes in by_meter.items():
        if meter in libraries:
            found += copied(np.stack(codes), libraries[meter]) * len(codes)
    return found / len(phrases[:LOOKED_UP])
