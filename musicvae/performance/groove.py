"""How drummers play: where and how hard they strike, on the mean, and how they stray from it.

Learned from the Groove MIDI Dataset (CC BY 4.0; Gillick, Roeder, Simon, Bengio, Engel, Bamman,
Learning to Groove with Inverse Sequence Transformations, ICML 2019, arXiv:1905.06118), played
by people on an electronic kit to a click. The numbers stand in groove.json, which
scripts/learn_feel.py writes; scripts/bench/feel.py tells how well they predict others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("groove.json")


@dataclass(frozen=True)
class GrooveSpread:
    """One quantity, offset in ticks of 1/480 quarter or velocity, as a sum of Gaussians.

    Drummers stray in ways that stay: a pattern of a bar is played the same in the next.

    Attributes:
        mean: of each of the nine drums at each `Meter.level`. `[9, LEVELS]`
        drum: spread of one drum in a performance; this and what follows: standard deviations.
        place: of all drums at one place in the bar; it returns in each bar.
        habit: of one drum at one place in the bar, beside that.
        drift: of all drums together, as time goes by.
        memory: how much of the drift is left a quarter later, 0 to 1.
        stroke: of each stroke alone.
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
    """Timing, then velocity."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    timing, velocity = (
        GrooveSpread(**{**table[name], "mean": tuple(map(tuple, table[name]["mean"]))})
        for name in ("timing", "velocity")
    )
    return timing, velocity
