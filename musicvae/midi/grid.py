"""The grid of a section: straight or in triplets, and how late its notes are played on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import BoolArray, DoubleArray, IntArray
from ..errors import MeterError
from ..theory.meter import MAX_BAR_STEPS, STRAIGHT, TRIPLET, Meter
from .meter_segments import MeterSegment

TRIPLET_MARGIN = 0.03
"""How much nearer, in steps, onsets played by hand must be to the triplet grid to choose it."""

MIN_EXACT_SHARE = 0.7
"""Onsets were written, not played, if this share of them is on one of the two grids."""
MIXED_MARGIN, PURE_MARGIN = 0.03, 0.01
"""Share of all onsets by which those on the triplet grid alone must outnumber those on the straight
grid alone, if there are any, and if there are none: models know the straight grid better."""

MIN_LATENCY_ONSETS = 8
MIN_LATENCY = 0.15
"""Least latency, in steps, that is taken out."""
EARLIEST, LATEST = -0.5, 0.75
"""Range of a latency, in steps: a delay may be longer than half a step, an advance is not."""
MIN_CONCENTRATION = 0.75
"""Least length of the mean of the onsets as points on a circle of one step; 0 at random, 1 if all
have the same phase."""
MAX_DRIFT = 0.15
"""Most difference, in steps, between the latencies of the first and the second half."""


@dataclass(frozen=True)
class Grid:
    """The meter of a section, and by how many ticks all of its notes are late (early if < 0)."""

    meter: Meter
    latency: int = 0


def choose_grid(
    segment: MeterSegment, onsets: IntArray, resolution: int, triplets: bool = False
) -> Grid:
    """The grid that costs the onsets of a section least.

    Onsets that lie on both grids, such as eighths, say nothing. Written music goes to the grid on
    which more of the others lie, the straight one unless there are clearly more on the other. In
    music played by hand a constant latency is measured on each grid, and the grid to which its
    onsets are nearer counts.

    Args:
        segment: the section; a bar that is too long for a grid is divided into shorter ones.
        onsets: ticks from the start of the section, `[N]`.
        resolution: ticks per quarter.
        triplets: choose the triplet grid in any case.

    Raises:
        MeterError: the bar does not fit the grid.
    """
    meters = {} if triplets else {STRAIGHT: _fit_meter(segment, STRAIGHT)}
    try:
        meters[TRIPLET] = _fit_meter(segment, TRIPLET)
    except MeterError:
        if triplets:
            raise
    on_grid = {grid: _is_exact(onsets, resolution, grid) for grid in (STRAIGHT, TRIPLET)}
    straight, triplet = on_grid[STRAIGHT], on_grid[TRIPLET]
    if (straight | triplet).mean() >= MIN_EXACT_SHARE:
        more, fewer = int((triplet & ~straight).sum()), int((straight & ~triplet).sum())
        needed = fewer + (MIXED_MARGIN if fewer else PURE_MARGIN) * len(onsets)
        wanted = TRIPLET if triplets or more > needed else STRAIGHT
        return Grid(meters.get(wanted, meters[min(meters)]))
    latencies = {grid: _latency(onsets, resolution, grid) for grid in meters}
    cost = {
        grid: mean_distance(onsets - late, resolution, grid) for grid, late in latencies.items()
    }
    best = min(cost, key=lambda grid: cost[grid] + TRIPLET_MARGIN * (grid == TRIPLET))
    return Grid(meters[best], latencies[best])


def _fit_meter(segment: MeterSegment, grid: int) -> Meter:
    """The meter on a grid; if its bar has too many steps, a half, third or quarter of it."""
    numerator, denominator = segment.numerator, segment.denominator
    try:
        return Meter(numerator, denominator, grid)
    except MeterError:
        for parts in (2, 3, 4):
            for n, d in ((numerator, denominator), (4 * numerator // denominator, 4)):
                whole = n * denominator == d * numerator and n % parts == 0 and d >= 4
                if whole and 4 * n // parts * grid <= MAX_BAR_STEPS * d:
                    return Meter(n // parts, d, grid)
        raise


def _is_exact(onsets: IntArray, resolution: int, grid: int) -> BoolArray:
    """True for onsets on the grid but for rounding to ticks. `[N]`"""
    return np.asarray(_distance(onsets, resolution, grid) <= max(resolution // 50, grid - 1))


def _distance(onsets: IntArray, resolution: int, grid: int) -> IntArray:
    """Distance of onsets from the grid, in steps times the resolution. `[N]`"""
    remainder = onsets * grid % resolution
    return np.minimum(remainder, resolution - remainder)


def mean_distance(onsets: IntArray, resolution: int, grid: int) -> float:
    """Mean distance of onsets from the grid, in steps: 0 on the grid, .25 at random."""
    return int(_distance(onsets, resolution, grid).sum()) / (resolution * len(onsets))


def _latency(onsets: IntArray, resolution: int, grid: int) -> int:
    """Ticks by which all onsets are late on a grid; 0 if they are not, or not by the same."""
    steps = np.unique(onsets).astype(np.float64) * (grid / resolution)
    if len(steps) < MIN_LATENCY_ONSETS:
        return 0
    # Onsets two steps apart, such as eighths, tell a delay of more than half a step from an
    # advance; where all steps are played, the phase within one step has to do.
    for period in (2, 1):
        late = _phase(steps, period)
        if late is not None and EARLIEST <= late <= LATEST:
            ticks = round(late * resolution / grid)
            before = mean_distance(onsets, resolution, grid)
            after = mean_distance(onsets - ticks, resolution, grid)
            return ticks if abs(late) >= MIN_LATENCY and 2 * after < before else 0
    return 0


def _phase(steps: DoubleArray, period: int) -> float | None:
    """Circular mean of onsets modulo a number of steps; None if they scatter or drift."""
    points = np.exp(2j * np.pi / period * steps)
    half = len(points) // 2
    means = [part.mean() for part in (points, points[:half], points[half:])]
    drift = abs(np.angle(means[1] / means[2])) if means[2] else np.pi
    if abs(means[0]) < MIN_CONCENTRATION or drift * period > 2 * np.pi * MAX_DRIFT:
        return None
    return float(np.angle(means[0])) * period / (2 * np.pi)
