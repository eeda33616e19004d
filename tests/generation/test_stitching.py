"""Where windows meet: what is held over, what is tied, and where one goes over into another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.codecs import CODECS
from musicvae.generation.stitching import TiedNote, find_tied_notes, stitch_windows, tie_notes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.windows import join_phrases, split_windows
from musicvae.theory.meter import Meter

from ..miniatures import little_piece
from ..strategies import METERS

MELODY = CODECS["melody"]


def tune(*notes: Note, bars: int = 2) -> Phrase:
    """In 4/4."""
    return Phrase(Meter(), bars, parts=(Part(notes),))


def test_a_note_over_a_bar_line_is_found() -> None:
    """What ends there or begins there is not held over it."""
    phrase = tune(Note(0, 16, 60), Note(12, 8, 64), Note(16, 4, 67))
    assert find_tied_notes(phrase, [0, 16]) == (TiedNote(0, 16, 64, 20),)


@given(st.integers(0, 99), st.sampled_from(["melody", "leadsheet", "roll", "trio"]))
@settings(deadline=None)
def test_windows_that_are_tied_are_the_music_they_were_cut_from(seed: int, name: str) -> None:
    """Any codec: cut, joined and tied is the whole again."""
    codec = CODECS[name]
    meter = METERS[seed % len(METERS)]
    piece = little_piece(name, meter, seed, bars=6)
    whole = codec.decode(codec.encode(piece), meter)
    cuts = split_windows(whole)
    seams = np.cumsum([cut.steps for cut in cuts])[:-1]
    back = join_phrases([codec.decode(codec.encode(cut), meter) for cut in cuts])
    assert tie_notes(back, find_tied_notes(whole, seams.tolist()), codec) == replace(
        whole, bars=back.bars
    )


def test_a_tie_ends_where_another_note_begins_and_needs_the_same_pitch() -> None:
    """Of one voice; a note of another pitch is left alone."""
    broken = tune(Note(8, 8, 60), Note(20, 4, 64))
    assert tie_notes(broken, [TiedNote(0, 16, 60, 24)], MELODY).parts[0].notes[0] == Note(8, 12, 60)
    assert tie_notes(broken, [TiedNote(0, 16, 61, 24)], MELODY) == broken
    assert tie_notes(broken, [TiedNote(3, 16, 60, 24)], MELODY) == broken


def test_two_windows_that_overlap_go_over_where_they_agree() -> None:
    """Here around the second of three bar lines; the notes there go on."""
    meter = Meter()
    one = tune(Note(0, 16, 60), Note(16, 16, 62), Note(32, 32, 64), bars=4)
    other = tune(Note(0, 16, 62), Note(16, 16, 64), Note(32, 16, 65), Note(48, 16, 67), bars=4)
    codes = [MELODY.encode(one), MELODY.encode(other)]
    both = stitch_windows([(0, codes[0]), (1, codes[1])], MELODY, meter)
    assert both.bars == 5
    assert [note.pitch for note in both.parts[0].notes] == [60, 62, 64, 65, 67]


@given(st.integers(0, 99), st.integers(0, 3))
def test_laid_windows_are_as_long_as_they_reach(seed: int, shared: int) -> None:
    """Without an overlap it is a join."""
    meter = METERS[seed % len(METERS)]
    pieces = [MELODY.encode(little_piece("melody", meter, seed + i, bars=4)) for i in range(2)]
    bars = len(pieces[0]) // meter.steps_per_bar
    whole = stitch_windows([(0, pieces[0]), (bars - shared, pieces[1])], MELODY, meter)
    assert whole.bars == 2 * bars - shared
    if not shared:
        assert whole == join_phrases([MELODY.decode(piece, meter) for piece in pieces])
