"""Likelihoods equal numeric integrals, and the losses of the nets in torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from musicvae.codecs import CODECS
from musicvae.codecs.conditioning import condition_features
from musicvae.engine import Player, Posterior, step_nll
from musicvae.evaluation.batches import split_chunks
from musicvae.evaluation.evaluate import evaluate
from musicvae.evaluation.likelihood import importance_nll, sum_frames
from musicvae.nets import SequenceBatch
from musicvae.theory.meter import Meter
from musicvae.training.build import load_net

from ..miniatures import tiny_checkpoint
from .collection import MELODY, windows

FRAMES = "NLL, nats per frame, frames"


class Toy(Player):
    """A net with one z: the larger it is, the more probable the truth."""

    def __init__(self) -> None:
        self.codec, self.latent = MELODY, 1

    def logits(self, z, codes, meters):  # type: ignore[no-untyped-def]  # as Player's
        """The true class has the logit z, the others 0."""
        return [
            MELODY.one_hot(window) * value for window, value in zip(codes, z[:, 0], strict=True)
        ]


def test_many_draws_of_z_give_the_integral_over_z() -> None:
    """`-log` of the integral of `p(z) p(x|z)`, computed on a fine grid; one draw gives a bound."""
    held_out = windows(n=2, meters=[Meter(4, 4)])
    (chunk,) = split_chunks(held_out, np.arange(2), 0)
    posterior = Posterior(np.full((2, 1), 6.0, np.float32), np.zeros((2, 1), np.float32))
    grid, player = np.linspace(-9, 15, 4001), Toy()
    truth = chunk.codes[0]
    frames = [step_nll(MELODY, MELODY.one_hot(truth) * np.float32(z), truth) for z in grid]
    log_p = -sum_frames(frames) - 0.5 * grid[:, None] ** 2 - 0.5 * np.log(2 * np.pi)
    exact = -np.logaddexp.reduce(log_p, axis=0) - np.log(grid[1] - grid[0])
    estimate = importance_nll(player, chunk, posterior, 2000, 0)
    assert estimate[0] == pytest.approx(exact, abs=0.05)
    bound = np.mean(
        [importance_nll(player, chunk, posterior, 1, seed)[0] for seed in range(200)], axis=0
    )
    assert (bound > exact).all()


@pytest.mark.parametrize("codec", ["roll", "drums", "trio"])
def test_the_likelihood_of_a_next_step_net_is_the_one_it_was_trained_on(codec: str) -> None:
    """In nats per phrase as the torch net computes them; per frame without the first."""
    checkpoint, meter = tiny_checkpoint("lstm", codec=codec), Meter(6, 8)
    held_out = windows(codec, 5, meters=[meter])
    figures = evaluate(Player(checkpoint), held_out).figures
    x = torch.from_numpy(CODECS[codec].one_hot(np.stack([c for c, _ in held_out.windows])))
    conditions = torch.from_numpy(condition_features(meter).copy()).expand(5, -1, -1)
    net, batch = load_net(checkpoint), SequenceBatch(x, conditions, torch.full((5,), 24))
    with torch.no_grad():
        nll = net.losses(batch).reconstruction
        later = net.likelihood.nll(net(batch), x)[:, 1:]
    assert figures["NLL, nats"] == pytest.approx(nll.mean().item(), rel=1e-4)
    assert figures[f"{FRAMES} 1..T"] == pytest.approx(nll.mean().item() / 24, rel=1e-4)
    assert figures[f"{FRAMES} 2..T"] == pytest.approx(later.mean().item(), rel=1e-4)


def test_frames_are_averaged_over_all_windows_and_draws_tighten_the_bound() -> None:
    """Long windows count for more; without draws the bound is reconstruction plus KL."""
    held_out, player = windows("roll", 6), Player(tiny_checkpoint("sequence-vae"))
    bound = evaluate(player, held_out, pairs=0).figures
    total = bound["reconstruction, nats"] + bound["KL, nats"]
    assert bound["NLL, nats"] == pytest.approx(total, rel=1e-5)
    frames = np.mean([len(codes) for codes, _ in held_out.windows])
    assert bound[f"{FRAMES} 1..T"] == pytest.approx(total / frames, rel=1e-5)
    closer = evaluate(player, held_out, pairs=0, importance=10).figures
    assert closer["NLL, nats"] < bound["NLL, nats"]
    assert (bound["NLL, draws K"], closer["NLL, draws K"]) == (0, 10)
    for name in bound.keys() - {"NLL, draws K", "NLL, nats", f"{FRAMES} 1..T", f"{FRAMES} 2..T"}:
        assert closer[name] == bound[name], "K changes no other figure"
