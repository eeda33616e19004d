"""The piano-roll benchmark of Boulanger-Lewandowski et al., ICML 2012: test NLL in nats per frame.

    python scripts/benchmark_polyphony.py FOLDER --data JSB_Chorales --nets rnn lstm --minutes 10

FOLDER holds the published files, JSB_Chorales.mat, Nottingham.mat and so on.

Frames 2..T of every piece are predicted from all frames before them; the sum of
their nats over the test set is divided by their number, so that long pieces
count for more (as in Bai, Kolter and Koltun, arXiv:1803.01271). The mean of the
pieces' means is printed, too. No piece is transposed. Training stops early by the
valid set, and each net is evaluated once on the test set: exactly, or if it has a
latent by the lower bound and by importance weighting (Burda et al., ICLR 2016).

The sequence VAE has one latent for each phrase of 64 frames; its decoder also reads
the 64 frames before the phrase, which are not predicted. The stepwise VAE has a
latent for each frame.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.io import loadmat
from stepwise_vae import StepwiseVAE
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from musicvae.nets import (
    LSTM,
    RNN,
    AutoregressiveDecoder,
    Bernoulli,
    LanguageModel,
    SequenceBatch,
    SequenceEncoder,
    SequenceVAE,
)

Net = LanguageModel | SequenceVAE | StepwiseVAE

PITCHES = 88
FLAG = 1
"""Width of the condition: 1 if a frame is predicted, else 0."""

WHOLE_PIECE = 10_000
PHRASE = 64
FINAL_LEARNING_RATE = 0.01
"""Training stops when the learning rate has fallen to this share of its first value."""


class Window(NamedTuple):
    """Frames of a piece, `[T, 88]`; those before `first` are context and not predicted."""

    frames: NDArray[np.float32]
    first: int
    piece: int


@dataclass(frozen=True)
class Recipe:
    """A net, and the length of the windows that it is trained and evaluated on."""

    build: Callable[[int, float], Net]
    """Builds the net, given hidden width and dropout."""

    context: int = WHOLE_PIECE
    phrase: int = WHOLE_PIECE


def language_model(cell: type[RNN], hidden: int, dropout: float) -> LanguageModel:
    """No latent: `p(x_t | x_<t)` is exact."""
    return LanguageModel(cell(PITCHES + FLAG, hidden, dropout=dropout), PITCHES, Bernoulli())


def sequence_vae(hidden: int, dropout: float) -> SequenceVAE:
    """One latent for each phrase."""
    latent = 16
    decoder = AutoregressiveDecoder(
        latent,
        PITCHES,
        FLAG,
        hidden,
        layers=1,
        step_conditioning=4,
        steps=2 * PHRASE,
        dropout=dropout,
    )
    return SequenceVAE(SequenceEncoder(PITCHES, FLAG, 128), decoder, latent, Bernoulli())


def stepwise_vae(hidden: int, dropout: float) -> StepwiseVAE:
    """One latent for each frame."""
    recurrent = LSTM(PITCHES + FLAG, hidden, dropout=dropout)
    return StepwiseVAE(recurrent, PITCHES, 256, 32, Bernoulli())


RECIPES = {
    "rnn": Recipe(lambda hidden, dropout: language_model(RNN, hidden, dropout)),
    "lstm": Recipe(lambda hidden, dropout: language_model(LSTM, hidden, dropout)),
    "sequence-vae": Recipe(sequence_vae, PHRASE, PHRASE),
    "stepwise-vae": Recipe(stepwise_vae),
}


def main() -> None:
    """Train each net on each data set and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", nargs="+", default=["JSB_Chorales", "Nottingham"])
    parser.add_argument("--nets", nargs="+", default=list(RECIPES), choices=list(RECIPES))
    parser.add_argument("--minutes", type=float, default=10.0, help="At most, for each net.")
    parser.add_argument("--hidden", type=int, default=256, help="Width of the recurrent net.")
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=8, help="Windows in an update.")
    parser.add_argument("--samples", type=int, default=100, help="K of importance weighting.")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for name in arguments.data:
        pieces = read(arguments.folder / f"{name}.mat")
        for net in arguments.nets:
            print(f"{name} {net}: {benchmark(pieces, RECIPES[net], arguments)}", flush=True)


