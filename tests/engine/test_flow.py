"""A prior that was fitted in torch is the one that is drawn from in numpy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from musicvae.checkpoint import Checkpoint
from musicvae.engine import Player
from musicvae.engine.flow import LOG_SCALE
from musicvae.engine.flow import halves as halves_played
from musicvae.errors import CheckpointError
from musicvae.generation import generate
from musicvae.model import PRIOR, build_prior, restore, weights_of
from musicvae.music.position import summary
from musicvae.nets import Flow, flow

from ..miniatures import RAGGED, tiny_checkpoint


def with_prior() -> tuple[Checkpoint, Flow]:
    """A checkpoint with a prior whose couplings move, and that prior."""
    plain = tiny_checkpoint()
    net = replace(plain.config.net, prior=5, prior_units=4, prior_hidden=7)
    prior = build_prior(net)
    torch.manual_seed(4)
    with torch.no_grad():
        for tensor in (*prior.parameters(), prior.mean, prior.spread):
            tensor.add_(0.3 * torch.randn_like(tensor))
    weights = {PRIOR + name: array for name, array in weights_of(prior).items()}
    config = replace(plain.config, net=net)
    return Checkpoint(config, {**plain.weights, **weights}), prior


def rngs(seed: int = 0) -> list[np.random.Generator]:
    """One for each ragged meter."""
    return [np.random.default_rng((seed, row)) for row in range(len(RAGGED))]


@torch.no_grad()
def test_z_is_the_same_within_1e_4() -> None:
    """In five meters at once."""
    checkpoint, prior = with_prior()
    player = Player(checkpoint)
    u = np.array([rng.standard_normal(player.latent) for rng in rngs()], np.float32)
    known = torch.from_numpy(np.stack([summary(meter) for meter in RAGGED]))
    expected = prior.from_base(torch.from_numpy(u), known).numpy()
    found = player.sample_z(RAGGED, rngs())
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert np.abs(found - u).max() > 0.1


def test_both_sides_part_the_units_alike() -> None:
    """And clamp alike."""
    for units in (2, 5, 96):
        for index in range(8):
            parted = [half.tolist() for half in flow.halves(units, index)]
            assert [*map(list, halves_played(units, index))] == parted
    assert LOG_SCALE == flow.LOG_SCALE


def test_without_a_prior_z_is_drawn_as_it_was() -> None:
    """The very numbers of each generator; none for a net without z."""
    player = Player(tiny_checkpoint())
    drawn = np.array([rng.standard_normal(player.latent) for rng in rngs()], np.float32)
    assert np.array_equal(player.sample_z(RAGGED, rngs()), drawn)
    assert player.sample_z([], []).shape == (0, player.latent)
    assert Player(tiny_checkpoint("rnn")).sample_z(RAGGED, rngs()).shape == (len(RAGGED), 0)


def test_generate_draws_from_the_prior() -> None:
    """One whose spread is nothing gives phrases that differ by their steps alone."""
    checkpoint, _ = with_prior()
    still = {"prior.spread": 0 * checkpoint.weights["prior.spread"]}
    player = Player(replace(checkpoint, weights={**checkpoint.weights, **still}))
    phrases = generate(player, 4, temperature=0.0, seed=1)
    assert len(set(phrases)) == 1
    assert len(set(generate(Player(checkpoint), 4, temperature=0.0, seed=1))) > 1


def test_a_net_is_restored_without_its_prior() -> None:
    """Its weights are those it was trained to."""
    checkpoint, _ = with_prior()
    plain = tiny_checkpoint()
    assert weights_of(restore(checkpoint)).keys() == plain.weights.keys()


def test_a_prior_that_lacks_an_array_or_has_another_shape_is_refused() -> None:
    """Whichever it is, when the player is made; the sentence names it."""
    checkpoint, _ = with_prior()
    for odd in (name for name in checkpoint.weights if name.startswith(PRIOR)):
        rest = {key: array for key, array in checkpoint.weights.items() if key != odd}
        with pytest.raises(CheckpointError, match=f"{odd} is missing"):
            Player(replace(checkpoint, weights=rest))
        rest[odd] = checkpoint.weights[odd][:-1]
        with pytest.raises(CheckpointError, match=odd):
            Player(replace(checkpoint, weights=rest))
