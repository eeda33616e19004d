"""The fast path gives the tracks of the full reader, or raises `FastPathUnsupported`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.codecs import CODECS
from musicvae.corpus.fast_reader import QuantizedTrack, fast_tracks
from musicvae.corpus.read_file import read_tracks
from musicvae.errors import MidiError
from musicvae.midi.array_parts import FastPathUnsupported
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Phrase

from ..midi.test_parser import END, NOTE, smf
from ..strategies import phrases

TUNES = sorted((Path(__file__).parents[2] / "data" / "tunes").glob("*.mid"))
EVERY_CODEC = pytest.mark.parametrize("codec", ["melody", "roll"])


def foreign(data: bytes) -> bytes:
    """A file of ours as if another program had written it: our signature is replaced."""
    return data.replace(b"musicvae:", b"somebody:")


def full_reader_tracks(data: bytes, codec: str) -> list[QuantizedTrack]:
    """The tracks that the full reader gives; none if it cannot read the file."""
    with suppress(MidiError):
        return read_tracks(data, codec)
    return []


def assert_same(fast: list[QuantizedTrack], full: list[QuantizedTrack], codec: str) -> None:
    """Compare meter, bars, all notes, and the codes."""
    assert [(track.meter, track.bars) for track in fast] == [
        (track.meter, track.bars) for track in full
    ]
    for one, other in zip(fast, full, strict=True):
        for name in ("start", "end", "pitch"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
        assert other.codes is not None
        assert np.array_equal(one.encoded(CODECS[codec]), other.codes)


@EVERY_CODEC
@pytest.mark.parametrize("path", TUNES, ids=lambda path: path.stem)
def test_our_tunes_are_read_alike(path: Path, codec: str) -> None:
    """If another program wrote them; a file of ours is left to the full reader."""
    data = foreign(path.read_bytes())
    assert_same(fast_tracks(data, codec), full_reader_tracks(data, codec), codec)
    with pytest.raises(FastPathUnsupported):
        fast_tracks(path.read_bytes(), codec)


HELD = "00 90 3c 40 81 70 90 3c 50 60 80 3c 00"
MELODY = "00 ff 03 06 4d 45 4c 4f 44 59"
FILES = {
    "one note": [f"{NOTE} {END}"],
    "pedal": [f"00 b0 40 7f {NOTE} 83 60 b0 40 00 {NOTE} {END}"],
    "pedal again and again": [
        f"00 b0 40 40 00 b0 40 7f {NOTE} 60 b0 40 3f {NOTE} 00 b0 40 00 {END}"
    ],
    "pedal of another channel": [f"00 b1 40 7f {NOTE} 60 91 40 40 60 81 40 00 {NOTE} {END}"],
    "pedal never lifted": [f"00 b0 40 7f {NOTE} {NOTE} 87 68 ff 2f 00"],
    "lifted before it was pressed": [f"60 b0 40 00 {NOTE} {END}"],
    "never let go": [f"{HELD} 00 90 40 40 87 68 ff 2f 00"],
    "a pitch repeated while it sounds": [f"{HELD} 60 80 3c 00 {END}"],
    "a note of no length": [f"00 90 3c 40 00 80 3c 00 {NOTE} {END}"],
    "running status": [f"00 90 3c 40 60 3c 00 00 40 40 60 40 00 00 43 40 60 43 00 {END}"],
    "chords": [f"00 90 3c 40 00 40 40 00 43 40 60 3c 00 60 43 00 60 40 00 {END}"],
    "triplets": [f"{'00 90 3c 40 81 20 80 3c 00 ' * 9} {END}"],
    "pick-up": [f"00 ff 58 04 01 02 18 08 83 60 ff 58 04 03 02 18 08 {END}", f"{NOTE * 10} {END}"],
    "changes of meter": [
        f"00 ff 58 04 03 02 18 08 8b 20 ff 58 04 06 03 18 08 8b 20 ff 58 04 04 02 18 08 {END}",
        f"{NOTE * 20} {END}",
    ],
    "a meter after the end": [f"{NOTE} 8b 20 ff 58 04 03 02 18 08 {END}"],
    "a meter no grid can hold": [f"00 ff 58 04 05 06 18 08 {NOTE * 20} {END}"],
    "half a meter": [f"00 ff 58 01 03 {NOTE * 20} {END}"],
    "two programs": [f"00 c0 05 {NOTE} 00 c0 21 {NOTE} {END}", f"00 c1 20 {NOTE} {END}"],
    "two programs at first": [f"00 c0 21 00 c0 05 {NOTE} {END}", f"{MELODY} {END}"],
    "a program under a note": [f"00 c0 05 00 90 3c 40 60 c0 07 60 80 3c 00 {NOTE} {END}"],
    "a program after notes": [f"{NOTE} 00 c0 21 {NOTE} {END}"],
    "a program under the pedal": [f"00 b0 40 7f 00 c0 05 {NOTE} 60 b0 40 00 {NOTE} {END}"],
    "a rest like a program": [f"00 c0 21 c0 05 90 3c 40 60 80 3c 00 {NOTE} 00 c0 21 {NOTE} {END}"],
    "channels of one track": [f"00 c3 05 00 93 3c 40 00 91 54 40 60 83 3c 00 60 81 54 00 {END}"],
    "drums": [f"00 99 54 40 60 89 54 00 {END}", f"{NOTE} {END}"],
    "only drums": [f"00 99 3c 40 60 89 3c 00 {END}"],
    "a named melody": [f"00 90 54 40 60 80 54 00 {END}", f"{MELODY} {NOTE} {END}"],
    "two names": [f"00 ff 03 01 41 {MELODY} {NOTE} {END}", f"00 90 54 40 60 80 54 00 {END}"],
    "an instrument name": [f"00 ff 04 06 4d 45 4c 4f 44 59 {NOTE} {END}", f"{NOTE * 3} {END}"],
    "never let go under others": [f"00 90 54 40 {NOTE * 9} {END}"],
    "the running status over a system message": [f"00 90 3c 40 10 fe 10 3c 00 {NOTE} {END}"],
    "an escape": [f"{NOTE} 00 f7 03 01 02 03 {NOTE} {END}"],
    "a meter of 2 to the 33": [f"00 ff 58 04 04 21 18 08 {NOTE * 9} {END}"],
    "a meter in the last bar": [f"{NOTE * 9} 00 ff 58 04 03 02 18 08 {NOTE} {END}"],
    "an illegal delta time": [f"{NOTE} 81 81 81 81 01 {NOTE} {END}"],
    "damage": [f"{NOTE} 00 f4", f"{NOTE} {END}"],
    "no end": [NOTE],
    "a note very late": [f"ff ff ff 7f {NOTE} {END}"],
    "nothing": [END],
}


@EVERY_CODEC
@pytest.mark.parametrize("name", FILES)
def test_files_of_every_kind_are_read_alike_or_refused(name: str, codec: str) -> None:
    """Notes held by finger and pedal, off the grid, in odd meters, on many channels, damaged."""
    data = smf(*FILES[name])
    with suppress(FastPathUnsupported):
        assert_same(fast_tracks(data, codec), full_reader_tracks(data, codec), codec)


def test_most_files_are_read_fast() -> None:
    """Only files with damaged events, or with ticks beyond 32 bits, are left to the full reader."""
    refused = set()
    for name, tracks in FILES.items():
        try:
            fast_tracks(smf(*tracks), "melody")
        except FastPathUnsupported:
            refused.add(name)
    assert refused == {
        *("half a meter", "damage", "no end", "nothing", "a note very late"),
        *("the running status over a system message", "an escape", "a meter of 2 to the 33"),
        "an illegal delta time",
    }


def test_files_of_other_kinds_are_refused() -> None:
    """One piece per track, times in seconds, no MIDI at all."""
    track = f"{NOTE} {END}"
    for data in (smf(track, kind=2), smf(track, division="e7 28"), b"", b"la la la"):
        with pytest.raises(FastPathUnsupported):
            fast_tracks(data, "melody")


@EVERY_CODEC
@given(phrase=phrases())
def test_any_phrase_is_read_alike(codec: str, phrase: Phrase) -> None:
    """In every meter, with silent parts, drums, and names in any script."""
    data = foreign(midi_bytes(phrase))
    with suppress(FastPathUnsupported):
        assert_same(fast_tracks(data, codec), full_reader_tracks(data, codec), codec)


def track_of(notes: list[tuple[int, int, int]], rest: int) -> str:
    """A track of (start, duration, pitch) in ticks, in hexadecimal, that ends after a rest."""
    events = [(start, bytes([0x90, pitch, 64])) for start, _, pitch in notes]
    events += [(start + length, bytes([0x80, pitch, 0])) for start, length, pitch in notes]
    events.sort(key=lambda timed: timed[0])
    body, now = b"", 0
    for tick, event in [*events, (max(tick for tick, _ in events) + rest, b"\xff\x2f\x00")]:
        delta, now = tick - now, tick
        body += bytes([delta >> 14 & 127 | 128, delta >> 7 & 127 | 128, delta & 127]) + event
    return body.hex()


played = st.lists(
    st.tuples(st.integers(0, 9000), st.integers(1, 900), st.integers(60, 72)),
    min_size=1,
    max_size=40,
    unique_by=lambda note: note[2],
)


@EVERY_CODEC
@given(tracks=st.lists(st.tuples(played, st.integers(0, 9000)), min_size=1, max_size=3))
def test_notes_at_any_tick_are_read_alike(
    codec: str, tracks: list[tuple[list[tuple[int, int, int]], int]]
) -> None:
    """Late, swung, faster than the grid, across a change of meter, with rests at both ends."""
    meters = f"00 ff 58 04 04 02 18 08 9e 00 ff 58 04 03 02 18 08 {END}"
    data = smf(meters, *(track_of(notes, rest) for notes, rest in tracks))
    with suppress(FastPathUnsupported):  # a rest may look like a change of program
        assert_same(fast_tracks(data, codec), full_reader_tracks(data, codec), codec)


@EVERY_CODEC
@given(body=st.binary(max_size=80))
def test_no_bytes_raise_another_error(codec: str, body: bytes) -> None:
    """Any bytes between two notes."""
    with suppress(FastPathUnsupported):
        fast_tracks(smf(f"{NOTE} 00 {body.hex()} {NOTE} {END}"), codec)
