"""Evaluation: a checkpoint on music it was not trained on; docs/numbers.md tells what is measured.

Reconstruction over distinct windows of held-out pieces, averaged per step;
likelihoods in nats; the way between two windows; and samples beside held-out
music, with the ceiling that two halves of it reach with each other.
"""

from __future__ import annotations

import numpy as np

from ..config import check_seed
from ..corpus.dataset import check_fits
from ..engine import Player
from ..errors import RequestError
from ..progress import Progress, Report, silent
from ..score.phrase import Phrase
from .batches import Collection, by_meter, split_chunks, to_phrases
from .interpolation import curves, draw_pairs, summarize, walk_pairs
from .ngram_cost import fit_ngram
from .reconstruction import Tally, measure
from .report import Evaluation
from .samples import compare, sample_windows

__all__ = ["Collection", "Evaluation", "evaluate"]

SHOWN = 8
"""Samples that are kept to look at."""


def evaluate(
    player: Player,
    held_out: Collection,
    trained_on: Collection | None = None,
    *,
    limit: int | None = None,
    pairs: int = 256,
    importance: int = 0,
    seed: int = 0,
    progress: Progress = silent,
) -> Evaluation:
    """Measure a player on held-out windows; the same seed gives the same figures.

    Args:
        player: of any net; what it has no part for is left out, and the reason told.
        held_out: windows of pieces that were not trained on.
        trained_on: the training set, to count copies of and to learn an n-gram model from.
        limit: at most so many windows, drawn at random.
        pairs: of held-out windows to interpolate between, drawn from all of them.
        importance: K, draws of z for the likelihood of a net with a posterior; 0 gives the bound.
        seed: of everything that is drawn.
        progress: is told windows and pairs done.

    Raises:
        RequestError: the net reads another codec, or a number is out of range.
    """
    check_seed(seed)
    if (limit is not None and limit < 1) or min(pairs, importance) < 0:
        raise RequestError("A limit is 1 or more; pairs and importance are 0 or more.")
    check_fits((player.codec.name, player.bars), (held_out.codec.name, held_out.bars))
    codec, draws = player.codec, "generate" in player.verbs
    rows = np.random.default_rng(seed).permutation(len(held_out))[:limit]
    rng = np.random.default_rng((seed, 4))
    couples = draw_pairs(held_out, pairs, rng) if player.latent else []
    total = len(rows) + len(couples)
    progress(Report("evaluate", 0, total, sizes={"pairs": len(couples)}))
    returned, played = Tally(codec), Tally(codec)
    truth: list[Phrase] = []
    drawn: list[Phrase] = []
    for chunk in split_chunks(held_out, rows, seed):
        measure(player, chunk, returned, importance, seed)
        truth += to_phrases(codec, chunk.codes, chunk.meters)
        if draws:
            drawn += to_phrases(codec, sample_windows(player, chunk, played), chunk.meters)
        progress(Report("evaluate", len(truth), total))
    ways = []
    for way in walk_pairs(player, held_out, couples, rng):
        ways.append(way)
        progress(Report("evaluate", len(rows) + len(ways), total))
    originals = by_meter(trained_on) if trained_on is not None else {}
    found = curves(codec, ways, fit_ngram(codec, originals, seed) if ways else None)
    groups = {
        "reconstruction": returned.shares(),
        "nats": returned.nats(),
        "interpolation": summarize(found),
        "samples": played.shares() | compare(codec, truth, drawn, originals, seed),
    }
    return Evaluation(
        len(rows),
        {name: figures for name, figures in groups.items() if figures},
        found,
        _left_out(player, trained_on, pairs, len(ways)),
        drawn[:SHOWN],
        [codec.decode(at, way.meter) for way in ways[:1] for at in way.walk],
        tuple(part.name for part in codec.parts) if len(codec.parts) > 1 else (),
    )


def _left_out(
    player: Player, trained_on: Collection | None, pairs: int, ways: int
) -> dict[str, str]:
    """What has no figure, and why."""
    reasons = {}
    if not player.latent:
        reasons["z, free-running, interpolation"] = "a next-step net has no latent vector"
    elif not ways:
        why = "no two windows have one meter" if pairs else "no pairs were asked for"
        reasons["interpolation"] = why
    if "generate" not in player.verbs:
        reasons["likelihood, samples"] = "this net has no prior to draw z from"
    if trained_on is None:
        reasons["copies, n-gram cost"] = "there is no training set to count in"
    elif player.codec.likelihood != "categorical":
        reasons["n-gram cost"] = "whole columns of a roll hardly recur, so it would tell nothing"
    return reasons
