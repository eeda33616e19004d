"""Timing and velocity statistics of drummers: means by drum and beat, and deviations from them.

Fitted to the Groove MIDI Dataset (CC BY 4.0; Gillick, Roeder, Simon, Bengio, Engel, Bamman,
Learning to Groove with Inverse Sequence Transformations, ICML 2019, arXiv:1905.06118), played
by people on an electronic kit to a click. scripts/learn_feel.py writes the numbers to groove.json;
scripts/bench/feel.py measures how well they predict held-out performances.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("groove.json")


@dataclass(frozen=True)
class GrooveSpread:
    """Model of the timing offsets or of the velocities of a performance.

    Offsets are in ticks of 1/480 quarter. A note deviates from its mean by a sum of independent
    Gaussians. Most of them are shared by several notes: drummers repeat their deviations from bar
    to bar. All fields but `mean` and `memory` are standard deviations.

    Attributes:
        mean: mean of each of the nine drum classes at each `Meter.level`. `[9, LEVELS]`
        drum: shared by all notes of one drum.
        place: shared by all drums at one step of the bar, in every bar.
        habit: shared by the notes of one drum at one step of the bar, in every bar.
        drift: a slow drift that all drums share.
        memory: correlation of the drift with itself a quarter later, 0 to 1.
        stroke: of each note alone.
    """

    mean: tuple[tuple[float, ...], ...]
    drum: float
    place: float
    habit: float
    drift: float
    memory: float
    stroke: float


@cache
def load_groove() -> tuple[GrooveSpread, GrooveSpread]:
    """The models of timing and of velocity, in this order."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    timing, velocity = (
        GrooveSpread(**{**table[name], "mean": tuple(map(tuple, table[name]["mean"]))})
        for name in ("timing", "velocity")
    )
    return timing, velocity
