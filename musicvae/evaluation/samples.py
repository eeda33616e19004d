"""Samples: what a net draws by itself, beside held-out music and the training set."""

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
"""Copies are looked for in so many phrases."""


def sample_windows(player: Player, chunk: Chunk, tally: Tally) -> list[Codes]:
    """A sample for each window, in its meter; and whether it survives z and back."""
    _, _, meters, rngs = chunk
    z, temperature = player.sample_z(meters, rngs), player.decode_temperature(1.0)
    drawn = player.decode(z, meters, temperature=temperature, rngs=rngs)
    if player.latent:
        again = player.decode(player.encode(drawn, meters).mu, meters, temperature=0.0, rngs=rngs)
        tally.compare("samples, decoded, encoded, decoded", drawn, again, meters)
    return drawn


def compare(
    codec: Codec,
    truth: Sequence[Phrase],
    drawn: Sequence[Phrase],
    originals: Mapping[Meter, MeterWindows],
    seed: int,
) -> Figures:
    """Samples beside held-out music, as far as there are any; copies where there are originals."""
    figures: Figures = {}
    if drawn and len(truth) > 1:
        figures |= overlap_figures(codec, truth, drawn, np.random.default_rng((seed, 1)))
    if drawn:
        figures["silent samples"] = float(np.mean([phrase.is_silent for phrase in drawn]))
    if drawn and originals:
        looked_up = {
            phrase.meter for phrase in (*drawn[:MAX_COPY_LOOKUPS], *truth[:MAX_COPY_LOOKUPS])
        }
        libraries = {
            meter: CopyIndex(codec, originals[meter]) for meter in looked_up & originals.keys()
        }
        figures["copies of training"] = copies(codec, drawn, libraries)
        figures["copies in held-out"] = copies(codec, truth, libraries)
    return figures


def overlap_figures(
    codec: Codec, truth: Sequence[Phrase], drawn: Sequence[Phrase], rng: np.random.Generator
) -> Figures:
    """Overlap of samples with held-out music beside the ceiling, on halves of equal counts."""
    collections = (*split_halves(truth, rng), split_halves(drawn, rng)[0])
    one, other, half = (histograms_of(phrases, codec) for phrases in collections)
    reached, ceiling = overlap(half, other), overlap(one, other)
    figures = {}
    for name in ceiling:
        figures[f"overlap, {name}"] = reached[name]
        figures[f"ceiling, {name}"] = ceiling[name]
    figures["overlap, mean"] = float(np.mean(list(reached.values())))
    figures["ceiling, mean"] = float(np.mean(list(ceiling.values())))
    return figures


def copies(codec: Codec, phrases: Sequence[Phrase], libraries: Mapping[Meter, CopyIndex]) -> float:
    """Share of phrases that repeat one of the originals of their meter, of the first 1,000."""
    by_meter: dict[Meter, list[Codes]] = defaultdict(list)
    for phrase in phrases[:MAX_COPY_LOOKUPS]:
        by_meter[phrase.meter].append(codec.encode(phrase))
    found = 0.0
    for meter, codes in by_meter.items():
        if meter in libraries:
            found += copy_share(np.stack(codes), libraries[meter]) * len(codes)
    return found / len(phrases[:MAX_COPY_LOOKUPS])
