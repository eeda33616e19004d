"""Notes that never end do not cover the others; drones stay; both readers agree."""

from __future__ import annotations

import pytest

from musicvae.midi.channel_notes import TimedNote
from musicvae.midi.parser import parse
from musicvae.midi.reader import read_midi

from .test_parser import END, NOTE, smf
from .test_parts import Note, parts_of, track_of

TUNE: list[Note] = [(480 * i, 480, 60 + i % 8, 0) for i in range(32)]


def length_in(data: bytes, pitch: int) -> int:
    """Length in steps of the only note of a pitch."""
    return next(n.duration for part in parts_of(data) for n in part.notes if n.pitch == pitch)


@pytest.mark.parametrize("pitch", [40, 96])
def test_a_note_without_end_ends_at_the_next_onset(pitch: int) -> None:
    """A notice says how many notes, and their pitch."""
    data = smf(f"00 90 {pitch:02x} 40 {track_of(TUNE)}")
    (phrase,) = read_midi(data)
    assert length_in(data, pitch) == 4
    name = {40: "E2", 96: "C7"}[pitch]
    assert phrase.notices == (
        f"1 note ({name}) was ended at the next onset, for lack of a note-off",
    )


def test_at_the_end_of_a_track_notes_without_end_last_to_its_end() -> None:
    """Nothing is lost, so there is no notice."""
    (score,) = parse(smf(f"{NOTE} 00 90 40 40 00 43 40 83 60 ff 2f 00"))
    assert [n.end for n in score.tracks[0].notes] == [480, 960, 960]
    assert score.notices == []


def test_a_pitch_struck_twice_and_let_go_once_ends_there() -> None:
    """The first note ends by the second, and that one at the note-off."""
    (score,) = parse(smf(f"00 90 3c 40 60 3c 50 60 80 3c 00 87 40 90 40 40 60 40 00 {END}"))
    assert score.tracks[0].notes[:2] == [TimedNote(0, 192, 60, 64), TimedNote(96, 192, 60, 80)]
    assert score.notices == []


@pytest.mark.parametrize("times", [2, 3])
def test_a_pitch_struck_often_and_never_let_go_is_read_alike(times: int) -> None:
    """The fast path leaves it to the full reader, or agrees."""
    struck = "83 60 90 3c 40 " * times
    (part,) = parts_of(smf(f"{struck} 83 60 90 43 40 83 60 43 00 {END}"))
    assert [note.duration for note in part.notes] == [4] * (times + 1)


@pytest.mark.parametrize(
    ("pitch", "quarters", "is_stuck"),
    [
        (96, 32, True),
        (96, 26, True),
        (40, 32, False),  # a drone
        (64, 32, False),  # among the notes of the tune
        (96, 15, False),
    ],
)
def test_a_very_long_note_above_dozens_of_others_is_stuck(
    pitch: int, quarters: float, is_stuck: bool
) -> None:
    """Although it has a note-off; a lower one may be a drone or a pedal point and stays."""
    tune = [note for note in TUNE if note[2] != pitch]
    data = smf(track_of([(0, round(480 * quarters), pitch, 0), *tune]))
    assert length_in(data, pitch) == (4 if is_stuck else round(4 * quarters))
    assert any("it is stuck" in notice for notice in read_midi(data)[0].notices) == is_stuck


def test_many_long_notes_are_meant() -> None:
    """A part of an organ that holds nine chords of seventeen quarters."""
    held = [(480 * 17 * i, 480 * 17, 84 + i, 0) for i in range(9)]
    low = [(240 * i, 240, 60 + i % 8, 0) for i in range(300)]
    assert read_midi(smf(track_of([*held, *low])))[0].notices == ()
