"""The grid that costs least is chosen, and a constant latency is taken out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import MeterError
from musicvae.midi.grid import Grid, choose_grid
from musicvae.midi.meter_segments import MeterSegment
from musicvae.theory.meter import STRAIGHT, TRIPLET, Meter

BAR = 1920
EIGHTHS = [240 * i for i in range(64)]


def grid_of(
    onsets: list[int], numerator: int = 4, denominator: int = 4, triplets: bool = False
) -> Grid:
    """The grid of onsets in ticks of 1/480 quarter."""
    segment = MeterSegment(0, 100 * BAR, numerator, denominator)
    return choose_grid(segment, np.array(onsets), 480, triplets)


def beats(parts: list[int]) -> list[int]:
    """Onsets of beats that are divided into equal parts."""
    return [480 * beat + 480 * i // n for beat, n in enumerate(parts) for i in range(n)]


@pytest.mark.parametrize(
    ("parts", "grid"),
    [
        ([4] * 8, STRAIGHT),
        ([2] * 8, STRAIGHT),
        ([1] * 8, STRAIGHT),
        ([3] * 8, TRIPLET),
        ([6, 2] * 4, TRIPLET),
        ([2] * 30 + [3] * 2, TRIPLET),
        ([3, 4] * 4, STRAIGHT),
        ([3, 4, 4] * 4, STRAIGHT),
        ([3, 3, 4] * 4, TRIPLET),
        ([2] * 30 + [3, 4, 4], STRAIGHT),
        ([8, 2, 2, 2] * 4, STRAIGHT),
        ([5, 2, 2, 2] * 4, STRAIGHT),
    ],
)
def test_the_grid_that_moves_fewer_onsets_is_chosen(parts: list[int], grid: int) -> None:
    """Eighths are on both; 32nds and quintuplets, which are on neither, make no triplets."""
    assert grid_of(beats(parts)) == Grid(Meter(4, 4, grid))


@pytest.mark.parametrize("late", [25, 40, 50, 60, 75, -30, -50])
def test_a_constant_latency_is_measured(late: int) -> None:
    """Of eighths played evenly or a little unevenly, to within a few ticks."""
    for seed in range(20):
        jitter = np.random.default_rng(seed).integers(-seed, seed + 1, 64)
        grid = grid_of((480 + late + np.array(EIGHTHS) + jitter).tolist())
        assert grid.meter == Meter(4, 4)
        assert abs(grid.latency - late) <= 6


@given(st.lists(st.integers(0, 16 * BAR), min_size=1, max_size=200))
def test_random_onsets_have_no_latency_that_does_not_help(onsets: list[int]) -> None:
    """If one is taken out, the onsets are nearer to the grid by half."""
    grid = grid_of(onsets)
    step = 480 // grid.meter.steps_per_quarter

    def distance(late: int) -> float:
        return float(np.mean([min((o - late) % step, -(o - late) % step) for o in onsets]))

    assert not grid.latency or 2 * distance(grid.latency) < distance(0)


@pytest.mark.parametrize(
    "onsets",
    [
        [o + (80 if i % 2 else 0) for i, o in enumerate(EIGHTHS)],
        [o + (48 if i % 2 else 0) for i, o in enumerate(EIGHTHS)],
        [o + i * 2 for i, o in enumerate(EIGHTHS)],
        [o + 10 for o in EIGHTHS],
        [o + 120 for o in EIGHTHS],
        [160 + 480 * i for i in range(32)],
        [50 + 480 * i for i in range(5)],
    ],
    ids=["swing", "light swing", "rubato", "tiny", "off-beat", "triplets", "few"],
)
def test_what_is_no_latency_stays(onsets: list[int]) -> None:
    """Swing, a tempo that drifts, syncopes, and a few notes are not moved."""
    assert grid_of(onsets).latency == 0


@pytest.mark.parametrize(("share", "grid"), [(2 / 3, TRIPLET), (0.64, TRIPLET), (0.56, STRAIGHT)])
def test_swing_goes_to_the_nearer_grid(share: float, grid: int) -> None:
    """Two to one is a triplet; light swing is straight eighths played late."""
    onsets = [480 * (i // 2) + (round(480 * share) if i % 2 else 0) for i in range(64)]
    assert grid_of(onsets).meter == Meter(4, 4, grid)


@pytest.mark.parametrize(
    ("sign", "meter"),
    [
        ((3, 2), Meter(3, 4, TRIPLET)),
        ((6, 4), Meter(3, 4, TRIPLET)),
        ((2, 1), Meter(4, 4, TRIPLET)),
        ((6, 2), Meter(4, 4, TRIPLET)),
        ((18, 8), Meter(9, 8, TRIPLET)),
        ((5, 4), Meter(5, 4, TRIPLET)),
        ((7, 4), Meter(7, 4)),
    ],
)
def test_a_bar_too_long_for_triplets_is_divided(sign: tuple[int, int], meter: Meter) -> None:
    """Into two, three or four; one that cannot be divided stays straight."""
    assert grid_of(beats([3] * 24), *sign).meter == meter
    assert grid_of(beats([2] * 24), *sign).meter.steps_per_quarter == STRAIGHT


def test_a_meter_that_no_grid_holds_is_refused() -> None:
    """Neither a bar of half steps nor one of seventeen quarters."""
    for sign in ((13, 32), (17, 4)):
        with pytest.raises(MeterError):
            grid_of(EIGHTHS, *sign)


def test_the_triplet_grid_can_be_asked_for() -> None:
    """Also for straight sixteenths."""
    assert grid_of(beats([4] * 8), triplets=True).meter == Meter(4, 4, TRIPLET)
