"""How a rule spreads the notes of a bar over its steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.codecs import MelodyCodec
from musicvae.constraints.compile import compile_rule
from musicvae.constraints.parse import parse_constraints
from musicvae.constraints.step_rule import RuleBatch, metric_weights, water_fill
from musicvae.theory.meter import Meter

from ..strategies import METERS


@given(st.sampled_from(METERS), st.integers(0, 40))
def test_the_shares_of_a_bar_add_up(meter: Meter, notes: int) -> None:
    """If each step gets its share of the remaining notes, the bar gets all of them, or is full."""
    weights, remaining = metric_weights(meter), float(notes)
    capacity = np.ones((1, meter.steps_per_bar))
    for t in range(meter.steps_per_bar):
        (share,) = water_fill(np.array([remaining]), capacity[:, t:], weights[None, t:])
        assert 0 <= share <= 1 + 1e-9
        remaining -= share
    assert remaining == pytest.approx(max(0, notes - meter.steps_per_bar), abs=1e-6)


def test_a_rhythm_with_enough_notes_is_left_alone() -> None:
    """Three foreseen notes off the beat satisfy a density of 3; without them, beats get most."""
    rule = RuleBatch([compile_rule(parse_constraints(density=3), MelodyCodec(), Meter(4, 4), 16)])
    foreseen, notes_so_far = np.zeros((1, 16)), 0
    foreseen[0, [3, 7, 14]] = 1
    for t in range(16):
        (fewest,), (most,) = rule.expected_range(t, np.array([notes_so_far]), foreseen)
        if foreseen[0, t]:
            assert (fewest, most) == pytest.approx((0.9, 1.5), abs=0.1)
            notes_so_far += 1
        else:
            assert fewest < 0.1
    on_beat, off_beat = (rule.expected_range(t, np.array([0]))[0][0] for t in (0, 1))
    assert on_beat > 3 * off_beat
