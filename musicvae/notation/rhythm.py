"""How the time of a bar is written: note values, dots, ties and triplets.

Times are in units of 1/12 quarter, which both grids of phrases hold: a sixteenth has 3 units, an
eighth of a triplet 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ..theory.meter import TRIPLET, Meter

QUARTER = 12
"""Units per quarter."""

SIXTEENTH = 3
EIGHTH = 6

PLAIN = {3: "16th", 6: "eighth", 12: "quarter", 24: "half", 48: "whole", 96: "breve"}
"""Types of notes without dots, by their units."""

DOTTED = {3 * units // 2: kind for units, kind in PLAIN.items() if units > SIXTEENTH}


class Group(NamedTuple):
    """A triplet: three equal notes, or what makes as much, in the time of two."""

    start: int
    units: int


@dataclass(frozen=True)
class Piece:
    """A written note or rest: where it begins in its bar, its units, and the triplet it is in."""

    start: int
    units: int
    group: Group | None = None

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + self.units

    @property
    def written(self) -> int:
        """Units as they are written, which in a triplet are half as many again."""
        return self.units * 3 // 2 if self.group else self.units

    @property
    def kind(self) -> str:
        """Type of the note, such as `eighth`."""
        return PLAIN.get(self.written) or DOTTED[self.written]

    @property
    def dots(self) -> int:
        """Dots of the note."""
        return int(self.written not in PLAIN)


def units_per_step(meter: Meter) -> int:
    """Units of one step: 3 on the straight grid, 2 on that of triplets."""
    return QUARTER // meter.steps_per_quarter


def bar_units(meter: Meter) -> int:
    """Units of a bar."""
    return meter.steps_per_bar * units_per_step(meter)


def beat_units(meter: Meter) -> int:
    """Units in which notes are beamed: a dotted beat, or else a quarter."""
    beat = meter.steps_per_beat * units_per_step(meter)
    return beat if meter.compound else max(beat, min(QUARTER, bar_units(meter)))


def triplets(edges: Iterable[int], start: int, meter: Meter) -> list[Group]:
    """The triplets of a bar whose notes begin and end at `edges`; what is between is straight.

    A triplet takes a half, a quarter or an eighth, the longest in which its edges are thirds.

    Args:
        start: where the bar begins, later than 0 in a pick-up.
    """
    if meter.steps_per_quarter != TRIPLET:
        return []
    marks = sorted(set(edges))
    sizes = (EIGHTH,) if meter.compound else (2 * QUARTER, QUARTER, EIGHTH)
    groups: list[Group] = []
    while start < bar_units(meter):
        fitting = (n for n in sizes if start % n == 0 and start + n <= bar_units(meter))
        size = next(fitting, EIGHTH)
        groups += _triplets_in(marks, start, size)
        start += size
    return groups


def _triplets_in(marks: Sequence[int], start: int, size: int) -> Iterator[Group]:
    inner = [mark for mark in marks if start < mark < start + size]
    if all(mark % EIGHTH == 0 for mark in inner):
        return
    if size == EIGHTH or all((mark - start) * 3 % size == 0 for mark in inner):
        yield Group(start, size)
        return
    yield from _triplets_in(marks, start, size // 2)
    yield from _triplets_in(marks, start + size // 2, size // 2)


def write_span(
    start: int, end: int, groups: Sequence[Group], meter: Meter, *, is_rest: bool
) -> list[Piece]:
    """The notes, to be tied, or the rests that fill the time from `start` to `end` of a bar."""
    cuts = {start, end}
    for group in groups:
        cuts |= {cut for cut in (group.start, sum(group)) if start < cut < end}
    pieces: list[Piece] = []
    for low, high in pairwise(sorted(cuts)):
        inside = next((group for group in groups if group.start <= low < sum(group)), None)
        if inside:
            pieces.append(Piece(low, high - low, inside))
        else:
            pieces += _straight(low, high, meter, is_rest)
    return pieces


def _straight(start: int, end: int, meter: Meter, is_rest: bool) -> Iterator[Piece]:
    """Divide a time at the strongest place in it until each part is a note value that fits."""
    if _fits(start, end, meter, is_rest):
        yield Piece(start, end - start)
        return
    cut = _cut(start, end, meter, is_rest)
    yield from _straight(start, cut, meter, is_rest)
    yield from _straight(cut, end, meter, is_rest)


def _fits(start: int, end: int, meter: Meter, is_rest: bool) -> bool:
    """Return True if one note value shows the time so that one sees the beats.

    It begins or ends where its own values begin, and hides no stronger place than its middle:
    eighth, quarter, eighth is written so, but not across the middle of 4/4.
    """
    units = end - start
    if units not in PLAIN and units not in DOTTED:
        return False
    if units == SIXTEENTH:
        return True
    if meter.compound:
        beat = beat_units(meter)
        if units % beat == 0:
            return start % units == 0 or (units == beat and start % beat == 0)
        is_inside = start // beat == (end - 1) // beat
        return is_inside and (start % beat % units == 0 or not is_rest)
    if units in PLAIN:
        middle = start + units // 2
        is_syncope = start % units == units // 2 and middle % (2 * units) != 0
        return start % units == 0 or (is_syncope and not is_rest)
    third = units // 3
    is_aligned = start % (2 * third) == 0 or end % (2 * third) == 0
    hides = start // (4 * third) != (end - 1) // (4 * third)
    return is_aligned and not hides and not is_rest


def _cut(start: int, end: int, meter: Meter, is_rest: bool) -> int:
    """The strongest place inside a time; of several, the last before which one note fits."""
    for level in _levels(meter):
        places = range(start - start % level + level, end, level)
        if places:
            fitting = [place for place in places if _fits(start, place, meter, is_rest)]
            return max(fitting, default=places[0])
    raise ValueError(f"no note lasts from {start} to {end} units in {meter}")


def _levels(meter: Meter) -> Iterator[int]:
    """Distances between places of equal strength: half a bar, the beat, and its divisions."""
    bar, beat = bar_units(meter), meter.steps_per_beat * units_per_step(meter)
    if bar % (2 * beat) == 0:
        yield bar // 2
    yield beat
    part = beat // 3 if meter.compound else beat // 2
    while part >= SIXTEENTH:
        yield part
        part //= 2
    yield SIXTEENTH
