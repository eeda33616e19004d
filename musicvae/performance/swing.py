"""Swing: the second of each pair of eighths, or of sixteenths, is played later.

At 0 it is straight, at 1 twice as far from the first of its pair as from the next: triplets. What
lies between moves along, so the order of notes stays, and every part is at the same place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import RequestError
from ..score.phrase import Phrase
from ..theory.meter import STRAIGHT, Meter

EIGHTHS, SIXTEENTHS = 1.0, 0.5
"""Length of a pair of eighths and of sixteenths, in quarters."""

SIXTEENTHS_SHARE = 0.25
"""Sixteenths swing if this share of the steps with an onset lie between two eighths."""


@dataclass(frozen=True)
class Swing:
    """Swing of pairs of some length, in quarters, by an amount from 0 to 1."""

    amount: float
    pair: float = EIGHTHS

    def move(self, quarters: float) -> float:
        """Where a position is played; both are counted from a bar line.

        >>> [round(Swing(1.0).move(position), 3) for position in (0.0, 0.25, 0.5, 0.75, 1.0)]
        [0.0, 0.333, 0.667, 0.833, 1.0]
        """
        pairs = math.floor(quarters / self.pair)
        inside = quarters / self.pair - pairs
        middle = 0.5 + self.amount / 6
        first, second = min(2 * inside, 1), max(2 * inside - 1, 0)
        return (pairs + first * middle + second * (1 - middle)) * self.pair


def check_swing(swing: float) -> None:
    """Raise RequestError if an amount of swing is out of range."""
    if not 0 <= swing <= 1:
        raise RequestError(f"Swing is 0 (straight) to 1 (triplets), not {swing:g}.")


def swing_of(phrase: Phrase, amount: float) -> Swing | None:
    """The swing of some music: of sixteenths where it moves in them, else of eighths.

    None for an amount of 0, on the triplet grid, in compound meters, whose beats have three parts,
    and where a bar is no whole number of pairs.
    """
    meter = phrase.meter
    steps = {note.start + phrase.lead_in for part in phrase.parts for note in part.notes}
    between = sum(step % 2 for step in steps)
    pair = SIXTEENTHS if between and between >= SIXTEENTHS_SHARE * len(steps) else EIGHTHS
    return Swing(amount, pair) if amount and _has_pairs(meter, pair) else None


def _has_pairs(meter: Meter, pair: float) -> bool:
    if meter.compound or meter.steps_per_quarter != STRAIGHT:
        return False
    return meter.steps_per_bar % round(pair * STRAIGHT) == 0
