"""Meters, and conversions between units of time: ticks, steps, quarters, tempos.

A *step* is one column of the grid. The straight grid has 4 steps per quarter
(sixteenths), the triplet grid 6 (it holds straight eighths and eighth triplets).
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from operator import index

from ..arguments import MAX_SYMBOL, check_number, check_text, quote
from ..deprecation import RenamedAttribute, renamed_argument
from ..errors import MeterError, RequestError

STRAIGHT = 4
TRIPLET = 6
GRIDS = (STRAIGHT, TRIPLET)
RESOLUTION = 480
"""Ticks per quarter of written files; both grids divide it."""

METRICAL_LEVELS = 5
"""Number of metrical levels; see `Meter.level`."""

MAX_BAR_STEPS = 32
DENOMINATORS = (1, 2, 4, 8, 16, 32, 64)
MICROSECONDS_PER_MINUTE = 60_000_000
MAX_TEMPO = 0xFFFFFF
"""Most microseconds per quarter; MIDI stores them in three bytes."""


@dataclass(frozen=True, order=True)
class Meter:
    """A time signature on a grid: `Meter(6, 8)` has bars of 12 straight steps.

    Raises:
        MeterError: the bar is not a whole number of steps, or longer than 32 steps.
    """

    numerator: int = 4
    denominator: int = 4
    steps_per_quarter: int = STRAIGHT
    """Steps per quarter: 4 on the straight grid, 6 on the triplet grid."""

    def __post_init__(self) -> None:
        if self.steps_per_quarter not in GRIDS:
            raise MeterError(
                f"A grid has 4 or 6 steps to the quarter, not {quote(self.steps_per_quarter)}."
            )
        is_beats = 1 <= self.numerator <= 64 * MAX_BAR_STEPS
        if not is_beats or self.denominator not in DENOMINATORS:
            raise MeterError(f"{quote(self.numerator)}/{quote(self.denominator)} is no meter.")
        steps = Fraction(4 * self.steps_per_quarter * self.numerator, self.denominator)
        if steps.denominator != 1 or steps > MAX_BAR_STEPS:
            raise MeterError(
                f"A bar of {self} has {float(steps):g} steps of 1/{4 * self.steps_per_quarter}; "
                f"a whole number up to {MAX_BAR_STEPS} is needed."
            )

    def __str__(self) -> str:
        triplets = " triplets" if self.steps_per_quarter == TRIPLET else ""
        return f"{self.numerator}/{self.denominator}{triplets}"

    bar = RenamedAttribute("steps_per_bar")
    beat = RenamedAttribute("steps_per_beat")
    grid = RenamedAttribute("steps_per_quarter")

    @property
    def steps_per_bar(self) -> int:
        """Steps in one bar."""
        return 4 * self.steps_per_quarter * self.numerator // self.denominator

    @property
    def compound(self) -> bool:
        """True if the beat is a dotted note, as in 6/8, 9/8, 12/8."""
        return self.denominator >= 8 and self.numerator > 3 and self.numerator % 3 == 0

    @property
    def steps_per_beat(self) -> int:
        """Steps in one beat, at least one; the beat of 6/8 is the dotted quarter.

        >>> meters = Meter(4, 4), Meter(6, 8), Meter(2, 2), Meter(4, 4, TRIPLET)
        >>> [meter.steps_per_beat for meter in meters]
        [4, 6, 8, 6]
        """
        unit = 4 * self.steps_per_quarter // self.denominator
        return max(1, unit * 3 if self.compound else unit)

    @property
    def step_ticks(self) -> int:
        """Ticks in one step of written files: 120 on the straight grid, 80 on the triplet grid."""
        return RESOLUTION // self.steps_per_quarter

    def level(self, step: int) -> int:
        """Metrical level of a step, from 0 (strongest) to 4.

        0 is the downbeat, 1 the middle of a bar with an even number of beats, four or more,
        2 any other beat, 3 a half or third of a beat, 4 any other step.

        >>> [Meter(4, 4).level(step) for step in range(8)], Meter(4, 4).level(8)
        ([0, 4, 3, 4, 2, 4, 3, 4], 1)
        >>> [Meter(6, 8).level(step) for step in range(12)]
        [0, 4, 3, 4, 3, 4, 2, 4, 3, 4, 3, 4]
        """
        beat, offset = divmod(step % self.steps_per_bar, self.steps_per_beat)
        if offset:
            triplets = self.steps_per_quarter == TRIPLET
            divisors = (3,) if self.compound else (2, 3) if triplets else (2,)
            return 3 if any(n * offset % self.steps_per_beat == 0 for n in divisors) else 4
        beats = self.steps_per_bar // self.steps_per_beat
        return 0 if not beat else 1 if beats >= 4 and 2 * beat == beats else 2


Meter.__init__ = renamed_argument("grid", "steps_per_quarter")(Meter.__init__)  # type: ignore[method-assign]  # until the old name is removed


def parse_meter(text: str) -> Meter:
    """Parse a meter; a "t" at the end selects the triplet grid.

    Raises:
        MeterError: the text is not a meter, or does not fit the grid.

    >>> parse_meter("6/8"), parse_meter("4/4t").steps_per_quarter
    (Meter(numerator=6, denominator=8, steps_per_quarter=4), 6)
    """
    match = re.fullmatch(
        r"\s*(\d{1,3})\s*/\s*(\d{1,3})\s*+(t?)\s*", check_text("A meter", text, MAX_SYMBOL)
    )
    if not match:
        raise MeterError(
            f"{quote(text)} is no meter; write it like 3/4 or 6/8, with triplets 4/4t."
        )
    return Meter(int(match[1]), int(match[2]), TRIPLET if match[3] else STRAIGHT)


MeterLike = Meter | str | tuple[int, int]
"""Types that `to_meter` accepts; a tuple may have the grid as its third number."""


def to_meter(meter: MeterLike) -> Meter:
    """A meter from text, or from numerator, denominator and optional grid.

    Raises:
        MeterError: the value is not a meter.

    >>> to_meter("6/8") == to_meter((6, 8)) == Meter(6, 8)
    True
    """
    if isinstance(meter, Meter):
        return meter
    if isinstance(meter, str):
        return parse_meter(meter)
    if isinstance(meter, tuple) and len(meter) in (2, 3):
        with suppress(TypeError, OverflowError):  # not whole numbers, or far too large
            return Meter(*map(index, meter))
    raise MeterError(f"{quote(meter)} is no meter; write it like (6, 8), '6/8' or '4/4t'.")


def ticks_to_steps(ticks: int, ticks_per_quarter: int, grid: int = STRAIGHT) -> int:
    """Grid step nearest to a position in ticks; halves go to the later step.

    >>> [ticks_to_steps(t, 480) for t in (0, 59, 60, 120)]
    [0, 0, 1, 1]
    """
    return (2 * ticks * grid + ticks_per_quarter) // (2 * ticks_per_quarter)


def steps_to_ticks(steps: int, ticks_per_quarter: int, grid: int = STRAIGHT) -> int:
    """Position of a step in ticks; exact if the grid divides the resolution."""
    return steps * ticks_per_quarter // grid


def bpm_to_tempo(bpm: float) -> int:
    """Quarters per minute to microseconds per quarter, the tempo unit of MIDI.

    Raises:
        RequestError: the tempo is slower or faster than MIDI can store.
    """
    bpm = check_number("bpm", bpm)
    fits = math.isfinite(bpm) and bpm > 0
    tempo = round(min(MICROSECONDS_PER_MINUTE / bpm, MAX_TEMPO + 1)) if fits else 0
    if not 1 <= tempo <= MAX_TEMPO:
        raise RequestError(f"A tempo is 4 quarters per minute or more, not {bpm:g}.")
    return tempo


def tempo_to_bpm(tempo: int) -> float:
    """Microseconds per quarter to quarters per minute."""
    return MICROSECONDS_PER_MINUTE / tempo
