"""Timing and velocity statistics of drummers."""

from __future__ import annotations

import numpy as np

from musicvae.performance.groove import TABLE, load_groove
from musicvae.theory.drum_kit import DRUM_CLASSES
from musicvae.theory.meter import METRICAL_LEVELS

NAMES = [name for name, _ in DRUM_CLASSES]
KICK, SNARE, CLOSED = (NAMES.index(name) for name in ("kick", "snare", "closed hi-hat"))


def test_the_table_is_small_and_in_range() -> None:
    """Offsets below half a step, MIDI velocities, positive deviations, a correlation below 1."""
    assert TABLE.stat().st_size < 4_000
    timing, velocity = load_groove()
    for spread in (timing, velocity):
        assert np.array(spread.mean).shape == (len(DRUM_CLASSES), METRICAL_LEVELS)
        assert min(spread.drum, spread.place, spread.habit, spread.drift, spread.stroke) >= 0
        assert spread.stroke > 1
        assert 0 <= spread.memory < 1
    assert np.abs(timing.mean).max() < 30
    assert np.min(velocity.mean) > 20
    assert np.max(velocity.mean) < 127


def test_drummers_play_the_backbeat_and_ghost_the_rest() -> None:
    """The snare is loudest on beats 2 and 4; the kick is softest on sixteenths."""
    _, velocity = load_groove()
    snare, kick, hat = (velocity.mean[drum] for drum in (SNARE, KICK, CLOSED))
    assert max(snare) == snare[2] > snare[4] + 20
    assert min(kick[:3]) > kick[4]
    assert min(hat[:3]) > hat[4]
