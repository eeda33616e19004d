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

from .checkpoint import Checkpoint, load, with_prior
from .config import ModelConfig, TrainConfig, has_posterior, of_prior
from .dataset import must_fit, open_split
from .errors import RequestError
from .journal import read_metrics
from .music.codecs import CODECS
from .progress import Progress, Report, silent
from .training import train

HIDDEN = 320
CHOICES = TrainConfig(steps=3_000, batch=64, learning_rate=4e-3)
"""How the next-step net is trained; beta and free nats do not count."""


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
    steps: int = CHOICES.steps,
    max_minutes: float = math.inf,
    seed: int = CHOICES.seed,
    progress: Progress = silent,
) -> Fit:
    """Train a next-step net on what the net itself learned from, as its prior.

    What is best on valid is kept. The same seed gives the same weights, unless the time is up
    before the steps are done.

    Raises:
        DatasetError: `data` is no data set.
        RequestError: the net has no posterior, or reads another codec or windows of other bars.
        TrainingError: the loss is not a number.
        KeyboardInterrupt: Ctrl-C or SIGTERM; nothing is kept.
    """
    config, windows = checkpoint.config.net, open_split(data, "train")
    if not has_posterior(config):
        raise RequestError(f"A prior is fitted to a net with a posterior; {config.kind} has none.")
    must_fit((config.codec, config.bars), (windows.codec.name, windows.bars))
    chosen = replace(CHOICES, steps=steps, seed=seed)
    codec = CODECS[config.codec]
    several = codec.likelihood == "bernoulli" or len(codec.heads) > 1
    net = of_prior(replace(config, prior=HIDDEN, prior_chain=several))

    def tell(report: Report) -> None:
        progress(replace(report, task="fit-prior"))

    with TemporaryDirectory() as folder:
        out = train(
            ModelConfig("prior", net, chosen), data, folder, max_minutes=max_minutes, progress=tell
        )
        nats = [row["valid_nats"] for row in read_metrics(out) if "valid_nats" in row]
        return Fit(with_prior(checkpoint, load(out)), min(nats, default=None))
