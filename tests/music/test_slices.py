"""Windows cut side by side: those that are cut and encoded one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from musicvae.errors import RequestError
from musicvae.music.bulk import Line, line_of
from musicvae.music.codecs import CODECS, Codes
from musicvae.music.notes import Note, Part, Phrase
from musicvae.music.slices import cut_line, tune_keys, unfit, window_keys
from musicvae.music.units import Meter
from musicvae.music.voices import voice
from musicvae.music.windows import windows

from ..miniatures import little_band
from ..strategies import phrases

EVERY_CODEC = pytest.mark.parametrize("codec", CODECS)
MELODY, ROLL, TRIO = (CODECS[name] for name in ("melody", "roll", "trio"))


def teaches(window: Phrase, bars: int) -> bool:
    """Notes enough, no long silence between what is struck and the next, and all parts play."""
    notes = sorted(note for part in window.parts for note in part.notes)
    edges = [0, *(note.end for note in notes)]
    starts = [*(note.start for note in notes), window.steps]
    rests = [start - end for start, end in zip(starts, edges, strict=True)]
    rest = max(window.meter.bar, window.steps // 4)
    playing = all(part.notes for part in window.parts)
    return playing and len(notes) >= 3 * bars // 2 and max(rests) <= rest


def assert_cut(phrase: Phrase, name: str, bars: int, hop: int) -> int:
    """Codes and keys as of the windows one by one; each that is left out has one reason."""
    codec = CODECS[name]
    all_windows = windows(phrase, bars, hop)
    expected = [codec.encode(window) for window in all_windows if teaches(window, bars)]
    cuts = list(cut_line(line_of(phrase, codec), codec, bars))
    found = [codes for cut in cuts for codes in cut.codes]
    assert len(found) == len(expected)
    assert all(np.array_equal(one, other) for one, other in zip(found, expected, strict=True))
    left = sum(cut.dropped.total() for cut in cuts)
    assert left == len(all_windows) - len(found)
    keys = [key for cut in cuts for key in cut.keys]
    assert keys == [window_keys(one[None], phrase.meter, codec)[0] for one in expected]
    tunes = [tune for cut in cuts for tune in cut.tunes]
    assert tunes == [tune_keys(one[None], codec)[0] for one in expected]
    return len(found)


@EVERY_CODEC
@given(phrase=phrases())
def test_windows_are_those_of_the_phrase(codec: str, phrase: Phrase) -> None:
    """In order, one on each bar line; whatever the phrase is."""
    try:
        read = voice(phrase, codec)
    except RequestError:
        reject()
    assert_cut(read, codec, 2, hop=1)


@EVERY_CODEC
@given(st.sampled_from([Meter(4, 4), Meter(2, 4), Meter(6, 8)]), st.integers(0, 99))
@settings(max_examples=5, deadline=None)
def test_long_windows_begin_at_each_fourth_part_of_their_length(
    codec: str, meter: Meter, seed: int
) -> None:
    """Those of four bars on every bar line, of sixteen on every fourth; in 2/4 twice as many."""
    phrase = voice(little_band(meter, seed, 20), codec)
    twice = 2 if meter == Meter(2, 4) else 1
    assert phrase.bars == 20 * twice
    assert assert_cut(phrase, codec, 4, hop=twice) == 17
    assert assert_cut(phrase, codec, 16, hop=4 * twice) == 2


def test_a_note_that_began_before_a_window_is_not_in_it() -> None:
    """Nor is its end; the window begins with a rest."""
    notes = [Note(8, 12, 60), *(Note(20 + 2 * i, 2, 64 + i) for i in range(14))]
    phrase = Phrase(bars=3, parts=(Part(tuple(notes)),))
    (cut,) = cut_line(line_of(phrase, MELODY), MELODY)
    assert cut.codes[1, :4].tolist() == [89] * 4
    (cut,) = cut_line(line_of(phrase, ROLL), ROLL)
    assert not cut.codes[1, :4].any()


@EVERY_CODEC
def test_a_key_is_the_same_in_any_key_and_differs_between_meters(codec: str) -> None:
    """Transposition leaves it, 3/4 against 6/8 does not; drums have no key."""
    own = CODECS[codec]
    codes = own.encode(voice(little_band(Meter(3, 4), 1), codec))[None]
    moved = own.transpose(codes[0], 5)[None]
    assert np.array_equal(codes, moved) == (codec == "drums")
    assert window_keys(codes, Meter(3, 4), own) == window_keys(moved, Meter(3, 4), own)
    assert window_keys(codes, Meter(3, 4), own) != window_keys(codes, Meter(6, 8), own)
    assert tune_keys(codes, own) == tune_keys(moved, own)


def test_a_tune_does_not_know_how_long_its_notes_are() -> None:
    """What is struck, and when; another bass is another tune."""

    def tune(duration: int, bass: int) -> bytes:
        parts = (Part((Note(0, 4, 40), Note(8, 8, pitch))) for pitch in (72, bass))
        melody, low = parts
        melody = replace(melody, notes=(Note(0, duration, 72), *melody.notes[1:]))
        codes: Codes = TRIO.encode(Phrase(bars=2, parts=(melody, low)))
        return tune_keys(codes[None], TRIO)[0]

    assert tune(4, 40) == tune(2, 40) != tune(4, 41)


def reasons(bars: int, *notes: Note) -> tuple[bool, bool]:
    """Whether a window of 4/4 has too few notes, and whether too long a rest."""
    line = line_of(Phrase(bars=bars, parts=(Part(notes),)), MELODY)
    few, silent = unfit(line, np.array([0]), bars)
    return bool(few[0]), bool(silent[0])


def test_a_window_that_teaches_nothing_says_why() -> None:
    """Too few notes; too long a rest at its start, middle or end."""
    assert reasons(2, Note(0, 16, 60), Note(16, 16, 60))[0]
    assert reasons(2, *(Note(17 + 2 * i, 2, 60) for i in range(4))) == (False, True)
    assert reasons(2, *(Note(2 * i, 2, 60) for i in range(4))) == (False, True)
    assert reasons(2, Note(0, 1, 60), Note(1, 1, 60), Note(20, 8, 60)) == (False, True)
    assert reasons(2, *(Note(4 * i, 4, 60) for i in range(8))) == (False, False)


def test_a_long_window_may_rest_for_a_fourth_of_its_length() -> None:
    """And needs as many notes to a bar as a short one: three in two."""
    for rest, is_long in ((64, False), (65, True)):
        for first in (0, 100, 256 - rest):  # at the start, inside, at the end
            steps = [step for step in range(256) if not first <= step < first + rest]
            assert reasons(16, *(Note(step, 1, 60) for step in steps)) == (False, is_long)
    assert reasons(16, *(Note(11 * i, 11, 60) for i in range(23))) == (True, False)
    assert reasons(16, *(Note(10 * i, 10, 60) for i in range(24))) == (False, False)


def test_all_parts_of_a_window_play() -> None:
    """Where one rests throughout, that is the reason it is left out."""
    band = little_band(Meter(), 1, 8)
    late = [note for note in band.parts[2].notes if note.start >= 48]
    for drums, count in ((band.parts[2].notes, 0), (tuple(late), 2), ((), 7)):
        kit = replace(band.parts[2], notes=drums)
        phrase = voice(replace(band, parts=(*band.parts[:2], kit)), "trio")
        (cut,) = cut_line(line_of(phrase, TRIO), TRIO)
        assert cut.dropped == +Counter({"a part is silent": count})
        assert len(cut.codes) == 7 - count


def test_a_long_line_is_cut_in_several_times() -> None:
    """All its windows are there."""
    starts = np.arange(0, 16 * 600, 4)
    line = Line(Meter(), 600, starts, starts + 4, np.full_like(starts, 60))
    assert [len(cut.codes) for cut in cut_line(line, MELODY)] == [256, 256, 87]
