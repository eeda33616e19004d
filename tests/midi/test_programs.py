"""Program changes inside a part come back where they were."""

from __future__ import annotations

from dataclasses import replace

import pytest

from musicvae.errors import RequestError
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.performance.transfer import transfer_performance
from musicvae.score.phrase import Note, Part, Phrase, program_map
from musicvae.score.windows import cut_phrase, join_phrases, split_windows

from .test_parser import END, NOTE, smf

FLUTE, VIOLIN, OBOE = 73, 40, 68
PART = Part(
    tuple(Note(4 * i, 4, 60 + i) for i in range(16)),
    FLUTE,
    program_changes=((16, VIOLIN), (40, OBOE)),
)
PHRASE = Phrase(bars=4, parts=(PART,))


def test_program_changes_of_foreign_files_are_read() -> None:
    """The last program before the first note is the part's; later ones are changes."""
    track = f"00 c0 00 00 c0 {FLUTE:02x} {NOTE * 4} 00 c0 {VIOLIN:02x} {NOTE * 4} {END}"
    (phrase,) = read_midi(smf(track))
    assert phrase.parts[0].program == FLUTE
    assert phrase.parts[0].program_changes == ((16, VIOLIN),)
    assert (
        read_midi(midi_bytes(phrase).replace(b"musicvae:", b"somebody:"))[0].parts == phrase.parts
    )


def test_a_section_begins_with_the_program_that_sounds() -> None:
    """The program of the part before a change of meter holds after it."""
    track = f"00 c0 {FLUTE:02x} {NOTE * 3} 00 c0 {VIOLIN:02x} {NOTE} 00 ff 58 04 03 02 18 08"
    _, second = read_midi(smf(f"{track} {NOTE * 3} {END}"))
    assert (second.parts[0].program, second.parts[0].program_changes) == (VIOLIN, ())


def test_windows_keep_programs_and_join_to_the_same_part() -> None:
    """Each window begins with the program that sounds there."""
    windows = split_windows(PHRASE, 1)
    assert [window.parts[0].program for window in windows] == [FLUTE, VIOLIN, VIOLIN, OBOE]
    assert windows[2].parts[0].program_changes == ((8, OBOE),)
    assert join_phrases(windows) == PHRASE
    assert cut_phrase(PHRASE, 0, 64) == PHRASE


def test_new_notes_played_like_a_part_have_its_programs() -> None:
    """At the same steps."""
    bare = replace(PHRASE, parts=(replace(PART, program=0, program_changes=()),))
    assert transfer_performance(bare, PHRASE).parts[0].program_changes == PART.program_changes


def test_programs_do_not_change_the_fingerprint() -> None:
    """Clips of earlier versions have none."""
    bare = replace(PHRASE, parts=(replace(PART, program_changes=()),))
    assert bare.fingerprint == PHRASE.fingerprint
    assert bare != PHRASE


def test_programs_out_of_place_are_refused() -> None:
    """Before step 1, after the phrase, or outside General MIDI."""
    for step in (0, -4):
        with pytest.raises(ValueError, match="step 1 or later"):
            Part(program_changes=((step, 5),))
    with pytest.raises(ValueError, match="inside the phrase"):
        Phrase(bars=1, parts=(Part(program_changes=((16, 5),)),))
    with pytest.raises(RequestError, match="0 to 127, not 128"):
        Part(program_changes=((4, 128),))


def test_program_map_drops_repeats_and_what_is_outside() -> None:
    """The last one at or before step 0 counts there; the last of one step counts."""
    changes = [(-4, 5), (0, 6), (8, 6), (8, 7), (12, 7), (16, 8)]
    assert program_map(0, changes, 16) == (6, ((8, 7),))
