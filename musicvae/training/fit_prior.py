"""A prior fitted to a trained net: z of music that another net makes up.

Where beta is low, the posteriors of music fill little of N(0, I), and what is drawn from
there is less like music than what comes back through z. The prior that costs least is the
mixture of the posteriors of all music (Tomczak and Welling, VAE with a VampPrior, AISTATS 2018,
arXiv:1705.07120, section 2). All music is what a next-step net knows: x' is drawn from it,
and z from q(z|x'). The trained net is left as it is.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from ..checkpoint import Checkpoint, load, with_prior
from ..codecs import CODECS
from ..config import ModelConfig, TrainConfig, has_posterior, prior_config
from ..corpus.dataset import Windows, check_fits, open_split
from ..engine import Player
from ..errors import RequestError
from ..progress import Progress, Report, silent
from .metrics_log import read_metrics
from .train import train

HIDDEN = 320
PRIOR_TRAINING = TrainConfig(steps=3_000, batch=64, learning_rate=4e-3)
"""How the next-step net is trained; beta and free nats do not count."""

MAX_JUDGED_WINDOWS = 10_000
"""So many windows of valid at most tell what is common."""


class Fit(NamedTuple):
    """A checkpoint with its prior.

    Attributes:
        nats: `-log p(x')` of a window of valid, the mean; None where the time was up before.
    """

    checkpoint: Checkpoint
    nats: float | None


def fit_prior(
    checkpoint: Checkpoint,
    data: Path | str,
    *,
    steps: int = PRIOR_TRAINING.steps,
    max_minutes: float = math.inf,
    reject_fraction: float = 0.0,
    seed: int = PRIOR_TRAINING.seed,
    progress: Progress = silent,
) -> Fit:
    """Train a next-step net on what the net itself learned from, as its prior.

    What is best on valid is kept. Short windows hold commonplaces, which the net repeats: of what
    it makes up, what is likelier than all but the share *reject_fraction* of valid is left out. The
    same seed gives the same weights, unless the time is up before the steps are done.

    Raises:
        DatasetError: `data` is no data set.
        RequestError: the net has no posterior, or reads another codec or windows of other bars;
            or all would be left out.
        TrainingError: the loss is not a number.
        KeyboardInterrupt: Ctrl-C or SIGTERM; nothing is kept.
    """
    if not 0 <= reject_fraction < 1:
        raise RequestError(f"Leave out a share from 0 to less than 1, not {reject_fraction:g}.")
    config, windows = checkpoint.config.net, open_split(data, "train")
    if not has_posterior(config):
        raise RequestError(f"A prior is fitted to a net with a posterior; {config.kind} has none.")
    check_fits((config.codec, config.bars), (windows.codec.name, windows.bars))
    chosen = replace(PRIOR_TRAINING, steps=steps, seed=seed)
    codec = CODECS[config.codec]
    several = codec.likelihood == "bernoulli" or len(codec.heads) > 1
    net = prior_config(replace(config, prior=HIDDEN, prior_chain=several))

    def tell(report: Report) -> None:
        progress(replace(report, task="fit-prior"))

    with TemporaryDirectory() as folder:
        try:
            out = train(
                ModelConfig("prior", net, chosen),
                data,
                folder,
                max_minutes=max_minutes,
                progress=tell,
            )
        except KeyboardInterrupt as stop:  # its folder goes, so there is nothing to resume
            raise KeyboardInterrupt("Stopped; the model stays as it was.") from stop
        nats = [row["valid_nats"] for row in read_metrics(out) if "valid_nats" in row]
        prior = load(out)
    floor = (
        min_nll_of(prior, open_split(data, "valid"), reject_fraction) if reject_fraction else 0.0
    )
    return Fit(with_prior(checkpoint, prior, floor), min(nats, default=None))


def min_nll_of(prior: Checkpoint, valid: Windows, share: float) -> float:
    """Nats a step under which a next-step net has so large a share of some windows."""
    player = Player(prior)
    rows = np.random.default_rng(0).permutation(len(valid))[:MAX_JUDGED_WINDOWS]
    windows, meters = [valid.window(row) for row in rows], [valid.meter(row) for row in rows]
    nothing = np.empty((len(rows), 0), np.float32)
    each = [nats.mean() for nats in player.nll(nothing, windows, meters)]
    return float(np.quantile(each, share))
