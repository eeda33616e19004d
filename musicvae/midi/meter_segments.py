"""Split a score where its meter changes, and number its bars as a musician counts them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from ..theory.meter import STRAIGHT
from .parser import Score


@dataclass(frozen=True)
class MeterSegment:
    """Ticks `start` to `end` in one meter, of which the first `pickup` ticks are a pick-up.

    `first_bar` is the number of its first whole bar, counted through the file from 1; a pick-up
    is the bar before it.
    """

    start: int
    end: int
    numerator: int
    denominator: int
    pickup: int = 0
    first_bar: int = 1

    def bar_ticks(self, resolution: int) -> int:
        """Ticks in one bar, at least one."""
        return max(1, 4 * resolution * self.numerator // self.denominator)

    def bars(self, resolution: int) -> int:
        """Whole bars, of which the last may be cut short by the next meter."""
        return -(-(self.end - self.start - self.pickup) // self.bar_ticks(resolution))

    def bar_at(self, tick: int, resolution: int) -> int:
        """The number of the bar at a tick of the file."""
        played = tick - self.start - self.pickup
        return self.first_bar + played // self.bar_ticks(resolution)


def meter_segments(score: Score, last: int | None = None) -> list[MeterSegment]:
    """Split a score where its meter changes.

    A first segment of one bar or less that is shorter than the bars after it becomes the pick-up
    of the next segment: notation software writes an incomplete first bar like that.

    Args:
        score: any score.
        last: the last tick at which a note sounds; by default it is looked for.
    """
    if last is None:
        last = max((note.end for track in score.tracks for note in track.notes), default=0)
    step = score.resolution // STRAIGHT + 1  # a last note may end a little early, or have no length
    end = max(score.end, last + step)
    meters = {0: (4, 4)} | {tick: (n, d) for tick, n, d in score.meters}
    ticks = [*sorted(tick for tick in meters if tick < end), end]
    segments: list[MeterSegment] = []
    for start, stop in pairwise(ticks):
        segment = MeterSegment(start, stop, *meters[start])
        if segments and _is_pickup_of(segments[-1], segment, score.resolution):
            before = segments.pop()
            segment = replace(segment, start=before.start, pickup=start - before.start)
        elif segments and _continues(segments[-1], segment, score.resolution):
            before = segments.pop()
            segment = replace(segment, start=before.start, pickup=before.pickup)
        segments.append(segment)
    return _numbered(segments, score.resolution)


def _is_pickup_of(before: MeterSegment, after: MeterSegment, resolution: int) -> bool:
    length = before.end - before.start
    return (
        before.start == 0
        and length < after.bar_ticks(resolution) <= after.end - after.start
        and length <= before.bar_ticks(resolution)
    )


def _continues(before: MeterSegment, after: MeterSegment, resolution: int) -> bool:
    """Return True if `after` repeats the meter of `before` on one of its bar lines."""
    same = (before.numerator, before.denominator) == (after.numerator, after.denominator)
    return same and (after.start - before.start - before.pickup) % before.bar_ticks(resolution) == 0


def _numbered(segments: list[MeterSegment], resolution: int) -> list[MeterSegment]:
    """The segments with the numbers of their first bars."""
    numbered, bar = [], 1
    for segment in segments:
        numbered.append(replace(segment, first_bar=bar))
        bar += segment.bars(resolution)
    return numbered
