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
from musicvae.generation.seeding import generators
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
        context[None],
        METER,
        replace(rule, allowed=truth),
        particles=3,
        temperature=1.0,
        rngs=generators(1, 1),
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
        context[None],
        METER,
        free_rule(net),
        particles=4,
        temperature=1.0,
        rngs=generators(1, 1),
    )
    assert drawn.log_weights == pytest.approx(0, abs=1e-4)
    rest = np.stack([net.codec.rest] * (len(window) - 2 * len(context)))
    windows = [np.concatenate([context, codes, rest]) for codes in drawn.codes[0]]
    nll = net.nll(np.empty((4, 0), np.float32), windows, [METER] * 4)
    steps = slice(len(context), 2 * len(context))
    assert drawn.nats[0] == pytest.approx([row[steps].sum() for row in nll], rel=1e-2)


def test_mean_weight_estimates_the_probability_of_a_later_step() -> None:
    """A class forced at the last step of a bar: as often as free particles draw it there."""
    net, many = prior_of("melody-2bar"), 1000
    (window,) = windows_of("melody", [METER], net.bars)
    context = window[: METER.steps_per_bar]

    def draw(rule: StepRule, seed: int) -> tuple[np.ndarray, np.ndarray]:
        drawn = net.sample_particles(
            context[None],
            METER,
            rule,
            particles=many,
            temperature=1.0,
            rngs=generators(seed, 1),
        )
        return drawn.codes[0], drawn.log_weights[0]

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


def test_a_group_does_not_depend_on_the_others() -> None:
    """Alone or beside another, with forced melody notes, its particles are the same."""
    net = prior_of("leadsheet-8bar")
    (window,) = windows_of("leadsheet", [METER], net.bars)
    rule = free_rule(net, 3)
    allowed = rule.allowed.copy()
    melody = net.codec.parts[0].channels
    allowed[:, :melody] = net.codec.one_hot(window[: len(allowed)])[:, :melody] > 0
    rule = replace(rule, allowed=allowed)
    nothing = window[None, :0]
    both = net.sample_particles(
        np.concatenate([nothing, nothing]),
        METER,
        rule,
        particles=5,
        temperature=1.0,
        rngs=generators(3, 2),
    )
    alone = net.sample_particles(
        nothing, METER, rule, particles=5, temperature=1.0, rngs=generators(3, 1)
    )
    for field, of_both in zip(alone, both, strict=True):
        assert np.array_equal(field[0], of_both[0])


def test_particles_go_on_in_proportion_to_their_weights() -> None:
    """Within a group each goes on as often as its share says; an even group stays as it is."""
    shares = np.array([0.7, 0.1, 0.15, 0.05])
    log_weights = np.log(np.stack([shares, np.full(4, 0.25)])).repeat(25, axis=1)
    rows = _resample(log_weights, generators(1, 2)).reshape(2, -1)
    counts = np.bincount(rows[0] // 25, minlength=4)
    assert counts == pytest.approx(100 * shares, abs=1)
    assert (rows[1] == np.arange(100, 200)).all()
    assert (log_weights[0] == 0).all()


def test_a_net_of_whole_windows_draws_no_particles() -> None:
    """It cannot go on after a bar."""
    net = Player(tiny_checkpoint("melody-2bar"))
    with pytest.raises(RequestError, match="whole windows"):
        net.sample_particles(
            np.zeros((1, 0), np.uint8),
            METER,
            free_rule(net),
            particles=1,
            temperature=1.0,
            rngs=generators(1, 1),
        )
