"""A decoder that reads given steps at once is where it is after reading them one by one."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.engine import Net, Player
from musicvae.engine.step_decoder import RunningSteps
from musicvae.theory.meter import Meter

from ..miniatures import tiny_checkpoint, tiny_prior, windows_of

METER = Meter(2, 4)
BAR = METER.steps_per_bar


def start(net: Net) -> RunningSteps:
    """The decoder of a next-step net before the first step."""
    steps = net._decoder.start(np.empty((1, 0), np.float32), *net._known(METER))
    assert isinstance(steps, RunningSteps)
    return steps


@pytest.mark.parametrize("name", ["melody-2bar", "drums-2bar", "piano-2bar", "leadsheet-8bar"])
@pytest.mark.parametrize("lookback", [0, 2, 8])
@pytest.mark.parametrize("known", [1, 2, BAR, BAR + 1, 2 * BAR + 3])
def test_reading_at_once_is_reading_step_by_step(name: str, lookback: int, known: int) -> None:
    """The logits of all later steps are the same, bit for bit."""
    net = Player(tiny_prior(tiny_checkpoint(name), layers=2, lookback=lookback)).prior
    assert net
    (window,) = windows_of(net.codec.name, [METER], net.bars)
    window[BAR : 2 * BAR] = window[:BAR]  # a lookback has something to find
    known = min(known, len(window) - 1)
    by_step, at_once = start(net), start(net)
    for t in range(known):
        by_step(t, window[None, t - 1] if t else None)
    at_once.read(window[None, :known])
    for t in range(known, len(window)):
        previous = window[None, t - 1]
        np.testing.assert_array_equal(at_once(t, previous), by_step(t, previous))
