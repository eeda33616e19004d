"""The piano-roll benchmark of Boulanger-Lewandowski et al., ICML 2012: test NLL in nats per frame.

    python scripts/benchmark_polyphony.py FOLDER --data JSB_Chorales --nets rnn lstm --minutes 10

FOLDER holds the published files, JSB_Chorales.mat, Nottingham.mat and so on.

Frames 2..T of every piece are predicted from all frames before them; the sum of
their nats over the test set is divided by their number, so that long pieces
count for more (as in Bai, Kolter and Koltun, arXiv:1803.01271). Beside it stands
the mean of the pieces' own means. No piece is transposed. Each net stops early
on the valid set and is measured once on the test set: exactly, or where there
is a latent by the lower bound and by importance weighting (Burda et al., ICLR 2016).

The sequence VAE has one latent for each phrase of 64 frames; its decoder hears
the 64 frames before, which it need not predict. The stepwise VAE has a latent
for each frame.
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
"""Width of the condition: whether a frame is to be predicted."""

WHOLE = 10_000
PHRASE = 64
ENOUGH = 0.01
"""Training stops when the learning rate has fallen to this share of its first value."""


class Window(NamedTuple):
    """Frames of a piece, `[T, 88]`; those before `first` are heard and not predicted."""

    frames: NDArray[np.float32]
    first: int
    piece: int


@dataclass(frozen=True)
class Recipe:
    """A net, and how long the windows are that it is trained on and measured on."""

    build: Callable[[int, float], Net]
    """From hidden width and dropout."""

    context: int = WHOLE
    phrase: int = WHOLE


def next_step(cell: type[RNN], hidden: int, dropout: float) -> LanguageModel:
    """Exact: `p(x_t | x_<t)`."""
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
    "rnn": Recipe(lambda hidden, dropout: next_step(RNN, hidden, dropout)),
    "lstm": Recipe(lambda hidden, dropout: next_step(LSTM, hidden, dropout)),
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
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    for name in chosen.data:
        pieces = read(chosen.folder / f"{name}.mat")
        for net in chosen.nets:
            print(f"{name} {net}: {benchmark(pieces, RECIPES[net], chosen)}", flush=True)


def read(path: Path) -> dict[str, list[NDArray[np.float32]]]:
    """The pieces of each split, `[T, 88]` zeros and ones."""
    stored = loadmat(path)
    return {
        split: [roll.astype(np.float32) for roll in stored[f"{split}data"].ravel()]
        for split in ("train", "valid", "test")
    }


def benchmark(
    pieces: dict[str, list[NDArray[np.float32]]], recipe: Recipe, chosen: argparse.Namespace
) -> str:
    """Train one net; its figures on the test set."""
    torch.manual_seed(chosen.seed)
    net = recipe.build(chosen.hidden, chosen.dropout)
    best, epochs = train(net, pieces, recipe, chosen)
    bound = measure(net, pieces["test"], recipe, 0)
    said = [f"bound {bound[0]:.3f}" if has_latent(net) else f"test {bound[0]:.3f}"]
    said.append(f"mean of pieces {bound[1]:.3f}")
    if has_latent(net):
        weighted = measure(net, pieces["test"], recipe, chosen.samples)
        said.insert(0, f"test {weighted[0]:.3f} (importance-weighted, K = {chosen.samples})")
        said.append(f"importance-weighted {weighted[1]:.3f}")
    parameters = sum(parameter.numel() for parameter in net.parameters())
    said += [f"valid {best:.3f}", f"{epochs} epochs", f"{parameters:,} parameters"]
    return ", ".join(said)


def train(
    net: Net,
    pieces: dict[str, list[NDArray[np.float32]]],
    recipe: Recipe,
    chosen: argparse.Namespace,
) -> tuple[float, int]:
    """Leave the weights that were best on the valid set in the net; its figure, and epochs."""
    optimizer = torch.optim.Adam(net.parameters(), lr=chosen.learning_rate)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2)
    rng = np.random.default_rng(chosen.seed)
    best, weights, epoch, begun = math.inf, net.state_dict(), 0, time.monotonic()
    while optimizer.param_groups[0]["lr"] > ENOUGH * chosen.learning_rate:
        windows = cut(pieces["train"], recipe, int(rng.integers(recipe.phrase)))
        for batch in batches(windows, chosen.batch, rng):
            if time.monotonic() - begun > 60 * chosen.minutes:
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
        print(f"  epoch {epoch}, {time.monotonic() - begun:.0f} s, valid {valid:.3f}", flush=True)
        if time.monotonic() - begun > 60 * chosen.minutes:
            break
    net.load_state_dict(weights)
    return best, epoch


@torch.no_grad()
def measure(
    net: Net, pieces: Sequence[NDArray[np.float32]], recipe: Recipe, samples: int
) -> tuple[float, float]:
    """Nats per frame: over all frames, and the mean of the pieces' means."""
    net.eval()
    torch.manual_seed(0)
    windows = cut(pieces, recipe)
    sums, frames = np.zeros(len(pieces)), np.zeros(len(pieces))
    order = sorted(range(len(windows)), key=lambda row: len(windows[row].frames))
    for rows in np.array_split(order, math.ceil(len(order) / 32)):
        batch = to_sequences([windows[row] for row in rows])
        found = weighted(net, batch, samples) if samples else nats(net, batch)
        for row, each, predicted in zip(rows, found, batch.condition.sum((1, 2)), strict=True):
            sums[windows[row].piece] += each
            frames[windows[row].piece] += predicted
    return float(sums.sum() / frames.sum()), float((sums / frames).mean())


