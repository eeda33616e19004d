"""A prior fitted to a trained net: what all z of its training music look like together.

Where beta is low, the posteriors of music fill little of N(0, I), and what is drawn from
there is less like music than what comes back through z. The prior that costs least is their mixture
over all music (Tomczak and Welling, VAE with a VampPrior, AISTATS 2018,
arXiv:1705.07120, section 2); a density fitted to draws from it, the net left as it is,
is the ex-post density estimation of Ghosh et al., ICLR 2020 (arXiv:1903.12436).
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from .checkpoint import Checkpoint
from .config import NetConfig, TrainConfig
from .dataset import Windows, draw_transpositions, must_fit, open_split
from .errors import RequestError, TrainingError
from .model import PRIOR, build_prior, restore, to_sequences, weights_of
from .music.position import summary
from .nets import VAE, Flow, Posterior
from .progress import Progress, Report, silent
from .schedules import learning_rate_at

COUPLINGS, UNITS, HIDDEN = 8, 96, 192
CHOICES = TrainConfig(
    steps=12_000, batch=512, learning_rate=2e-3, cooldown=0.6, clip=10.0, valid_every=250
)
"""How a prior is fitted; what is not named here does not count."""

LEARNED_FROM, JUDGED_ON = 200_000, 10_000
"""So many windows at most, drawn at random."""

SIDE_BY_SIDE = 256
REPORT_EVERY = 10


@dataclass(frozen=True)
class Fit:
    """A checkpoint with its prior.

    Attributes:
        nats: `-log p(z)` of a window with `z ~ q(z|x)`, under each of three priors on valid
            and under the last on train as well.
    """

    checkpoint: Checkpoint
    nats: dict[str, float]


class Encoded(NamedTuple):
    """Windows as the net encodes them, and what is known of their meters."""

    posterior: Posterior
    condition: Tensor

    def draw(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """`z ~ q(z|x)` anew, and the condition. Output `[B, Z]`, `[B, K]`."""
        mu, log_var = self.posterior
        return Posterior(mu[rows], log_var[rows]).sample(), self.condition[rows]


def fit_prior(
    checkpoint: Checkpoint,
    data: Path | str,
    *,
    steps: int = CHOICES.steps,
    max_minutes: float = math.inf,
    seed: int = 0,
    progress: Progress = silent,
) -> Fit:
    """Fit a prior to the z of the training set by maximum likelihood; the net stays as it is.

    Windows are transposed as in training and encoded once; their z are drawn anew for
    each update. What is best on valid is kept, and that is never worse than a Gaussian.
    The same seed gives the same weights, unless the time is up before the steps are done.

    Raises:
        DatasetError: `data` is no data set.
        RequestError: the net has no posterior, or reads another codec.
        TrainingError: the likelihood is not a number.
    """
    net, windows, valid = restore(checkpoint), open_split(data, "train"), open_split(data, "valid")
    config = checkpoint.config.net
    if not isinstance(net, VAE):
        raise RequestError(f"A prior is fitted to a net with a posterior; {config.kind} has none.")
    must_fit((config.codec, config.bars), (windows.codec.name, windows.bars))
    net = net.to("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    choices = replace(CHOICES, steps=steps, seed=seed)
    train = _encode(net, windows, choices, LEARNED_FROM, transposed=True, progress=progress)
    judge = _encode(net, valid, choices, JUDGED_ON, transposed=False, progress=progress)
    config = replace(
        config, prior=COUPLINGS, prior_units=min(UNITS, config.latent), prior_hidden=HIDDEN
    )
    flow, nats = _fit(config, train, judge, choices, max_minutes, progress)
    weights = {name: a for name, a in checkpoint.weights.items() if not name.startswith(PRIOR)}
    weights |= {PRIOR + name: array for name, array in weights_of(flow).items()}
    return Fit(Checkpoint(replace(checkpoint.config, net=config), weights, checkpoint.step), nats)


def _fit(
    config: NetConfig,
    train: Encoded,
    judge: Encoded,
    choices: TrainConfig,
    max_minutes: float,
    progress: Progress,
) -> tuple[Flow, dict[str, float]]:
    """The flow that was best on valid, and the nats."""
    mu, log_var = train.posterior
    flow = build_prior(config).to(mu.device)
    flow.fit_gaussian(mu.mean(0), torch.cov(mu.T), log_var.exp().mean(0))
    z, condition = judge.draw(torch.arange(len(judge.condition), device=mu.device))
    known = train.draw(torch.arange(min(len(mu), len(z)), device=mu.device))
    standard = 0.5 * (z.square() + math.log(2 * math.pi)).sum(-1)
    gaussian = lowest = _nats(flow, z, condition)
    best, begun = copy.deepcopy(flow.state_dict()), time.monotonic()
    for step, nats in _updates(flow, train, choices):
        figures = {"nats": nats}
        late = time.monotonic() - begun > 60 * max_minutes
        if step % choices.valid_every == 0 or step == choices.steps or late:
            figures["valid_nats"] = _nats(flow, z, condition)
            if figures["valid_nats"] < lowest:
                lowest, best = figures["valid_nats"], copy.deepcopy(flow.state_dict())
        if step % REPORT_EVERY == 0 or len(figures) > 1:
            progress(Report("fit-prior", step, choices.steps, figures))
        if late:
            break
    flow.load_state_dict(best)
    return flow, {
        "N(0, I)": float(standard.mean()),
        "Gaussian": gaussian,
        "prior": lowest,
        "prior, on train": _nats(flow, *known),
    }


def _updates(flow: Flow, train: Encoded, choices: TrainConfig) -> Iterator[tuple[int, float]]:
    """After each update its number, from 1 on, and the nats that it was taken on."""
    adam = torch.optim.AdamW(
        flow.parameters(), betas=(0.9, 0.98), weight_decay=choices.weight_decay
    )
    rng = np.random.default_rng((choices.seed, 1))
    for step in range(choices.steps):
        for group in adam.param_groups:
            group["lr"] = learning_rate_at(choices, step)
        rows = torch.from_numpy(rng.integers(len(train.condition), size=choices.batch))
        nats = flow.nll(*train.draw(rows.to(train.condition.device))).mean()
        adam.zero_grad()
        torch.autograd.backward(nats)
        norm = clip_grad_norm_(flow.parameters(), choices.clip)
        if not bool(torch.isfinite(norm)):
            raise TrainingError(f"At step {step} the prior is not a number; choose another seed.")
        adam.step()
        yield step + 1, float(nats.detach())


@torch.no_grad()
def _nats(flow: Flow, z: Tensor, condition: Tensor) -> float:
    """Mean `-log p(z)` of a window."""
    return float(flow.nll(z, condition).mean())


@torch.no_grad()
def _encode(
    net: VAE,
    windows: Windows,
    choices: TrainConfig,
    most: int,
    *,
    transposed: bool,
    progress: Progress,
) -> Encoded:
    """Posteriors of at most so many windows."""
    rng = np.random.default_rng((choices.seed, 2))
    device = next(net.parameters()).device
    means, log_vars, known, done = [], [], [], 0
    for rows in windows.plan(SIDE_BY_SIDE, rng):
        semitones = draw_transpositions(len(rows), rng) if transposed else None
        posterior = net.posterior(to_sequences(windows.batch(rows, semitones), device))
        means.append(posterior.mu)
        log_vars.append(posterior.log_var)
        known += [summary(windows.meter(int(row))) for row in rows]
        done += len(rows)
        progress(Report("fit-prior", 0, choices.steps, {"windows": done}))
        if done >= most:
            break
    condition = torch.from_numpy(np.stack(known)).to(device)
    return Encoded(Posterior(torch.cat(means), torch.cat(log_vars)), condition)
