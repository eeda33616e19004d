"""Fit a prior to a trained net: the z of windows that a second net, a language model, generates.

With a low beta, the posteriors of music fill only a small part of N(0, I), and samples from
N(0, I) are less musical than reconstructions. The prior with the lowest cost is the mixture of
the posteriors of all music (Tomczak and Welling, VAE with a VampPrior, AISTATS 2018,
arXiv:1705.07120, section 2). A language model stands in for all music: x' is sampled from it,
and z from q(z|x'). The trained net is not changed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from ..checkpoint import Checkpoint, load, with_prior
from ..codecs import CODECS
from ..config import ModelConfig, NetConfig, TrainConfig, check_net, has_posterior
from ..corpus.dataset import Windows, check_fits, open_split
from ..engine import Player, bulk_products
from ..errors import RequestError
from ..progress import Progress, Report, no_progress
from .metrics_log import read_metrics
from .resume import STATE_FILE
from .train import train

PRIOR_NET_CONFIG = NetConfig("lstm", hidden=320, layers=1, lookback=8, embedding=192)
"""Sizes of the language model; codec, bars and chain follow from the net that it is fitted to."""

PRIOR_TRAIN_CONFIG = TrainConfig(steps=3_000, batch=64, learning_rate=4e-3)
"""Training settings of the language model; beta and free nats have no effect on it."""

MAX_NLL_WINDOWS = 10_000
"""Maximum number of validation windows from which the minimum NLL is computed."""


class FittedPrior(NamedTuple):
    """A checkpoint with its prior.

    Attributes:
        checkpoint: the net and its prior.
        valid_nll: mean `-log p(x')` of a validation window under the prior; None if the time was up
            before the first validation.
    """

    checkpoint: Checkpoint
    valid_nll: float | None


def fit_prior(
    checkpoint: Checkpoint,
    data: Path | str,
    *,
    steps: int | None = None,
    max_minutes: float = math.inf,
    transpose: bool = False,
    work: Path | str | None = None,
    reject_fraction: float = 0.0,
    seed: int = PRIOR_TRAIN_CONFIG.seed,
    progress: Progress = no_progress,
    **sizes: float | None,
) -> FittedPrior:
    """Train a language model on the training set of a net, as the net's prior.

    The weights with the lowest loss on valid are stored. In short windows the language model
    repeats the most frequent patterns. With *reject_fraction* windows that are too likely are
    rejected: those whose NLL is below that of all but this fraction of valid. The same seed
    gives the same weights, unless the time is up before all steps are done.

    Args:
        steps: updates; None for `PRIOR_TRAIN_CONFIG.steps`.
        max_minutes: time after which the best weights so far are stored.
        transpose: move each training window to a random key.
        work: folder for the state of the training; a fit that finds its state there resumes it.
            None to keep no state.
        sizes: fields of the language model's `NetConfig`; None for that of `PRIOR_NET_CONFIG`.
            Training does not depend on `top_p`, which is stored with the prior.

    Raises:
        DatasetError: `data` is not a data set.
        RequestError: the net has no posterior, or reads another codec or windows of another
            number of bars; or *reject_fraction* is 1 or more, or negative, or a size of the
            language model is out of range.
        TrainingError: the loss is not a number, or *work* holds another training.
        OutputError: *work* cannot be written, or another program is writing into it.
        KeyboardInterrupt: Ctrl-C or SIGTERM; nothing is stored but the state in *work*.
    """
    if not 0 <= reject_fraction < 1:
        raise RequestError(
            f"The fraction to reject must be from 0 to less than 1, not {reject_fraction:g}."
        )
    config, windows = checkpoint.config.net, open_split(data, "train")
    if not has_posterior(config):
        raise RequestError(
            f"A prior can only be fitted to a net with a posterior; {config.kind} has none."
        )
    check_fits((config.codec, config.bars), (windows.codec.name, windows.bars))
    train_config = replace(
        PRIOR_TRAIN_CONFIG,
        steps=PRIOR_TRAIN_CONFIG.steps if steps is None else steps,
        transposed=1.0 if transpose else PRIOR_TRAIN_CONFIG.transposed,
        seed=seed,
    )
    net_config = language_model_config(config, sizes)
    # what training does not depend on may differ when a fit goes on
    language_model = ModelConfig("prior", replace(net_config, top_p=1.0), train_config)
    prior, valid_nll = _train(language_model, data, work, max_minutes, progress)
    prior = replace(prior, config=replace(prior.config, net=net_config))
    min_nll = (
        nll_quantile(prior, open_split(data, "valid"), reject_fraction) if reject_fraction else 0.0
    )
    return FittedPrior(with_prior(checkpoint, prior, min_nll), valid_nll)


def _train(
    config: ModelConfig,
    data: Path | str,
    work: Path | str | None,
    max_minutes: float,
    progress: Progress,
) -> tuple[Checkpoint, float | None]:
    """Train the language model in `work`; return its best weights on valid and their NLL."""

    def report_progress(report: Report) -> None:
        progress(replace(report, task="fit-prior"))

    with TemporaryDirectory() as temporary:
        folder = Path(work or temporary)
        try:
            train(
                config,
                data,
                folder,
                resume=(folder / STATE_FILE).exists(),
                max_minutes=max_minutes,
                progress=report_progress,
            )
        except KeyboardInterrupt as stop:  # a temporary folder leaves nothing to resume
            hint = f" The same command goes on from {work}." if work else ""
            raise type(stop)(f"Stopped; the model stays as it was.{hint}") from stop
        valid_nats = [row["valid_nats"] for row in read_metrics(folder) if "valid_nats" in row]
        return load(folder), min(valid_nats, default=None)


def language_model_config(config: NetConfig, sizes: Mapping[str, float | None]) -> NetConfig:
    """The config of a language model for the prior of a net; None takes the default.

    Raises:
        RequestError: a size is out of range.
    """
    codec = CODECS[config.codec]
    given: dict[str, Any] = {name: size for name, size in sizes.items() if size is not None}
    # several notes sound in one step: their probabilities depend on each other
    chain = codec.likelihood == "bernoulli" or len(codec.heads) > 1
    net_config = replace(
        PRIOR_NET_CONFIG, codec=config.codec, bars=config.bars, chain=chain, **given
    )
    try:
        check_net(net_config)
    except ValueError as error:
        raise RequestError(f"This prior cannot be fitted: {error}.") from error
    return net_config


@bulk_products()
def nll_quantile(prior: Checkpoint, valid: Windows, fraction: float) -> float:
    """NLL in nats per step that this fraction of the validation windows fall below."""
    player = Player(prior)
    rows = np.random.default_rng(0).permutation(len(valid))[:MAX_NLL_WINDOWS]
    windows, meters = [valid.window(row) for row in rows], [valid.meter(row) for row in rows]
    no_z = np.empty((len(rows), 0), np.float32)
    nlls = [nll_by_step.mean() for nll_by_step in player.nll(no_z, windows, meters)]
    return float(np.quantile(nlls, fraction))
