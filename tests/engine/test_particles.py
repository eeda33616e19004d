"""Particles: their weights are probabilities, and groups are independent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from musicvae.constraints.compile import compile_rule
from musicvae.constraints.spec import NO_CONSTRAINTS
from musicvae.constraints.step_rule import StepRule
from musicvae.engine import Net, Player
from musicvae.engine.particles import _resample
from musicvae.errors import RequestError
from musicvae.generation.seeding import generator
from musicvae.theory.meter import Meter

from ..miniatures import tiny_checkpoint, tiny_prior, windows_of

METER = Meter(2, 4)


def prior_of(name: str, lookback: int = 0) -> Net:
    """The prior of a small model."""
    prior = Player(tiny_prior(tiny_checkpoint(name), layers=2, lookback=lookback)).prior
    assert prior
    return prior


def free_rule(net: Net, bars: int = 1) -> StepRule:
    """A rule that allows all."""
    return compile_rule(NO_CONSTRAINTS, net.codec, METER, bars * METER.steps_per_bar)


@pytest.mark.parametrize("name", ["melody-2bar", "drums-2bar"])
def test_the_weight_of_forced_steps_is_their_probability(name: str) -> None:
    """Two bars that are forced as a whole have the weight, and the nats, of their likelihood.

    The likelihood of the net also counts what the codec does not allow, which is little.
    """
    net = prior_of(name, lookback=2)
    (window,) = windows_of(net.codec.name, [METER], net.bars)
    context, forced = np.split(window, [METER.steps_per_bar])
    steps = 2 * METER.steps_per_bar
    rule = free_rule(net, 2)
    truth = net.codec.one_hot(forced[:steps]) > 0
    drawn = net.sample_particles(
        context,
        METER,
        replace(rule, allowed=truth),
        particles=3,
        temperature=1.0,
        rng=generator(1),
    )
    assert (drawn.codes == forced[:steps]).all()
    (nll,) = net.nll(np.empty((1, 0), np.float32), [window], [METER])
    expected = nll[METER.steps_per_bar :][:steps].sum()
    assert drawn.nats == pytest.approx(expected, rel=1e-2)
    assert drawn.log_weights == pytest.approx(-drawn.nats)


@pytest.mark.parametrize("name", ["melody-2bar", "drums-2bar"])
def test_free_particles_are_draws_of_the_net(name: str) -> None:
    """Nothing is forced: all weights are equal, and nats are those of the drawn steps."""
    net = prior_of(name)
    (window,) = windows_of(net.codec.name, [METER], net.bars)
    context = window[: METER.steps_per_bar]
    drawn = net.sample_particles(
        context,
        METER,
        free_rule(net),
        particles=4,
        temperature=1.0,
        rng=generator(1),
    )
    assert drawn.log_weights == pytest.approx(0, abs=1e-4)
    rest = np.stack([net.codec.rest] * (len(window) - 2 * len(context)))
    windows = [np.concatenate([context, codes, rest]) for codes in drawn.codes]
    nll = net.nll(np.empty((4, 0), np.float32), windows, [METER] * 4)
    steps = slice(len(context), 2 * len(context))
    assert drawn.nats == pytest.approx([row[steps].sum() for row in nll], rel=1e-2)


def test_mean_weight_estimates_the_probability_of_a_later_step() -> None:
    """A class forced at the last step of a bar: as often as free particles draw it there."""
    net, many = prior_of("melody-2bar"), 1000
    (window,) = windows_of("melody", [METER], net.bars)
    context = window[: METER.steps_per_bar]

    def draw(rule: StepRule, seed: int) -> tuple[np.ndarray, np.ndarray]:
        drawn = net.sample_particles(
            context,
            METER,
            rule,
            particles=many,
            temperature=1.0,
            rng=generator(seed),
        )
        return drawn.codes, drawn.log_weights

    free, _ = draw(free_rule(net), 1)
    last = free[:, -1]
    forced = int(np.bincount(last).argmax())
    share = (last == forced).mean()
    allowed = free_rule(net).allowed.copy()
    allowed[-1] = np.arange(net.codec.channels) == forced
    codes, log_weights = draw(replace(free_rule(net), allowed=allowed), 2)
    assert (codes[:, -1] == forced).all()
    error = np.sqrt(share * (1 - share) / many)
    assert np.exp(log_weights).mean() == pytest.approx(share, abs=5 * error)


def test_a_guide_is_taken_back_by_the_weights() -> None:
    """It changes what is drawn, but not how likely a class is in the weighted mean."""
    net, many = prior_of("melody-2bar"), 1000
    (window,) = windows_of("melody", [METER], net.bars)
    rng = np.random.default_rng(5)
    shape = (METER.steps_per_bar, net.codec.channels)
    means = []
    for guide in (None, rng.normal(0, 0.5, shape).astype(np.float32)):
        drawn = net.sample_particles(
            window[: METER.steps_per_bar],
            METER,
            free_rule(net),
            particles=many,
            temperature=1.0,
            rng=generator(3),
            guide=guide,
        )
        shares = np.exp(drawn.log_weights)
        begins = net.codec.onset_mask(drawn.codes[:, 0])
        means.append((shares * begins).sum() / shares.sum())
    assert means[0] == pytest.approx(means[1], abs=0.12)


def test_particles_follow_a_tilt() -> None:
    """What begins at the first step is as many times likelier as the tilt says, given its weight.

    A tilt that is the same for all classes changes no draw, and the nats by itself.
    """
    net, many, nats = prior_of("melody-2bar"), 1000, -1.5
    (window,) = windows_of("melody", [METER], net.bars)
    begins = net.codec.onset_mask(np.arange(net.codec.channels))
    shape = (METER.steps_per_bar, net.codec.channels)
    onset = np.zeros(shape, np.float32)
    onset[0] = nats * begins
    odds, drawn = [], []
    for tilt in (None, onset, np.full(shape, 0.5, np.float32)):
        particles = net.sample_particles(
            window[: METER.steps_per_bar],
            METER,
            free_rule(net),
            particles=many,
            temperature=1.0,
            rng=generator(3),
            tilt=tilt,
        )
        weights = np.exp(particles.log_weights - particles.log_weights.max())
        share = (weights * begins[particles.codes[:, 0]]).sum() / weights.sum()
        odds.append(share / (1 - share))
        drawn.append(particles)
    assert np.log(odds[1] / odds[0]) == pytest.approx(nats, abs=0.3)
    assert (drawn[2].codes == drawn[0].codes).all()
    assert drawn[2].nats == pytest.approx(drawn[0].nats - 0.5 * len(onset), abs=1e-3)


def test_particles_go_on_in_proportion_to_their_weights() -> None:
    """Each as often as its share says; even ones stay as they are."""
    shares = np.array([0.7, 0.1, 0.15, 0.05])
    log_weights = np.log(shares).repeat(25)
    counts = np.bincount(_resample(log_weights, generator(1)) // 25, minlength=4)
    assert counts == pytest.approx(100 * shares, abs=1)
    assert (log_weights == 0).all()
    assert (_resample(log_weights, generator(1)) == np.arange(100)).all()


def test_a_net_of_whole_windows_draws_no_particles() -> None:
    """It cannot go on after a bar."""
    net = Player(tiny_checkpoint("melody-2bar"))
    with pytest.raises(RequestError, match="whole windows"):
        net.sample_particles(
            np.zeros(0, np.uint8),
            METER,
            free_rule(net),
            particles=1,
            temperature=1.0,
            rng=generator(1),
        )
