"""What the grid did to the notes of a file, in words: what, how much and where."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice

import numpy as np

from ..arrays import BoolArray, IntArray
from ..theory.meter import STRAIGHT
from .meter_segments import MeterSegment
from .sections import Section

MAX_BARS_NAMED = 4
"""A notice names so many bars, and counts the others."""

ORNAMENT = 4
"""A lost note is an ornament if the longest on its step lasts so many times as long."""

SWING = (0.54, 0.64)
"""Where in its beat the second of two swung eighths begins, if it is read as straight."""
MIN_SWUNG = 3
"""Music swings if more notes than this, and more than half of those near the off-beats, do."""


def section_notices(section: Section, resolution: int, tempo: int) -> list[str]:
    """The notices about one section.

    Args:
        resolution: ticks per quarter.
        tempo: microseconds per quarter at its start.
    """
    notices = _latency(section, resolution, tempo) + _bars(section)
    notices += _lost(section, resolution) + _between(section, resolution)
    for bars, place in zip(section.silent, ("before the first", "after the last"), strict=True):
        if bars:
            notices.append(f"{count(bars, 'bar')} of rest {place} note were left out")
    return notices


def unread_notice(segments: list[MeterSegment], notes: int, reason: str, resolution: int) -> str:
    """The notice about segments of one meter that are not read."""
    first = segments[0]
    bars = [range(s.first_bar, s.first_bar + s.bars(resolution)) for s in segments]
    total = sum(map(len, bars))
    named = _name_first(list(islice(chain.from_iterable(bars), MAX_BARS_NAMED)), total)
    meter = f"{first.numerator}/{first.denominator}"
    if not notes:
        return f"{named} in {meter} had no notes and {were(total)} left out"
    reason = reason[0].lower() + reason[1:].rstrip(".")
    return f"{count(notes, 'note')} in {named} {were(notes)} not read: {reason}"


def cut_notice(notes: int, bars: Iterable[int]) -> str:
    """The notice about notes that sound on in the next meter."""
    verb = "sounds" if notes == 1 else "sound"
    return (
        f"{count(notes, 'note')} that {verb} across a change of meter {were(notes)} ended at it, "
        f"{name_bars(bars, 'in ')}"
    )


def _latency(section: Section, resolution: int, tempo: int) -> list[str]:
    latency = section.grid.latency
    if not latency:
        return []
    late = round(abs(latency) * tempo / resolution / 1000)
    side = "late" if latency > 0 else "early"
    return [f"every note is about {late} ms {side}; that was taken out"]


def _bars(section: Section) -> list[str]:
    meter, segment = section.meter, section.segment
    parts = segment.numerator * meter.denominator // (meter.numerator * segment.denominator)
    if parts == 1:
        return []
    return [
        f"each bar of {segment.numerator}/{segment.denominator} was read as {parts} bars of "
        f"{meter}, since a longer one has too many steps"
    ]


def _lost(section: Section, resolution: int) -> list[str]:
    """Notices about ornaments, and about notes that are too fast for the grid."""
    if not section.lost.any():
        return []
    played = section.played
    length = played.end - played.start
    longest = _longest(section, length)
    step = resolution // STRAIGHT
    ornament = section.lost & (ORNAMENT * length <= longest) & (2 * length < step)
    notices = []
    if number := int(ornament.sum()):
        bars = _bars_of(section, ornament, resolution)
        notices.append(
            f"{count(number, 'ornament')} (grace notes or notes of no length) {were(number)} "
            f"left out, {bars}"
        )
    fast = section.lost & ~ornament
    if number := int(fast.sum()):
        bars = _bars_of(section, fast, resolution)
        notices.append(
            f"{count(number, 'note')} faster than {_grid_name(section)} {were(number)} merged "
            f"with others, {bars}"
        )
    return notices


def _longest(section: Section, length: IntArray) -> IntArray:
    """Ticks of the longest note on the step and track of each note. `[N]`"""
    first, steps = int(section.steps.min()), int(np.ptp(section.steps)) + 1
    place = section.played.track * steps + section.steps - first
    places, group = np.unique(place, return_inverse=True)
    longest = np.zeros(len(places), dtype=np.int64)
    np.maximum.at(longest, group, length)
    return np.asarray(longest[group])


def _between(section: Section, resolution: int) -> list[str]:
    """Notices about onsets that were moved by more than a quarter of a step."""
    start, grid = section.segment.start, section.meter.steps_per_quarter
    onsets, index = np.unique(section.played.start[~section.lost], return_index=True)
    steps = (section.steps[~section.lost] + section.first)[index]
    moved = 4 * np.abs((onsets - start) * grid - steps * resolution) > resolution
    beat = (onsets - start) % resolution / resolution
    swung = moved & (beat > SWING[0]) & (beat < SWING[1])
    off_beats = int(((beat > 1 / 3) & (beat < 3 / 4)).sum())
    notices = []
    if grid == STRAIGHT and swung.sum() > max(MIN_SWUNG, off_beats / 2):
        percent = round(100 * float(np.median(beat[swung])))
        notices.append(f"eighths swung {percent}:{100 - percent} were read as straight")
        moved &= ~swung
    if number := int(moved.sum()):
        bars = {section.segment.bar_at(tick, resolution) for tick in onsets[moved].tolist()}
        notices.append(
            f"{number} of {count(len(onsets), 'onset')} {'lies' if number == 1 else 'lie'} "
            f"between the steps of {_grid_name(section)}, {name_bars(bars, 'in ')}"
        )
    return notices


def _grid_name(section: Section) -> str:
    straight = section.meter.steps_per_quarter == STRAIGHT
    return "the grid of 16ths" if straight else "the grid of triplets"


def _bars_of(section: Section, which: BoolArray, resolution: int) -> str:
    ticks = section.played.start[which].tolist()
    return name_bars((section.segment.bar_at(tick, resolution) for tick in ticks), "in ")


def name_bars(bars: Iterable[int], before: str = "") -> str:
    """A list of bars that names the first few.

    >>> name_bars([3]), name_bars([3, 5], "in "), name_bars(range(1, 9))
    ('bar 3', 'in bars 3 and 5', 'bars 1, 2, 3, 4 and 4 others')
    """
    numbers = sorted(set(bars))
    return before + _name_first(numbers[:MAX_BARS_NAMED], len(numbers))


def _name_first(numbers: list[int], total: int) -> str:
    """The first few of so many bars."""
    names = [str(number) for number in numbers]
    if others := total - len(numbers):
        names.append("1 other" if others == 1 else f"{others} others")
    if total == 1:
        return f"bar {names[0]}"
    return f"bars {', '.join(names[:-1])} and {names[-1]}"


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 note", "1,200 notes"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def were(number: int) -> str:
    """The verb for a number of things."""
    return "was" if number == 1 else "were"
