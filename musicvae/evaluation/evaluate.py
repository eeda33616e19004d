"""Evaluate a checkpoint on held-out music; docs/numbers.md explains every figure.

Reconstruction over distinct windows of held-out pieces, averaged per step;
likelihoods in nats; interpolations between two windows; samples compared with held-out
music, whose ceiling is the overlap of two halves of it; and a classifier that tells
samples and reconstructions from people's music.
"""

from __future__ import annotations

import numpy as np

from ..config import check_seed
from ..corpus.dataset import check_fits
from ..engine import Player, bulk_products
from ..errors import RequestError
from ..progress import Progress, Report, no_progress
from ..score.phrase import Phrase
from .batches import Collection, by_meter, split_chunks, to_phrases
from .interpolation import Pair, curves, draw_pairs, summarize, walk_pairs
from .ngram_cost import fit_ngram
from .reconstruction import Tally, measure
from .report import Evaluation
from .samples import compare, sample_windows
from .told_apart import Contest

MAX_SHOWN_SAMPLES = 8
"""Samples that the evaluation holds as phrases, to be drawn."""


@bulk_products()
def evaluate(
    player: Player,
    held_out: Collection,
    trained_on: Collection | None = None,
    *,
    limit: int | None = None,
    pairs: int = 256,
    importance: int = 0,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Evaluation:
    """Measure a model on held-out windows; the same seed gives the same figures.

    Args:
        player: any net; figures that it cannot have are left out, with the reason.
        held_out: windows of pieces that were not trained on.
        trained_on: the training set, to find copies of and to fit an n-gram model on.
        limit: maximum number of windows, drawn at random.
        pairs: pairs of held-out windows to interpolate between, drawn from all of them.
        importance: K, draws of z for the likelihood of a net with a posterior; 0 gives the bound.
        seed: of all random numbers.
        progress: receives the number of windows and pairs done.

    Raises:
        RequestError: the net reads another codec, or a number is out of range.
    """
    check_seed(seed)
    if (limit is not None and limit < 1) or min(pairs, importance) < 0:
        raise RequestError("A limit is 1 or more; pairs and importance are 0 or more.")
    check_fits((player.codec.name, player.bars), (held_out.codec.name, held_out.bars))
    codec, has_prior = player.codec, "generate" in player.verbs
    rows = np.random.default_rng(seed).permutation(len(held_out))[:limit]
    pair_rng = np.random.default_rng((seed, 4))
    row_pairs = draw_pairs(held_out, pairs, pair_rng) if player.latent else []
    contest = Contest.choose(player, held_out, rows, trained_on, limit, seed)
    total = len(rows) + len(row_pairs) + contest.windows
    progress(Report("evaluate", 0, total, sizes={"pairs": len(row_pairs)}))
    done = 0

    def advance(windows: int) -> None:
        nonlocal done
        done += windows
        progress(Report("evaluate", done, total))

    reconstruction, round_trips = Tally(codec), Tally(codec)
    truth: list[Phrase] = []
    samples: list[Phrase] = []
    for chunk in split_chunks(held_out, rows, seed):
        measure(player, chunk, reconstruction, importance, seed)
        truth += to_phrases(codec, chunk.codes, chunk.meters)
        if has_prior:
            samples += to_phrases(codec, sample_windows(player, chunk, round_trips), chunk.meters)
        advance(len(chunk.rows))
    walked: list[Pair] = []
    for pair in walk_pairs(player, held_out, row_pairs, pair_rng):
        walked.append(pair)
        advance(1)
    compared = contest.compare(advance)
    originals = by_meter(trained_on) if trained_on is not None else {}
    pair_curves = curves(codec, walked, fit_ngram(codec, originals, seed) if walked else None)
    groups = {
        "reconstruction": reconstruction.shares(),
        "nats": reconstruction.nats(),
        "interpolation": summarize(pair_curves),
        "samples": round_trips.shares() | compare(codec, truth, samples, originals, seed),
        "told apart": compared.told,
        "repetition and endings": compared.form,
    }
    return Evaluation(
        len(rows),
        {name: figures for name, figures in groups.items() if figures},
        pair_curves,
        _left_out(player, trained_on, pairs, len(walked)) | compared.left_out,
        samples[:MAX_SHOWN_SAMPLES],
        [codec.decode(codes, pair.meter) for pair in walked[:1] for codes in pair.walk],
        tuple(part.name for part in codec.parts) if len(codec.parts) > 1 else (),
        compared.giveaways,
        contest.people.counts if contest.people else {},
    )


def _left_out(
    player: Player, trained_on: Collection | None, pairs: int, walked: int
) -> dict[str, str]:
    """Figures that could not be measured, and why."""
    reasons = {}
    if not player.latent:
        reasons["z, free-running, interpolation"] = "a next-step net has no latent vector"
    elif not walked:
        reason = "no two windows have one meter" if pairs else "no pairs were asked for"
        reasons["interpolation"] = reason
    if "generate" not in player.verbs:
        reasons["likelihood, samples"] = "this net has no prior to draw z from"
    if trained_on is None:
        reasons["copies, n-gram cost"] = "there is no training set to count in"
    elif player.codec.likelihood != "categorical":
        reasons["n-gram cost"] = "whole columns of a roll hardly recur, so it would tell nothing"
    return reasons
