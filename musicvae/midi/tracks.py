"""The events of all tracks of a file, within limits, and how its ticks are timed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from ..theory.meter import bpm_to_tempo
from .containers import (
    DEFAULT_RESOLUTION,
    PADDING,
    SMPTE_FRAMES,
    Container,
    NotMidi,
    count_bytes,
)
from .events import NOTE_ON, SET_TEMPO, TIME_SIGNATURE, TrackEvents, is_text, read_events
from .limits import Limits

MAX_GAPS_A_QUARTER = 64
"""If half of all onsets follow each other closer than that, the ticks per quarter are wrong."""


class Timing(NamedTuple):
    """How the ticks of a file become ticks of its score.

    Attributes:
        resolution: ticks per quarter of the score.
        scale: ticks of the score in one tick of the file.
        tempo: microseconds per quarter of a file timed in seconds, or else None.
    """

    resolution: int
    scale: float = 1.0
    tempo: int | None = None


def read_tracks(container: Container, limits: Limits) -> list[TrackEvents]:
    """The events of all tracks; notices about damage are added to the container.

    Raises:
        NotMidi: there are more notes, texts, meters or tempos than the limits.
        TooManyEvents: there are more events than the limit.
    """
    budget = iter(range(limits.events))
    tracks: list[TrackEvents] = []
    counts = dict.fromkeys(("notes", "text", "meters", "tempos"), 0)
    for start, end in container.spans:
        track = read_events(container.data, start, end, budget)
        tracks.append(track)
        _check_damage(container, track, len(tracks), budget)
        counts["notes"] += _count_notes(track)
        counts["text"] += sum(len(data) for _, kind, data in track.metas if is_text(kind))
        counts["meters"] += sum(kind == TIME_SIGNATURE for _, kind, _ in track.metas)
        counts["tempos"] += sum(kind == SET_TEMPO for _, kind, _ in track.metas)
        for what, count in counts.items():
            if count > (most := getattr(limits, what)):
                raise NotMidi(
                    f"it has more than {most:,} {'bytes of text' if what == 'text' else what}"
                )
    return tracks


def _check_damage(
    container: Container, track: TrackEvents, number: int, budget: Iterator[int]
) -> None:
    """Add a notice if a track was not read to its end, or has notes after it."""
    end = container.spans[number - 1][1]
    rest = container.data[track.stop : end]
    if container.is_cut and number == len(container.spans):
        lost = f"; its last {count_bytes(len(rest))} were not read" if rest else ""
        container.notices.append(f"the file is cut off in track {number}{lost}")
    elif track.has_end:
        notes = _count_notes(read_events(container.data, track.stop, end, budget)) if rest else 0
        if notes:
            what, verb = ("1 note", "was") if notes == 1 else (f"{notes:,} notes", "were")
            container.notices.append(f"{what} after the end of track {number} {verb} not read")
    elif rest.strip(PADDING):
        container.notices.append(
            f"track {number} is damaged: its last {count_bytes(len(rest))} were not read"
        )


def _count_notes(track: TrackEvents) -> int:
    return sum(
        status & 0xF0 == NOTE_ON and velocity > 0 for _, status, _, velocity in track.messages
    )


def read_timing(container: Container, tracks: Sequence[TrackEvents], bpm: float) -> Timing:
    """How a file is timed: in quarters, or in frames of seconds.

    A division with the highest bit set whose frames are no SMPTE rate counts ticks per quarter,
    unless its notes are then too short to be music.
    """
    division = container.division
    if division < 0x8000:
        return Timing(division)
    frames, ticks = 256 - (division >> 8), division & 0xFF
    if frames in SMPTE_FRAMES and ticks:
        per_second = (30_000 / 1_001 if frames == 29 else frames) * ticks  # 29 is drop-frame
        container.notices.append(
            f"it is timed in seconds, not in beats, and was read at {bpm:g} quarters a minute"
        )
        scale = DEFAULT_RESOLUTION * bpm / (60 * per_second)
        return Timing(DEFAULT_RESOLUTION, scale, bpm_to_tempo(bpm))
    starts = [[m[0] for m in track.messages if m[1] & 0xF0 == NOTE_ON] for track in tracks]
    gaps = [later - tick for onsets in starts for tick, later in pairwise(onsets) if later > tick]
    is_slow = not gaps or median(gaps) * MAX_GAPS_A_QUARTER >= division
    resolution = division if is_slow else DEFAULT_RESOLUTION
    container.notices.append(
        f"its division of {division:,} is no rate of frames; read as {resolution:,} ticks a quarter"
    )
    return Timing(resolution)