def read(path: Path) -> dict[str, list[NDArray[np.float32]]]:
    """The pieces of each split as `[T, 88]` zeros and ones."""
    rolls = loadmat(path)
    return {
        split: [roll.astype(np.float32) for roll in rolls[f"{split}data"].ravel()]
        for split in ("train", "valid", "test")
    }


def benchmark(
    pieces: dict[str, list[NDArray[np.float32]]], recipe: Recipe, arguments: argparse.Namespace
) -> str:
    """Train a net and return its figures on the test set."""
    torch.manual_seed(arguments.seed)
    net = recipe.build(arguments.hidden, arguments.dropout)
    best, epochs = train(net, pieces, recipe, arguments)
    bound = measure(net, pieces["test"], recipe, 0)
    figures = [f"bound {bound[0]:.3f}" if has_latent(net) else f"test {bound[0]:.3f}"]
    figures.append(f"mean of pieces {bound[1]:.3f}")
    if has_latent(net):
        samples = arguments.samples
        estimate = measure(net, pieces["test"], recipe, samples)
        figures.insert(0, f"test {estimate[0]:.3f} (importance-weighted, K = {samples})")
        figures.append(f"importance-weighted {estimate[1]:.3f}")
    parameters = sum(parameter.numel() for parameter in net.parameters())
    figures += [f"valid {best:.3f}", f"{epochs} epochs", f"{parameters:,} parameters"]
    return ", ".join(figures)


def train(
    net: Net,
    pieces: dict[str, list[NDArray[np.float32]]],
    recipe: Recipe,
    arguments: argparse.Namespace,
) -> tuple[float, int]:
    """Train a net and load its best weights; return its nats on the valid set, and epochs."""
    optimizer = torch.optim.Adam(net.parameters(), lr=arguments.learning_rate)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2)
    rng = np.random.default_rng(arguments.seed)
    best, weights, epoch, start = math.inf, net.state_dict(), 0, time.monotonic()
    while optimizer.param_groups[0]["lr"] > FINAL_LEARNING_RATE * arguments.learning_rate:
        windows = cut(pieces["train"], recipe, int(rng.integers(recipe.phrase)))
        for batch in batches(windows, arguments.batch, rng):
            if time.monotonic() - start > 60 * arguments.minutes:
                break
            net.train()
            optimizer.zero_grad()
            loss = nats(net, batch).sum() / batch.condition.sum()
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
        epoch += 1
        valid, _ = measure(net, pieces["valid"], recipe, 0)
        schedule.step(valid)
        if valid < best:
            best, weights = valid, deepcopy(net.state_dict())
        print(f"  epoch {epoch}, {time.monotonic() - start:.0f} s, valid {valid:.3f}", flush=True)
        if time.monotonic() - start > 60 * arguments.minutes:
            break
    net.load_state_dict(weights)
    return best, epoch


@torch.no_grad()
def measure(
    net: Net, pieces: Sequence[NDArray[np.float32]], recipe: Recipe, samples: int
) -> tuple[float, float]:
    """Nats per frame: the mean over all frames, and the mean of the pieces' means."""
    net.eval()
    torch.manual_seed(0)
    windows = cut(pieces, recipe)
    sums, frames = np.zeros(len(pieces)), np.zeros(len(pieces))
    order = sorted(range(len(windows)), key=lambda row: len(windows[row].frames))
    for rows in np.array_split(order, math.ceil(len(order) / 32)):
        batch = to_sequences([windows[row] for row in rows])
        nlls = weighted(net, batch, samples) if samples else nats(net, batch)
        for row, nll, predicted in zip(rows, nlls, batch.condition.sum((1, 2)), strict=True):
            sums[windows[row].piece] += nll
            frames[windows[row].piece] += predicted
    return float(sums.sum() / frames.sum()), float((sums / frames).mean())


