"""The refitted head is the optimum, and the rest of the net is as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from musicvae.adapt import refit_head as module
from musicvae.adapt.refit_head import PRIOR_PRECISION, expected, refit_head
from musicvae.checkpoint import Checkpoint, prior_of
from musicvae.codecs.base import Codes
from musicvae.engine import Player
from musicvae.theory.meter import Meter

from ..miniatures import tiny_checkpoint, tiny_prior, windows_of

METERS = (Meter(4, 4), Meter(3, 4))
LONG = 150
"""Rounds after which almost nothing changes."""
PRESETS = ("melody-2bar", "band-8bar", "piano-2bar")


def prior_and_windows(name: str) -> tuple[Checkpoint, list[Codes]]:
    """A miniature prior for the net of a preset, and windows for it."""
    model = tiny_checkpoint(name)
    prior = prior_of(tiny_prior(model))
    assert prior is not None
    net = model.config.net
    return prior, windows_of(net.codec, METERS, net.bars)


def changed(prior: Checkpoint, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> Player:
    """The net with a changed head."""
    weights = dict(prior.weights)
    weights["head.weight"] = weights["head.weight"] + weight
    weights["head.bias"] = weights["head.bias"] + bias
    return Player(replace(prior, weights=weights))


def cost(
    prior: Checkpoint,
    windows: list[Codes],
    weight: NDArray[np.float32],
    bias: NDArray[np.float32],
) -> float:
    """NLL of the windows and of the head under the Gaussian around the old one, in nats."""
    nothing = np.empty((len(windows), 0), np.float32)
    nll = changed(prior, weight, bias).nll(nothing, windows, METERS)
    squared_distance = float((weight.astype(float) ** 2).sum() + (bias.astype(float) ** 2).sum())
    return float(sum(window.sum() for window in nll)) + PRIOR_PRECISION / 2 * squared_distance


@pytest.mark.parametrize("name", PRESETS)
def test_no_other_head_is_better(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the old one nor one near by: the cost is convex with one optimum."""
    monkeypatch.setattr(module, "ROUNDS", LONG)
    prior, windows = prior_and_windows(name)
    weight, bias = refit_head(Player(prior), windows, METERS)
    best = cost(prior, windows, weight, bias)
    assert best < cost(prior, windows, 0 * weight, 0 * bias)
    rng = np.random.default_rng(0)
    for size in (0.01, 0.1, 1.0):
        step = size * rng.standard_normal(weight.shape).astype(np.float32)
        assert best < cost(prior, windows, weight + step, bias)
        assert best < cost(prior, windows, weight, bias + step[:, 0])


@pytest.mark.parametrize("name", PRESETS)
def test_every_round_is_reported_and_their_number_is_enough(name: str) -> None:
    """The default number gains all but 5 % of what can be gained."""
    prior, windows = prior_and_windows(name)
    reported: list[int] = []
    default = cost(
        prior, windows, *refit_head(Player(prior), windows, METERS, on_round=reported.append)
    )
    assert reported == list(range(1, module.ROUNDS + 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ROUNDS", LONG)
        best = refit_head(Player(prior), windows, METERS)
    least, first = cost(prior, windows, *best), cost(prior, windows, 0 * best[0], 0 * best[1])
    assert default - least < 0.05 * (first - least)


@pytest.mark.parametrize("name", PRESETS)
def test_the_probabilities_of_each_softmax_sum_to_one(name: str) -> None:
    """Each Bernoulli channel is a probability of its own."""
    codec = Player(tiny_checkpoint(name)).codec
    logits = 9 * np.random.default_rng(1).standard_normal((7, codec.channels)).astype(np.float32)
    probabilities = expected(codec, logits)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    if codec.likelihood == "categorical":
        np.testing.assert_allclose(probabilities.sum(axis=1), len(codec.heads), rtol=1e-5)


def test_a_net_with_a_latent_has_no_features() -> None:
    """Its head cannot be refitted."""
    player = Player(tiny_checkpoint())
    with pytest.raises(ValueError, match="it is no next-step net"):
        player.features(windows_of("melody", METERS), METERS)
