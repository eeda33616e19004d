"""Windows cut side by side: those that are cut and encoded one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given

from musicvae.music.bulk import Line, line_of
from musicvae.music.codecs import CODECS
from musicvae.music.notes import Note, Part, Phrase, without_overlaps
from musicvae.music.position import window_steps
from musicvae.music.slices import cut_line, unfit, window_keys
from musicvae.music.units import Meter
from musicvae.music.voices import voice
from musicvae.music.windows import windows

from ..strategies import phrases

EVERY_CODEC = pytest.mark.parametrize("codec", CODECS)


def teaches(window: Phrase) -> bool:
    """Three notes, and no silence of more than a bar between what is struck and the next."""
    notes = window.parts[0].notes
    edges = [0, *(note.end for note in notes)]
    starts = [*(note.start for note in notes), window.steps]
    rests = [start - end for start, end in zip(starts, edges, strict=True)]
    return len(notes) >= 3 and max(rests) <= window.meter.bar


@EVERY_CODEC
@given(phrase=phrases(max_parts=1))
def test_windows_are_those_of_the_phrase(codec: str, phrase: Phrase) -> None:
    """Codes and keys, in order; each that is left out has one reason."""
    assume(not phrase.is_silent)
    pitched = replace(phrase.parts[0], is_drum=False)
    phrase = voice(replace(phrase, parts=(pitched,)), codec)
    all_windows = windows(phrase, hop=1)
    expected = [CODECS[codec].encode(window) for window in all_windows if teaches(window)]
    cuts = list(cut_line(line_of(phrase), codec))
    found = [codes for cut in cuts for codes in cut.codes]
    assert len(found) == len(expected)
    assert all(np.array_equal(one, other) for one, other in zip(found, expected, strict=True))
    left = sum(cut.dropped.total() for cut in cuts)
    assert left == len(all_windows) - len(found)
    keys = [key for cut in cuts for key in cut.keys]
    assert keys == [window_keys(one[None], phrase.meter)[0] for one in expected]


def test_a_note_that_began_before_a_window_is_not_in_it() -> None:
    """Nor is its end; the window begins with a rest."""
    notes = [Note(8, 12, 60), *(Note(20 + 2 * i, 2, 64 + i) for i in range(14))]
    line = line_of(Phrase(bars=3, parts=(Part(tuple(notes)),)))
    (cut,) = cut_line(line, "melody")
    assert cut.codes[1, :4].tolist() == [89] * 4
    (cut,) = cut_line(line, "roll")
    assert not cut.codes[1, :4].any()


@EVERY_CODEC
def test_a_key_is_the_same_in_any_key_and_differs_between_meters(codec: str) -> None:
    """Transposition leaves it, 3/4 against 6/8 does not."""
    notes = tuple(Note(2 * i, 2, 60 + i * 5 % 7) for i in range(12))
    codes = CODECS[codec].encode(Phrase(Meter(3, 4), 2, parts=(Part(without_overlaps(notes)),)))
    moved = CODECS[codec].transpose(codes, 5)
    assert not np.array_equal(codes, moved)
    assert window_keys(codes[None], Meter(3, 4)) == window_keys(moved[None], Meter(3, 4))
    assert window_keys(codes[None], Meter(3, 4)) != window_keys(codes[None], Meter(6, 8))


def test_a_window_that_teaches_nothing_says_why() -> None:
    """Too few notes; too long a rest at its start, middle or end."""

    def reasons(*notes: Note) -> tuple[bool, bool]:
        line = line_of(Phrase(bars=2, parts=(Part(notes),)))
        few, silent = unfit(line, np.array([0]), window_steps(line.meter))
        return bool(few[0]), bool(silent[0])

    assert reasons(Note(0, 16, 60), Note(16, 16, 60))[0]
    assert reasons(*(Note(17 + 2 * i, 2, 60) for i in range(4))) == (False, True)
    assert reasons(*(Note(2 * i, 2, 60) for i in range(4))) == (False, True)
    assert reasons(Note(0, 1, 60), Note(1, 1, 60), Note(20, 8, 60)) == (False, True)
    assert reasons(*(Note(4 * i, 4, 60) for i in range(8))) == (False, False)


def test_a_long_line_is_cut_in_several_times() -> None:
    """All its windows are there."""
    starts = np.arange(0, 16 * 600, 4)
    line = Line(Meter(), 600, starts, starts + 4, np.full_like(starts, 60))
    assert [len(cut.codes) for cut in cut_line(line, "melody")] == [256, 256, 87]
