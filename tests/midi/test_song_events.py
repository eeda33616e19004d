"""All events of a file, read and written."""

from __future__ import annotations

import io
from random import Random

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import MidiError
from musicvae.midi.reader import read_midi
from musicvae.midi.song_events import (
    free_channels,
    meta_data,
    meta_event,
    read_song,
    song_bytes,
    song_notes,
)
from musicvae.score.song import Song

from ..fuzz.midi_bytes import mutate
from . import smf
from .songs import song_file


@given(seed=st.integers(0, 99), kind=st.sampled_from([0, 1]))
def test_a_song_is_written_as_it_was_read(seed: int, kind: int) -> None:
    """Every event stands at its tick again; another reader finds the same messages."""
    data = song_file(seed, kind)
    written = song_bytes(read_song(data))
    assert read_song(written) == read_song(data)
    before, after = (mido.MidiFile(file=io.BytesIO(one)) for one in (data, written))
    assert [list(track) for track in after.tracks] == [list(track) for track in before.tracks]


@given(st.integers(0, 9_999))
def test_what_is_read_of_a_damaged_file_is_a_song(seed: int) -> None:
    """A file that `read_midi` reads is a song that it reads the same way."""
    data = mutate(Random(seed))
    try:
        phrases = read_midi(data)
    except MidiError:
        return
    song = read_song(data)
    written = song_bytes(song)
    assert read_song(written).tracks == song.tracks
    assert read_midi(written) == phrases


def test_silence_of_any_length_is_written() -> None:
    """A file has no word for more than 28 bits of ticks; all events come back at theirs."""
    track = ((5, b"\x90\x3c\x50"), (2**30, b"\x80\x3c\x00"), (2**33 + 1, b"\xff\x2f\x00"))
    (read,) = read_song(song_bytes(Song(1, 480, (track,)))).tracks
    assert [event for event in read if event[1] != b"\xff\x01\x00"] == [*track]


@pytest.mark.parametrize("system", [b"\xf1\x05", b"\xf2\x05\x06", b"\xf3\x01", b"\xf6", b"\xfa"])
def test_system_messages_stay(system: bytes) -> None:
    """Those that some recorders write are no damage."""
    line = smf.play([(0, 1, 60), (1, 1, 62)])
    data = smf.file([smf.body([*line, (240, system)])])
    (track,) = read_song(data).tracks
    assert (240, system) in track
    assert len(song_notes(track, [0])) == 2


def test_a_note_off_ends_the_first_note_of_its_key_that_sounds() -> None:
    """Velocity 0 ends a note too; one that is never let go has no end; channels are apart."""
    events = [
        (0, b"\x90\x3c\x50"),
        (10, b"\x90\x3c\x51"),
        (15, b"\x91\x3c\x52"),
        (20, b"\x90\x3c\x00"),
        (30, b"\x80\x3c\x00"),
    ]
    notes = song_notes(events, [0, 1])
    assert [(n.start, n.end, n.channel, n.velocity) for n in notes] == [
        (0, 20, 0, 0x50),
        (10, 30, 0, 0x51),
        (15, None, 1, 0x52),
    ]
    assert song_notes(events, [1])[0].off is None
    assert free_channels([events]) == [*range(2, 16)]


@given(st.binary(max_size=300), st.integers(0, 127))
def test_the_data_of_a_meta_event_is_found(data: bytes, kind: int) -> None:
    """Of its own type alone."""
    event = meta_event(kind, data)
    assert meta_data(event, kind) == data
    assert meta_data(event, kind ^ 1) is None
    assert meta_data(b"\x90\x3c\x50", kind) is None