def nats(net: Net, batch: SequenceBatch) -> Tensor:
    """Exact NLL, or the negative evidence lower bound from one sample. Output `[B]`."""
    if isinstance(net, SequenceVAE):
        phrase_posterior = net.posterior(batch)
        logits = net.decode(phrase_posterior.sample(), unpacked(batch))
        return predicted_nats(net, logits, batch) + phrase_posterior.kl()
    batch = unpacked(batch)
    if isinstance(net, LanguageModel):
        return predicted_nats(net, net(batch), batch)
    past = net.past(batch)
    posterior = net.posterior(past, batch)
    kl = kl_divergence(posterior, net.prior(past)).sum(-1) * batch.condition[..., 0]
    return predicted_nats(net, net.decode(past, posterior.rsample()), batch) + kl.sum(-1)


def weighted(net: Net, batch: SequenceBatch, samples: int) -> Tensor:
    """`-log 1/K sum p(x, z_k) / q(z_k|x)`: between the bound and the true NLL. Output `[B]`."""
    if isinstance(net, StepwiseVAE):
        return (net.nll(unpacked(batch), samples) * batch.condition[..., 0]).sum(-1)
    assert isinstance(net, SequenceVAE)
    mu, log_var = net.posterior(batch)
    posterior, prior = Normal(mu, torch.exp(0.5 * log_var)), Normal(0.0, 1.0)
    weights = []
    for _ in range(samples):
        z = posterior.sample()
        ratio = (prior.log_prob(z) - posterior.log_prob(z)).sum(-1)
        weights.append(ratio - predicted_nats(net, net.decode(z, unpacked(batch)), batch))
    return math.log(samples) - torch.stack(weights).logsumexp(0)


def predicted_nats(net: Net, logits: Tensor, batch: SequenceBatch) -> Tensor:
    """`-log p` of the frames whose condition is 1. Output `[B]`."""
    return (net.likelihood.nll(logits, batch.x) * batch.condition[..., 0]).sum(-1)


def has_latent(net: Net) -> bool:
    """Return True if the net has a latent, so that `nats` is a bound."""
    return not isinstance(net, LanguageModel)


def cut(pieces: Sequence[NDArray[np.float32]], recipe: Recipe, offset: int = 0) -> list[Window]:
    """Cut pieces into windows of `recipe.phrase` predicted frames, plus context.

    Every frame but the first of a piece is predicted in one window. The first window predicts
    `offset` frames, if given.
    """
    windows = []
    for number, roll in enumerate(pieces):
        inner = range(1 + (offset or recipe.phrase), len(roll), recipe.phrase)
        for start, stop in pairwise([1, *inner, len(roll)]):
            begin = max(0, start - recipe.context)
            windows.append(Window(roll[begin:stop], start - begin, number))
    return windows


def batches(
    windows: Sequence[Window], size: int, rng: np.random.Generator
) -> Iterator[SequenceBatch]:
    """Yield all windows once, in random batches of windows of similar length."""
    noise = rng.uniform(0.8, 1.25, len(windows))
    order = np.argsort([len(window.frames) for window in windows] * noise)
    groups = [order[start : start + size] for start in range(0, len(order), size)]
    for group in rng.permutation(len(groups)):
        yield to_sequences([windows[row] for row in groups[group]])


def to_sequences(windows: Sequence[Window]) -> SequenceBatch:
    """Pad windows to a batch; the condition is 1 for the frames to be predicted."""
    lengths = [len(window.frames) for window in windows]
    x = torch.zeros(len(windows), max(lengths), PITCHES)
    flags = torch.zeros(len(windows), max(lengths), FLAG)
    for row, (window, length) in enumerate(zip(windows, lengths, strict=True)):
        x[row, :length] = torch.from_numpy(window.frames)
        flags[row, window.first : length] = 1
    return SequenceBatch(x, flags, torch.tensor(lengths))


def unpacked(batch: SequenceBatch) -> SequenceBatch:
    """The batch with full lengths, so that `RNN` does not pack it, which takes twice as long.

    A causal net predicts the real frames as before; padding has condition 0 and does not count.
    """
    return batch._replace(lengths=torch.full_like(batch.lengths, batch.x.shape[1]))


if __name__ == "__main__":
    main()
