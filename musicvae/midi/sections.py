"""The notes of a section from ticks to steps, on arrays; both readers use it.

What falls on one step of the grid is decided here: which note stays, and which are lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..arrays import BoolArray, IntArray
from ..errors import MeterError
from ..theory.meter import STRAIGHT, Meter
from .grid import Grid, choose_grid
from .meter_segments import MeterSegment
from .note_arrays import NoteArrays, remove_overlaps

MAX_SEGMENT_BARS = 10_000
"""A section with more bars has damaged times."""

MAX_SILENT_BARS = 64
"""A rest of more bars before the first note or after the last of a section is left out."""

MAX_CHORD_NOTES = 128
"""Most notes of one track on one step that are compared with each other."""


@dataclass(frozen=True)
class Section:
    """The notes of a meter segment on its grid, in whole bars.

    Attributes:
        first: the step of the segment that is step 0 of the section.
        pickup: steps before the first whole bar, 0 if nothing is played in them.
        notes: in steps of the section, sorted by track, pitch, start.
        played: the notes of the segment in ticks of the file, without latency; `start` may be
            that of the segment, if they begin a little before it.
        steps: the step of each played note.
        lost: True for each played note that could not be kept.
        silent: bars of rest left out before the first note and after the last.
    """

    segment: MeterSegment
    grid: Grid
    bars: int
    first: int
    pickup: int
    notes: NoteArrays
    played: NoteArrays
    steps: IntArray
    lost: BoolArray
    silent: tuple[int, int]

    @property
    def meter(self) -> Meter:
        """The meter with its grid."""
        return self.grid.meter


def notes_by_segment(
    segments: list[MeterSegment], notes: NoteArrays, resolution: int
) -> Iterator[tuple[MeterSegment, NoteArrays]]:
    """Yield each segment and its notes, in order; see `segment_of`."""
    index = segment_of(segments, notes, resolution)
    order = np.argsort(index, kind="stable")
    bounds = np.searchsorted(index[order], np.arange(len(segments) + 1))
    for segment, low, high in zip(segments, bounds[:-1], bounds[1:], strict=True):
        inside = notes.at(order[low:high])
        yield segment, inside._replace(start=np.maximum(inside.start, segment.start))


def segment_of(segments: list[MeterSegment], notes: NoteArrays, resolution: int) -> IntArray:
    """The index of the segment of each note. `[N]`

    A note that begins up to half a step before a segment, and sounds longer in it than before it,
    is a note of that segment played early.
    """
    starts = np.array([segment.start for segment in segments])
    index = np.searchsorted(starts, notes.start, side="right") - 1
    nominal = notes.start + resolution // (2 * STRAIGHT)
    early = np.searchsorted(starts, nominal, side="right") - 1
    return np.where(notes.end - starts[early] > starts[early] - notes.start, early, index)


def quantize_section(
    segment: MeterSegment,
    notes: NoteArrays,
    is_drum: BoolArray,
    resolution: int,
    triplets: bool = False,
) -> Section:
    """Move the notes of a segment to its grid.

    Args:
        segment: a stretch in one meter.
        notes: its notes in ticks of the file, at least one.
        is_drum: True for each track of the file that is drums.
        resolution: ticks per quarter.
        triplets: choose the triplet grid in any case.

    Raises:
        MeterError: no grid holds the meter, or there are too many bars.
    """
    pitched = ~is_drum[notes.track]
    onsets = notes.start[pitched] if pitched.any() else notes.start
    grid = choose_grid(segment, onsets - segment.start, resolution, triplets)
    start = np.maximum(notes.start - grid.latency, segment.start)
    end = np.maximum(np.minimum(notes.end, segment.end) - grid.latency, start)
    played = notes._replace(start=start, end=end)
    steps = to_steps(start - segment.start, resolution, grid.meter.steps_per_quarter)
    within = (segment.end - segment.start) * grid.meter.steps_per_quarter // resolution
    steps = np.minimum(steps, max(0, within - 1))  # no note belongs to the next segment's first
    lost = _find_lost(played, steps, is_drum, segment.start, resolution, grid.meter)
    first, pickup, bars, silent = _place(segment, grid.meter, played, steps, lost, resolution)
    if bars > MAX_SEGMENT_BARS:
        raise MeterError(f"It lasts {bars:,} bars; at most {MAX_SEGMENT_BARS:,} are read.")
    steps = steps - first
    ends = to_steps(end - segment.start, resolution, grid.meter.steps_per_quarter) - first
    ends = np.maximum(np.minimum(ends, pickup + bars * grid.meter.steps_per_bar), steps + 1)
    kept = remove_overlaps(played._replace(start=steps, end=ends).at(~lost))
    return Section(segment, grid, bars, first, pickup, kept, played, steps, lost, silent)


def to_steps(ticks: IntArray, resolution: int, steps_per_quarter: int) -> IntArray:
    """`theory.meter.ticks_to_steps` for arrays."""
    return (2 * steps_per_quarter * ticks + resolution) // (2 * resolution)


def _place(
    segment: MeterSegment,
    meter: Meter,
    notes: NoteArrays,
    steps: IntArray,
    lost: BoolArray,
    resolution: int,
) -> tuple[int, int, int, tuple[int, int]]:
    """First step, pick-up and bars of a section, and the bars of rest left out at its ends.

    A pick-up without notes is left out, and so is a first bar that has only a grace note that is
    lost. A last note that sounds into a bar for less than a step makes no bar of it, and the rest
    after the last note counts in whole bars.
    """
    bar, grid = meter.steps_per_bar, meter.steps_per_quarter
    pickup = int(to_steps(np.array(segment.pickup), resolution, grid)) % bar
    onset, last_onset = int(steps.min()), int(steps.max())
    first, before = 0, 0
    if onset >= pickup:
        rest = (onset - pickup) // bar
        before = rest if rest > MAX_SILENT_BARS else 0
        first, pickup = pickup + before * bar, 0
        has_grace = (notes.start[lost] - segment.start) * grid < (first + bar) * resolution
        if rest == 1 and has_grace.any():
            first += bar
    sounding = int((notes.end[~lost].max() - segment.start) * grid // resolution)
    bars = -(-(max(sounding, last_onset + 1) - first - pickup) // bar)
    whole = ((segment.end - segment.start) * grid // resolution + 1 - first - pickup) // bar
    after = max(0, whole - bars)
    if after <= MAX_SILENT_BARS:
        return first, pickup, bars + after, (before, 0)
    return first, pickup, bars, (before, after)


def _find_lost(
    notes: NoteArrays,
    steps: IntArray,
    is_drum: BoolArray,
    start: int,
    resolution: int,
    meter: Meter,
) -> BoolArray:
    """Find the notes that sound before or after a longer one of their track and step. `[N]`

    Notes that sound together are a chord, and stay. Of drums each pitch is looked at alone.
    """
    length = notes.end - notes.start
    lost = np.zeros(len(steps), dtype=bool)
    left, group = _crowded(notes, steps, is_drum)
    if not len(left):
        return lost
    off_grid = np.abs((notes.start - start) * meter.steps_per_quarter - steps * resolution)
    left = left[np.lexsort((off_grid[left], -length[left], group[left]))]
    # The longest note of each group stays; those that do not sound with it are lost. The longest
    # of the others stays too, and so on: as many rounds as a chord has notes.
    for _ in range(MAX_CHORD_NOTES):
        is_leader = np.append(True, group[left[1:]] != group[left[:-1]])
        leader = left[is_leader][np.cumsum(is_leader) - 1]
        together = np.minimum(notes.end[left], notes.end[leader]) - np.maximum(
            notes.start[left], notes.start[leader]
        )
        apart = (4 * together <= np.minimum(length[left], length[leader])) & ~is_leader
        # strokes of no length at one tick sound together too
        apart &= (length[leader] > 0) | (notes.start[left] != notes.start[leader])
        lost[left[apart]] = True
        left = left[~apart & ~is_leader]
        if not len(left):
            break
    return lost


def _crowded(notes: NoteArrays, steps: IntArray, is_drum: BoolArray) -> tuple[IntArray, IntArray]:
    """Indices of notes whose step and track have several that begin apart; the group of each note.

    Notes that begin at one tick sound together, unless one of them has no length.
    """
    player = notes.track << 8 | np.where(is_drum[notes.track], 128 | notes.pitch, 0)
    place = player * (int(steps.max()) + 1) + steps
    order = np.argsort(place, kind="stable")
    begin = np.where(notes.end > notes.start, notes.start, ~notes.start)[order]
    is_same = place[order[1:]] == place[order[:-1]]
    group = np.empty_like(place)
    group[order] = np.append(0, np.cumsum(~is_same))
    crowded = group[order[1:][is_same & (begin[1:] != begin[:-1])]]
    return np.flatnonzero(np.isin(group, crowded)) if len(crowded) else crowded, group
