"""Several time signatures or tempos at one tick: the last one in the file counts."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.corpus.fast_reader import fast_tracks
from musicvae.midi.parser import parse
from musicvae.midi.reader import read_midi
from musicvae.midi.symusic_parser import FastPathUnsupported
from musicvae.theory.meter import Meter

from ..corpus.test_fast_reader import EVERY_CODEC, assert_same, slow_lines
from .test_parser import END, smf

Timed = tuple[int, bytes]
"""A tick, and an event of a track."""

QUARTER = 480
SIGN, TEMPO = b"\xff\x58\x04", b"\xff\x51\x03"


def hexadecimal(track: list[Timed]) -> str:
    """The events of a track as `smf` takes them; those of one tick stay in their order."""
    body, now = b"", 0
    for tick, event in sorted(track, key=lambda timed: timed[0]):
        delta, now = tick - now, tick
        body += bytes([delta >> 14 & 127 | 128, delta >> 7 & 127 | 128, delta & 127]) + event
    return f"{body.hex()} {END}"


def file_of(tracks: list[list[Timed]]) -> bytes:
    """Events of each track, and four bars of quarters on one more."""
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


def without_the_overruled(tracks: list[list[Timed]]) -> list[list[Timed]]:
    """Of each kind, only the event of each tick that stands last in the file."""
    last = {
        (tick, event[:3]): (number, place)
        for number, track in enumerate(tracks)
        for place, (tick, event) in enumerate(track)
    }
    return [
        [
            (tick, event)
            for place, (tick, event) in enumerate(track)
            if last[tick, event[:3]] == (number, place)
        ]
        for number, track in enumerate(tracks)
    ]


@given(tracks)
@settings(max_examples=200, deadline=None)
def test_only_the_last_of_one_tick_counts(tracks: list[list[Timed]]) -> None:
    """A file reads like the one from which all that is overruled was taken out."""
    assert read_midi(file_of(tracks)) == read_midi(file_of(without_the_overruled(tracks)))


@EVERY_CODEC
@given(tracks=tracks)
@settings(max_examples=200, deadline=None)
def test_the_quick_reader_agrees_or_leaves_the_file(codec: str, tracks: list[list[Timed]]) -> None:
    """And it reads every file in which nothing of one track is overruled by the same track."""
    data = file_of(tracks)
    with suppress(FastPathUnsupported):
        assert_same(fast_tracks(data, codec), slow_lines(data, codec), codec)
    apart = [without_the_overruled([track])[0] for track in tracks]
    data = file_of(apart)
    assert_same(fast_tracks(data, codec), slow_lines(data, codec), codec)


@pytest.mark.parametrize("many", [2, 30])
def test_the_smaller_wins_where_it_stands_last(many: int) -> None:
    """Within a track and over two; however many there are, which symusic's sort may mix up."""
    signs = [(0, SIGN + bytes([9 - i % 8, 2, 24, 8])) for i in range(many)]
    tempos = [(0, TEMPO + (900_000 - i).to_bytes(3)) for i in range(many)]
    last = signs[-1][1][3]
    for tracks in ([signs + tempos], [signs[:1] + tempos[:1], signs[1:] + tempos[1:]]):
        (score,) = parse(file_of(tracks))
        assert score.meters[-1] == (0, last, 4)
        assert score.tempos[-1] == (0, 900_001 - many)
        (phrase,) = read_midi(file_of(tracks))
        assert phrase.meter == Meter(last, 4)
        assert phrase.tempos[0].microseconds == 900_001 - many
    with pytest.raises(FastPathUnsupported):
        fast_tracks(file_of([signs]), "melody")
