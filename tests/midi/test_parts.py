"""Which notes of a file are one part, and which parts are drums; both readers agree."""

from __future__ import annotations

from contextlib import suppress

import pytest

from musicvae.corpus.fast_reader import fast_tracks
from musicvae.midi.array_parts import FastPathUnsupported
from musicvae.midi.parser import parse
from musicvae.midi.reader import read_midi
from musicvae.midi.yamaha_xf import read_chord
from musicvae.score.phrase import Part
from musicvae.theory.chords import Chord

from ..corpus.test_fast_reader import assert_same, full_reader_tracks
from .test_parser import END, NOTE, smf

Note = tuple[int, int, int, int]
"""Start and length in ticks of 1/480 quarter, pitch, channel."""


def track_of(notes: list[Note], programs: dict[int, int] | None = None, name: str = "") -> str:
    """A track in hexadecimal, with a program for each channel in `programs`."""
    events = [(0, bytes([0xC0 | channel, p])) for channel, p in (programs or {}).items()]
    for start, length, pitch, channel in notes:
        events.append((start, bytes([0x90 | channel, pitch, 64])))
        events.append((start + length, bytes([0x80 | channel, pitch, 0])))
    encoded = name.encode()
    body, now = b"\0\xff\x03" + bytes([len(encoded)]) + encoded, 0
    for tick, event in sorted(events, key=lambda timed: (timed[0], timed[1][0] & 0xF0 == 0x90)):
        delta, now = tick - now, tick
        body += bytes([delta >> 14 & 127 | 128, delta >> 7 & 127 | 128, delta & 127]) + event
    return f"{body.hex()} {END}"


def parts_of(data: bytes) -> list[Part]:
    """The parts of a file; the fast path must not read other notes."""
    for codec in ("melody", "roll"):
        with suppress(FastPathUnsupported):
            assert_same(fast_tracks(data, codec), full_reader_tracks(data, codec), codec)
    return list(read_midi(data)[0].parts)


def line(channels: list[int], low: int = 60) -> list[Note]:
    """Sixteen eighths that go round the channels."""
    return [(240 * i, 240, low + i % 7, channels[i % len(channels)]) for i in range(16)]


STRINGS = list(range(6))
MPE = [channel for channel in range(1, 16) if channel != 9]


@pytest.mark.parametrize(
    ("kind", "channels", "programs", "sizes"),
    [
        (1, STRINGS, dict.fromkeys(STRINGS, 25), [16]),  # a guitar with a channel for each string
        (0, STRINGS, dict.fromkeys(STRINGS, 25), [16]),
        (1, MPE, {}, [16]),
        (1, MPE, {0: 81}, [16]),  # the program is on the first channel, which is silent
        (0, MPE, {}, [16]),
        (1, [0, 1], {0: 81}, [16]),  # a second channel for an effect
        (1, [0, 1], {0: 73, 1: 32}, [8, 8]),
        (0, [0, 1, 2], {0: 73, 1: 32, 2: 73}, [6, 5, 5]),
        (1, [0, 1, 2], {0: 73, 1: 32, 2: 73}, [11, 5]),
        (1, [0, 9], {}, [8, 8]),
    ],
)
def test_channels_that_share_a_program_are_one_part(
    kind: int, channels: list[int], programs: dict[int, int], sizes: list[int]
) -> None:
    """In type 0 only if all do; drums stay apart."""
    parts = parts_of(smf(track_of(line(channels), programs, "Guitar"), kind=kind))
    assert [len(part.notes) for part in parts] == sizes
    assert parts[0].program == next(iter(programs.values()), 0)
    assert {part.name for part in parts} == {"Guitar"}


BEAT: list[Note] = [(240 * i, 120, 42, 0) for i in range(32)]
BEAT += [(960 * i, 120, 36, 0) for i in range(8)] + [(960 * i + 480, 120, 38, 0) for i in range(8)]
BASS: list[Note] = [(240 * i, 240, (35, 36, 38, 40, 42, 43)[i % 6], 0) for i in range(32)]
FIFTHS: list[Note] = [(240 * i, 200, low + add, 0) for i, low in enumerate((35, 37, 39, 35) * 8)
                      for add in (0, 7)]  # fmt: skip
CONGAS: list[Note] = [(240 * i, 100, 62 + i % 3, 0) for i in range(32)]


@pytest.mark.parametrize(
    ("name", "program", "notes", "is_drum"),
    [
        *((name, 0, BEAT, True) for name in ("Drums", "Drum Rack", "Batterie", "Schlagzeug")),
        *((name, 0, BEAT, True) for name in ("drum kit 1", "ドラムス", "Bass Drum", "Perc")),
        *((name, 0, BEAT, True) for name in ("", "Track 3", "MIDI 01")),
        ("Percussion", 0, CONGAS, True),
        ("Drums", 24, BEAT, True),
        ("Steel Drums", 0, line([0]), False),
        ("Drums", 114, line([0]), False),
        ("Drums of War", 0, line([0]), False),
        ("Kitchen", 0, BEAT, False),
        ("Drum and Bass", 38, BASS, False),
        ("Lead", 0, BEAT, False),
        ("", 38, BEAT, False),
        *(("", 0, notes, False) for notes in (line([0]), line([0], 36), BASS, FIFTHS, CONGAS)),
    ],
)
def test_drums_on_another_channel_are_found(
    name: str, program: int, notes: list[Note], is_drum: bool
) -> None:
    """By name, or without name and program by strokes; bass lines and power chords are none."""
    data = smf(track_of(notes, {0: program} if program else {}, name))
    assert [part.is_drum for part in parts_of(data)] == [is_drum]
    is_guess = is_drum and name in ("", "Track 3", "MIDI 01")
    assert len(read_midi(data)[0].notices) == is_guess


def test_a_song_called_drums_is_not_all_drums() -> None:
    """The name of a track with several players is no player's."""
    song = track_of(BEAT + [(s, n, p, 1) for s, n, p, _ in BASS], {0: 1, 1: 33}, "Drums")
    assert [part.is_drum for part in parts_of(smf(song, kind=0))] == [False, False]


def test_a_track_without_name_has_that_of_its_instrument() -> None:
    """A name of the track comes first, wherever it stands."""
    instrument, name = "00 ff 04 02 41 42", "00 ff 03 01 43"
    tracks = [f"{instrument} {NOTE} {END}", f"{instrument} {name} {NOTE} {END}"]
    assert [part.name for part in parts_of(smf(*tracks))] == ["AB", "C"]


def test_chords_of_yamaha_xf_are_read() -> None:
    """C, A minor, F sharp seventh, B flat major seventh, and no chord."""
    events: dict[str, Chord | None] = {
        "31 00": Chord(0),
        "36 08": Chord(9, "min"),
        "44 13": Chord(6, "7"),
    }
    events |= {"27 02": Chord(10, "maj7"), "31 22": None}
    body = "".join(f"60 ff 7f 07 43 7b 01 {chord} 7f 7f" for chord in events)
    (score,) = parse(smf(f"{body} 60 ff 7f 05 43 7b 01 3f 00 {END}", f"{NOTE} {END}"))
    assert score.chords == [(96 * (i + 1), chord) for i, chord in enumerate(events.values())]
    for odd in ("437b01", "437b0131", "437b013123", "437b01ff00"):
        with pytest.raises(ValueError, match=r"incomplete|no such"):
            read_chord(bytes.fromhex(odd))
