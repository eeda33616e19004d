"""Notes that never end, or much too late: they would cover all other notes of their part."""

from __future__ import annotations

import numpy as np

from ..arrays import BoolArray, IntArray
from .channel_notes import NO_END

LONG_QUARTERS = 16
COVERED_NOTES = 20
"""A note is stuck if it lasts so many quarters, so many notes of its part begin and end under it,
and it is higher than all of them. Pedal points and drones, which are lower, stay."""

MAX_STUCK = 8
"""A part with more long notes than that has them on purpose."""


def end_open_notes(start: IntArray, end: IntArray, last: int) -> tuple[IntArray, BoolArray]:
    """End notes of a part whose end is `NO_END` at its next onset; also marks those. `[N]`, `[N]`

    If nothing begins after such a note, it ends with its track and is not marked.

    Args:
        start: ticks, in any order. `[N]`
        end: ticks, or `NO_END`. `[N]`
        last: the last tick of the track.
    """
    following = _next_onsets(start, last)
    is_open = end == NO_END
    return np.where(is_open, following, end), is_open & (start < start.max(initial=0))


def end_stuck_notes(
    start: IntArray, end: IntArray, pitch: IntArray, resolution: int
) -> tuple[IntArray, BoolArray]:
    """End the stuck notes of a part at its next onset; also marks those. `[N]`, `[N]`

    Args:
        start, end: ticks, in any order. `[N]`
        pitch: `[N]`
        resolution: ticks per quarter.
    """
    is_stuck = np.zeros(len(start), np.bool_)
    candidates = np.flatnonzero(end - start >= LONG_QUARTERS * resolution)
    if not 0 < len(candidates) <= MAX_STUCK:
        return end, is_stuck
    for note in candidates:
        covered = (start > start[note]) & (end <= end[note])
        is_stuck[note] = covered.sum() >= COVERED_NOTES and pitch[covered].max() < pitch[note]
    return np.where(is_stuck, _next_onsets(start, 0), end), is_stuck


def _next_onsets(start: IntArray, last: int) -> IntArray:
    """The next onset of the part after each onset; `last` after the last, if it is later. `[N]`"""
    onsets = np.sort(start)
    after = np.searchsorted(onsets, start, side="right")
    following: IntArray = np.maximum(np.append(onsets, last)[after], start)
    return following
