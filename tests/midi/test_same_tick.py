"""Of several time signatures or tempos at one tick, the last in the file counts."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.corpus.fast_reader import fast_tracks
from musicvae.midi.array_parts import FastPathUnsupported
from musicvae.midi.parser import parse
from musicvae.midi.reader import read_midi
from musicvae.theory.meter import Meter

from ..corpus.test_fast_reader import EVERY_CODEC, assert_same, full_reader_tracks
from .test_parser import END, smf

TimedEvent = tuple[int, bytes]
"""A tick and the bytes of an event."""

QUARTER = 480
SIGN, TEMPO = b"\xff\x58\x04", b"\xff\x51\x03"


def hexadecimal(track: list[TimedEvent]) -> str:
    """A track in hexadecimal for `smf`; events at one tick keep their order."""
    body, now = b"", 0
    for tick, event in sorted(track, key=lambda timed: timed[0]):
        delta, now = tick - now, tick
        body += bytes([delta >> 14 & 127 | 128, delta >> 7 & 127 | 128, delta & 127]) + event
    return f"{body.hex()} {END}"


def file_of(tracks: list[list[TimedEvent]]) -> bytes:
    """A file of these tracks and one more with four bars of quarters."""
    notes = [(QUARTER * i, bytes([0x90, 60 + i % 5, 64])) for i in range(16)]
    notes += [(QUARTER * (i + 1), bytes([0x80, 60 + i % 5, 0])) for i in range(16)]
    notes.sort(key=lambda timed: (timed[0], timed[1][0]))
    return smf(*map(hexadecimal, [*tracks, notes]))


signs = st.sampled_from([(2, 4), (3, 4), (4, 4), (3, 8), (6, 8), (9, 8), (2, 2), (3, 2)]).map(
    lambda sign: SIGN + bytes([sign[0], sign[1].bit_length() - 1, 24, 8])
)
tempos = st.sampled_from([300_000, 400_000, 500_000, 600_000]).map(
    lambda tempo: TEMPO + tempo.to_bytes(3)
)
ticks = st.sampled_from([0, 0, 0, QUARTER, 3 * QUARTER, 4 * QUARTER, 8 * QUARTER])
tracks = st.lists(st.lists(st.tuples(ticks, signs | tempos), max_size=8), min_size=1, max_size=3)


def without_overridden(tracks: list[list[TimedEvent]]) -> list[list[TimedEvent]]:
    """The tracks with only the last event of each kind and tick in the file."""
    last = {
        (tick, event[:3]): (number, index)
        for number, track in enumerate(tracks)
        for index, (tick, event) in enumerate(track)
    }
    return [
        [
            (tick, event)
            for index, (tick, event) in enumerate(track)
            if last[tick, event[:3]] == (number, index)
        ]
        for number, track in enumerate(tracks)
    ]


@given(tracks)
@settings(max_examples=200, deadline=None)
def test_only_the_last_of_one_tick_counts(tracks: list[list[TimedEvent]]) -> None:
    """A file reads the same after all overridden events are removed."""
    assert read_midi(file_of(tracks)) == read_midi(file_of(without_overridden(tracks)))


@EVERY_CODEC
@given(tracks=tracks)
@settings(max_examples=200, deadline=None)
def test_the_fast_path_agrees_or_refuses(codec: str, tracks: list[list[TimedEvent]]) -> None:
    """It reads every file in which no track overrides its own events."""
    data = file_of(tracks)
    with suppress(FastPathUnsupported):
        assert_same(fast_tracks(data, codec), full_reader_tracks(data, codec), codec)
    consistent = [without_overridden([track])[0] for track in tracks]
    data = file_of(consistent)
    assert_same(fast_tracks(data, codec), full_reader_tracks(data, codec), codec)


@pytest.mark.parametrize("count", [2, 30])
def test_the_last_event_counts_even_if_it_is_the_smallest(count: int) -> None:
    """It may be in the same track or the next; symusic's sort may reorder many such events."""
    signs = [(0, SIGN + bytes([9 - i % 8, 2, 24, 8])) for i in range(count)]
    tempos = [(0, TEMPO + (900_000 - i).to_bytes(3)) for i in range(count)]
    last = signs[-1][1][3]
    for tracks in ([signs + tempos], [signs[:1] + tempos[:1], signs[1:] + tempos[1:]]):
        (score,) = parse(file_of(tracks))
        assert score.meters[-1] == (0, last, 4)
        assert score.tempos[-1] == (0, 900_001 - count)
        (phrase,) = read_midi(file_of(tracks))
        assert phrase.meter == Meter(last, 4)
        assert phrase.tempos[0].microseconds == 900_001 - count
    with pytest.raises(FastPathUnsupported):
        fast_tracks(file_of([signs]), "melody")
