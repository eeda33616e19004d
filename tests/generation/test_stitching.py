"""Window boundaries: tied notes are found and restored, and overlaps are merged."""

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
    """A melody in 4/4."""
    return Phrase(Meter(), bars, parts=(Part(notes),))


def test_a_note_across_a_bar_line_is_found() -> None:
    """A note that ends or begins at the bar line is not tied."""
    phrase = tune(Note(0, 16, 60), Note(12, 8, 64), Note(16, 4, 67))
    assert find_tied_notes(phrase, [0, 16]) == (TiedNote(0, 16, 64, 20),)


@given(st.integers(0, 99), st.sampled_from(["melody", "leadsheet", "roll", "trio"]))
@settings(deadline=None)
def test_windows_cut_joined_and_tied_are_the_whole_again(seed: int, name: str) -> None:
    """For several codecs and meters."""
    codec = CODECS[name]
    meter = METERS[seed % len(METERS)]
    piece = little_piece(name, meter, seed, bars=6)
    whole = codec.decode(codec.encode(piece), meter)
    cuts = split_windows(whole)
    boundaries = np.cumsum([cut.steps for cut in cuts])[:-1]
    joined = join_phrases([codec.decode(codec.encode(cut), meter) for cut in cuts])
    assert tie_notes(joined, find_tied_notes(whole, boundaries.tolist()), codec) == replace(
        whole, bars=joined.bars
    )


def test_a_tie_ends_where_another_note_begins_and_needs_the_same_pitch() -> None:
    """A note of another pitch, or of a part that does not exist, is left alone."""
    cut = tune(Note(8, 8, 60), Note(20, 4, 64))
    assert tie_notes(cut, [TiedNote(0, 16, 60, 24)], MELODY).parts[0].notes[0] == Note(8, 12, 60)
    assert tie_notes(cut, [TiedNote(0, 16, 61, 24)], MELODY) == cut
    assert tie_notes(cut, [TiedNote(3, 16, 60, 24)], MELODY) == cut


def test_overlapping_windows_are_joined_where_they_agree() -> None:
    """Here at the second of three shared bar lines; the notes there are kept."""
    meter = Meter()
    left = tune(Note(0, 16, 60), Note(16, 16, 62), Note(32, 32, 64), bars=4)
    right = tune(Note(0, 16, 62), Note(16, 16, 64), Note(32, 16, 65), Note(48, 16, 67), bars=4)
    codes = [MELODY.encode(left), MELODY.encode(right)]
    whole = stitch_windows([(0, codes[0]), (1, codes[1])], MELODY, meter)
    assert whole.bars == 5
    assert [note.pitch for note in whole.parts[0].notes] == [60, 62, 64, 65, 67]


@given(st.integers(0, 99), st.integers(0, 3))
def test_stitched_windows_end_with_the_last_one(seed: int, shared: int) -> None:
    """Without an overlap they are simply joined."""
    meter = METERS[seed % len(METERS)]
    pieces = [MELODY.encode(little_piece("melody", meter, seed + i, bars=4)) for i in range(2)]
    bars = len(pieces[0]) // meter.steps_per_bar
    whole = stitch_windows([(0, pieces[0]), (bars - shared, pieces[1])], MELODY, meter)
    assert whole.bars == 2 * bars - shared
    if not shared:
        assert whole == join_phrases([MELODY.decode(piece, meter) for piece in pieces])
