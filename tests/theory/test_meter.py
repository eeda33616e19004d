"""Meters, and conversion between ticks, steps and tempos."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.codecs.conditioning import condition_features, condition_width
from musicvae.errors import MeterError, RequestError
from musicvae.score.windows import max_steps, window_bars, window_steps
from musicvae.theory.meter import (
    MAX_BAR_STEPS,
    STRAIGHT,
    TRIPLET,
    Meter,
    bpm_to_tempo,
    steps_to_ticks,
    tempo_to_bpm,
    ticks_to_steps,
    to_meter,
)

from ..strategies import METERS


@pytest.mark.parametrize(
    ("meter", "bar", "beat"),
    [
        (Meter(4, 4), 16, 4),
        (Meter(3, 4), 12, 4),
        (Meter(6, 8), 12, 6),
        (Meter(9, 8), 18, 6),
        (Meter(12, 8), 24, 6),
        (Meter(2, 2), 16, 8),
        (Meter(3, 8), 6, 2),
        (Meter(7, 8), 14, 2),
        (Meter(4, 4, TRIPLET), 24, 6),
    ],
)
def test_bars_and_beats_in_steps(meter: Meter, bar: int, beat: int) -> None:
    """A straight bar of n/d has 16 n / d steps; compound meters beat in dotted notes."""
    assert (meter.steps_per_bar, meter.steps_per_beat) == (bar, beat)


@pytest.mark.parametrize(
    "numbers", [(0, 4), (4, 3), (-3, 4), (17, 4), (1, 32), (4, 4, 5), (6, 4, TRIPLET)]
)
def test_a_meter_the_grid_cannot_hold_is_refused(numbers: tuple[int, ...]) -> None:
    """Bars have a whole number of steps, at most 32."""
    with pytest.raises(MeterError):
        Meter(*numbers)


def test_a_meter_may_be_given_as_it_is_as_numbers_or_as_text() -> None:
    """All forms give the same meter; the default grid is the straight one."""
    for meter in METERS:
        n, d, grid = meter.numerator, meter.denominator, meter.steps_per_quarter
        assert to_meter(meter) is meter
        assert to_meter(f" {n} / {d}{'t' if grid == TRIPLET else ''}") == meter
        assert to_meter((n, d, grid)) == meter  # type: ignore[arg-type]  # of two in its type
        if grid == STRAIGHT:
            numpy_pair = (np.int64(n), np.int64(d))
            assert to_meter((n, d)) == to_meter(numpy_pair) == meter  # type: ignore[arg-type]  # numpy's integers


OTHER_TYPES: list[object] = [None, 6, 0.75, b"6/8", [6, 8], {6, 8}, {}]
TEXTS = ["", "6", "6:8", "six/8", "4/4x", "0/4", "17/4", "4/3"]
SHORT_OR_LONG: list[object] = [(), (6,), (6, 8, 4, 1), ((6, 8),)]
NUMBERS: list[object] = [(6.0, 8), ("6", "8"), (None, 4), (0, 4), (4, 4, 5), (10**400, 4)]
NOT_METERS = [*OTHER_TYPES, *TEXTS, *SHORT_OR_LONG, *NUMBERS]


@pytest.mark.parametrize(
    "given",
    NOT_METERS,
    ids=repr,
)
def test_what_is_no_meter_is_one_sentence(given: object) -> None:
    """Values of any type raise a MeterError of one line."""
    with pytest.raises(MeterError, match=r"^[^\n]+\.$"):
        to_meter(given)  # type: ignore[arg-type]  # on purpose


@given(st.sampled_from(METERS), st.integers(0, 10_000))
def test_a_step_survives_conversion_to_ticks(meter: Meter, step: int) -> None:
    """At 480 ticks to the quarter both grids are exact."""
    assert (
        ticks_to_steps(
            steps_to_ticks(step, 480, meter.steps_per_quarter), 480, meter.steps_per_quarter
        )
        == step
    )


@pytest.mark.parametrize("bpm", [0, 1, -5, float("nan"), float("inf"), 1e9])
def test_a_tempo_that_midi_cannot_store_is_refused(bpm: float) -> None:
    """The error is one sentence with the slowest tempo."""
    with pytest.raises(RequestError, match="4 quarters per minute or more"):
        bpm_to_tempo(bpm)


@given(st.integers(4, 1000))
def test_a_tempo_survives_conversion_to_microseconds(bpm: int) -> None:
    """Whole numbers of quarters per minute come back within a hundredth."""
    assert tempo_to_bpm(bpm_to_tempo(bpm)) == pytest.approx(bpm, rel=0.01)


def test_windows_of_every_meter_have_distinct_position_features() -> None:
    """Windows of 2, 3 and 16 bars fit `max_steps`, and no two steps have equal features."""
    for meter, bars in product(METERS, (2, 3, 16)):
        assert meter.steps_per_bar <= MAX_BAR_STEPS
        features, steps = condition_features(meter, bars), window_steps(meter, bars)
        assert features.shape == (steps, condition_width(bars))
        assert steps == window_bars(meter, bars) * meter.steps_per_bar <= max_steps(bars)
        assert len(set(map(bytes, features))) == len(features), (meter, bars)
        assert np.array_equal(condition_features(meter), condition_features(meter, 2))


@pytest.mark.parametrize(
    ("meter", "bars"), [(Meter(4, 4), 16), (Meter(3, 4), 16), (Meter(2, 4), 32), (Meter(3, 8), 32)]
)
def test_sixteen_bars_are_twice_as_many_where_bars_are_short(meter: Meter, bars: int) -> None:
    """Windows of short bars have twice the number of bars, for 16 as for 2."""
    assert window_bars(meter, 16) == bars
    assert window_bars(meter) == bars // 8


def test_meters_of_one_length_have_different_features() -> None:
    """3/4 and 6/8 have bars of 12 steps; their position features differ."""
    assert not (condition_features(Meter(3, 4)) == condition_features(Meter(6, 8))).all()
