"""Parsing bytes to notes; each file is written out in hexadecimal."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.midi.channel_notes import TimedNote
from musicvae.midi.containers import NotMidi
from musicvae.midi.parser import parse


def smf(*tracks: str, kind: int = 1, division: str = "01 e0", declared: int | None = None) -> bytes:
    """A file of tracks in hexadecimal; `01 e0` is 480 ticks per quarter."""
    count = len(tracks) if declared is None else declared
    head = b"MThd" + bytes.fromhex(f"00000006 {kind:04x} {count:04x} {division}")
    bodies = [bytes.fromhex(track) for track in tracks]
    return head + b"".join(b"MTrk" + len(body).to_bytes(4) + body for body in bodies)


NOTE = "00 90 3c 40  83 60 80 3c 00"  # C4 for a quarter
END = "00 ff 2f 00"


def notes(data: bytes) -> list[TimedNote]:
    """All notes of the first piece."""
    (score, *_) = parse(data)
    return [note for track in score.tracks for note in track.notes]


def test_a_note_lasts_from_note_on_to_note_off() -> None:
    """Its ticks, pitch and velocity are read."""
    assert notes(smf(f"{NOTE} {END}")) == [TimedNote(0, 480, 60, 64)]


def test_running_status_and_note_on_with_velocity_zero() -> None:
    """A status byte holds for later messages; velocity 0 is a note-off."""
    assert notes(smf(f"00 90 3c 40  60 3c 00  00 40 40  60 40 00 {END}")) == [
        TimedNote(0, 96, 60, 64),
        TimedNote(96, 192, 64, 64),
    ]


def test_the_pedal_holds_notes_until_it_is_lifted() -> None:
    """Its key is released at 480, the pedal at 960."""
    pedal = f"00 b0 40 7f  {NOTE}  83 60 b0 40 00 {END}"
    assert notes(smf(pedal)) == [TimedNote(0, 960, 60, 64)]


def test_a_note_without_note_off_ends_with_its_track() -> None:
    """The track ends 480 ticks after its note-on."""
    assert notes(smf("00 90 3c 40  83 60 ff 2f 00")) == [TimedNote(0, 480, 60, 64)]


def test_overlapping_notes_of_one_pitch_end_in_their_order() -> None:
    """A note-off ends the earliest note; a note of no duration stays one."""
    twice = f"00 90 3c 40  60 90 3c 50  60 80 3c 00  60 80 3c 00  00 90 3e 40  00 80 3e 00 {END}"
    assert notes(smf(twice)) == [
        TimedNote(0, 192, 60, 64),
        TimedNote(96, 288, 60, 80),
        TimedNote(288, 288, 62, 64),
    ]


def test_under_a_held_pedal_a_note_lasts_until_the_next() -> None:
    """Quarters under a held pedal do not pile up to a chord."""
    down, up = "00 b0 40 7f", "00 b0 40 00"
    line = " ".join(f"00 90 {pitch} 40  78 80 {pitch} 00  83 48 b0 01 00" for pitch in ("48", "45"))
    line_notes = notes(smf(f"{down} {line} {up} {END}"))
    assert [(note.start, note.end) for note in line_notes] == [(0, 576), (576, 1152)]


def test_all_notes_off_ends_what_sounds() -> None:
    """The note ends there and not at the end of the track."""
    assert notes(smf("00 90 3c 40  60 b0 7b 00  87 00 ff 2f 00")) == [TimedNote(0, 96, 60, 64)]


def test_the_last_program_before_the_first_note_counts() -> None:
    """Many files reset the program to the piano first."""
    (score,) = parse(smf(f"00 c0 00  00 c0 28  {NOTE}  00 c0 05 {END}"))
    assert score.tracks[0].program == 40


def test_channels_of_a_type_0_file_become_tracks() -> None:
    """Two channels in one track of the file give two tracks, each with its program."""
    track = f"00 c0 05  00 c1 29  {NOTE}  00 91 40 40  60 81 40 00 {END}"
    (score,) = parse(smf(track, kind=0))
    assert [(t.channel, t.program, len(t.notes)) for t in score.tracks] == [(0, 5, 1), (1, 41, 1)]


def test_each_track_of_type_2_is_a_piece_of_its_own() -> None:
    """Each piece has its own tempos."""
    slow = f"00 ff 51 03 0f 42 40 {NOTE} {END}"
    scores = parse(smf(slow, f"{NOTE} {END}", kind=2))
    assert [score.tempos for score in scores] == [[(0, 1_000_000)], []]


def test_a_file_timed_in_seconds_gets_its_quarters_from_bpm() -> None:
    """25 frames of 40 ticks are milliseconds: one second is two quarters at 120, one at 60."""
    track = f"00 90 3c 40  87 68 80 3c 00 {END}"  # 1000 ticks
    for bpm, quarters in ((120, 2), (60, 1)):
        (score,) = parse(smf(track, division="e7 28"), bpm=bpm)
        assert score.tracks[0].notes[0].end == quarters * score.resolution
        assert score.tempos == [(0, 60_000_000 // bpm)]


def test_a_file_timed_in_seconds_says_so() -> None:
    """The notice names the tempo that it was read at."""
    (score,) = parse(smf(f"{NOTE} {END}", division="e7 28"), bpm=100)
    assert score.notices == [
        "it is timed in seconds, not in beats, and was read at 100 quarters a minute"
    ]


@pytest.mark.parametrize("division", ["80 00", "96 00", "e7 00", "ff ff", "c0 04"])
@pytest.mark.parametrize("is_real", [True, False])
def test_a_division_that_is_no_rate_counts_ticks(division: str, is_real: bool) -> None:
    """If its notes would then be too short for music, there are 480 ticks in a quarter."""
    ticks = int.from_bytes(bytes.fromhex(division)) if is_real else 480
    delta = bytes([ticks >> 14 | 128, ticks >> 7 & 127 | 128, ticks & 127]).hex()
    (score,) = parse(smf(f"{f'00 90 3c 40 {delta} 80 3c 00 ' * 4} {END}", division=division))
    assert score.resolution == ticks
    assert [note.start for note in score.tracks[0].notes] == [ticks * i for i in range(4)]
    assert f"read as {ticks:,} ticks a quarter" in score.notices[0]


def test_a_division_of_zero_is_480() -> None:
    """It is said, too."""
    (score,) = parse(smf(f"{NOTE} {END}", division="00 00"))
    assert score.resolution == 480
    assert score.notices == ["the ticks per quarter are missing; 480 were assumed"]


@pytest.mark.parametrize(
    "message", ["f1 05", "f2 05 06", "f3 05", "f6", "f8", "fa", "fb", "fc", "fe"]
)
def test_system_messages_in_a_track_are_skipped(message: str) -> None:
    """Recorders write them, though files should have none; a running status holds over them."""
    assert notes(smf(f"00 90 3c 40 10 {message} 10 3c 00 {END}")) == [TimedNote(0, 32, 60, 64)]


@pytest.mark.parametrize(
    "odd",
    [
        "00 ff 59 02 0b 05",  # a key of eleven sharps
        "60 ff 60 01 00",  # an unknown meta event; its delta time counts
        "00 f0 03 7e 7f f7",  # system exclusive
        "00 f0 00",  # an empty one
        "00 f7 00",
        "00 80 3d 40",  # the end of a note that never began
        "00 ff 58 01 04",  # half a time signature
        "00 ff 51 03 00 00 00",  # a tempo of zero
    ],
)
def test_odd_events_are_skipped(odd: str) -> None:
    """The note after them is read at the right time."""
    delay = int(odd[:2], 16)
    assert notes(smf(f"{odd} {NOTE} {END}")) == [TimedNote(delay, delay + 480, 60, 64)]


def test_a_damaged_track_is_read_up_to_the_damage() -> None:
    """Truncated events and unknown statuses end the track; the next track is read."""
    for damage in ("00 90", "00 f4", "81"):
        assert notes(smf(f"{NOTE} {damage}", f"{NOTE} {END}")) == [TimedNote(0, 480, 60, 64)] * 2


def test_the_number_of_tracks_in_the_header_is_ignored() -> None:
    """65,535 tracks are declared for one; chunks of other types are skipped."""
    assert len(notes(smf(f"{NOTE} {END}", declared=0xFFFF))) == 1
    data = smf(f"{NOTE} {END}")
    alien = data[:14] + b"XFIH\x00\x00\x00\x02ab" + data[14:]
    assert len(notes(alien)) == 1


def test_a_riff_wrapper_is_skipped() -> None:
    """`.rmi` files are MIDI files inside a RIFF file."""
    data = smf(f"{NOTE} {END}")
    riff = (
        b"RIFF"
        + (len(data) + 12).to_bytes(4, "little")
        + b"RMIDdata"
        + len(data).to_bytes(4, "little")
    )
    assert notes(riff + data) == notes(data)


def test_names_are_read_in_utf_8_or_latin_1() -> None:
    """Both encodings of Flöte are decoded."""
    for name in ("Flöte".encode(), "Flöte".encode("latin-1")):
        (score,) = parse(smf(f"00 ff 03 {len(name):02x} {name.hex()} {NOTE} {END}"))
        assert score.tracks[0].name == "Flöte"


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_not_midi(body: bytes) -> None:
    """Any bytes in a track parse; any bytes after the magic parse or raise NotMidi."""
    assert len(parse(smf(body.hex()))) == 1
    with suppress(NotMidi):
        parse(b"MThd" + body)


def test_an_empty_system_exclusive_message_is_skipped() -> None:
    """Both of its statuses are."""
    for status in ("f0", "f7"):
        assert notes(smf(f"00 {status} 00 {NOTE} {END}")) == [TimedNote(0, 480, 60, 64)]