def nats(net: Net, batch: SequenceBatch) -> Tensor:
    """Exact, or the negative evidence lower bound by one draw. Output `[B]`."""
    if isinstance(net, SequenceVAE):
        of_phrase = net.posterior(batch)
        logits = net.decode(of_phrase.sample(), unpacked(batch))
        return predicted_nats(net, logits, batch) + of_phrase.kl()
    batch = unpacked(batch)
    if isinstance(net, LanguageModel):
        return predicted_nats(net, net(batch), batch)
    past = net.past(batch)
    posterior = net.posterior(past, batch)
    kl = kl_divergence(posterior, net.prior(past)).sum(-1) * batch.condition[..., 0]
    return predicted_nats(net, net.decode(past, posterior.rsample()), batch) + kl.sum(-1)


def weighted(net: Net, batch: SequenceBatch, samples: int) -> Tensor:
    """`-log 1/K sum p(x, z_k) / q(z_k|x)`: between the bound and the truth. Output `[B]`."""
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
    """`-log p` of the frames that are to be predicted. Output `[B]`."""
    return (net.likelihood.nll(logits, batch.x) * batch.condition[..., 0]).sum(-1)


def has_latent(net: Net) -> bool:
    """Whether the figure is a bound."""
    return not isinstance(net, LanguageModel)


def cut(pieces: Sequence[NDArray[np.float32]], recipe: Recipe, offset: int = 0) -> list[Window]:
    """Every frame but the first of each piece in one window, the first `offset` frames long."""
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
    """All windows once, those of about one length together, in an order that is drawn."""
    noise = rng.uniform(0.8, 1.25, len(windows))
    order = np.argsort([len(window.frames) for window in windows] * noise)
    parts = [order[start : start + size] for start in range(0, len(order), size)]
    for part in rng.permutation(len(parts)):
        yield to_sequences([windows[row] for row in parts[part]])


def to_sequences(windows: Sequence[Window]) -> SequenceBatch:
    """Windows side by side, padded; the condition says which frames are to be predicted."""
    lengths = [len(window.frames) for window in windows]
    x = torch.zeros(len(windows), max(lengths), PITCHES)
    flags = torch.zeros(len(windows), max(lengths), FLAG)
    for row, (window, length) in enumerate(zip(windows, lengths, strict=True)):
        x[row, :length] = torch.from_numpy(window.frames)
        flags[row, window.first : length] = 1
    return SequenceBatch(x, flags, torch.tensor(lengths))


def unpacked(batch: SequenceBatch) -> SequenceBatch:
    """The batch with padding called real: twice as fast, and a causal net predicts the same."""
    return batch._replace(lengths=torch.full_like(batch.lengths, batch.x.shape[1]))


if __name__ == "__main__":
    main()
