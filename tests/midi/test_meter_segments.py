"""Sections of one meter and the numbers of their bars; the work grows with the file."""

from __future__ import annotations

import time

import pytest

from musicvae.midi.channel_notes import TimedNote
from musicvae.midi.events import MARKER
from musicvae.midi.meter_segments import MeterSegment, meter_segments
from musicvae.midi.parser import Score, TextEvent, Track
from musicvae.midi.quantize import to_phrases

QUARTER = 480


def test_bars_are_numbered_through_the_file() -> None:
    """Two bars of 4/4, one of 3/4 cut short, then 2/4; a pick-up is bar 0."""
    ticks = [0, 8, 10, 14]
    meters = [(0, 4, 4), (8 * QUARTER, 3, 4), (10 * QUARTER, 2, 4)]
    segments = meter_segments(Score(QUARTER, meters=meters, end=14 * QUARTER), 14 * QUARTER)
    assert [segment.start // QUARTER for segment in segments] == ticks[:-1]
    assert [segment.first_bar for segment in segments] == [1, 3, 4]
    assert [segments[2].bar_at(tick * QUARTER, QUARTER) for tick in (10, 11, 12)] == [4, 4, 5]
    (pickup,) = meter_segments(
        Score(QUARTER, meters=[(0, 1, 4), (QUARTER, 4, 4)], end=9 * QUARTER), 9 * QUARTER
    )
    assert pickup == MeterSegment(0, pickup.end, 4, 4, QUARTER, 1)
    assert (pickup.bar_at(0, QUARTER), pickup.bar_at(QUARTER, QUARTER)) == (0, 1)


def alternating(bars: int) -> Score:
    """A score whose meter, tempo and chord change in every bar."""
    notes = [TimedNote(4 * QUARTER * i, 4 * QUARTER * i + QUARTER, 60, 80) for i in range(bars)]
    ticks = range(0, 4 * QUARTER * bars, 4 * QUARTER)
    return Score(
        QUARTER,
        [Track("", 0, 0, notes)],
        [(tick, 500_000 + tick) for tick in ticks],
        [(tick, 3 + i % 2, 4) for i, tick in enumerate(ticks)],
        [TextEvent(tick, MARKER, "Am7" if i % 2 else "F7") for i, tick in enumerate(ticks)],
        4 * QUARTER * bars,
    )


@pytest.mark.slow
def test_work_grows_with_the_number_of_changes_only() -> None:
    """16 times as many changes of meter, tempo and chord take less than 64 times as long."""

    def seconds(bars: int) -> float:
        start = time.process_time()
        phrases, _ = to_phrases(alternating(bars))
        assert len(phrases) == bars
        return time.process_time() - start

    seconds(10)
    assert seconds(800) < 64 * min(seconds(50) for _ in range(3))
