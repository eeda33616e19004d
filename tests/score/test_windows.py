"""Splitting phrases into windows and joining them again; validation of phrases."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.score.phrase import (
    ChordChange,
    Note,
    Part,
    Phrase,
    Tempo,
    chord_map,
    remove_overlaps,
)
from musicvae.score.windows import cut_phrase, join_phrases, split_windows, window_bars
from musicvae.theory.chords import Chord
from musicvae.theory.meter import Meter

from ..strategies import phrases


@given(phrases(offsets=True))
@settings(max_examples=100, deadline=None)
def test_windows_are_adjacent(phrase: Phrase) -> None:
    """Every onset is in one window, at its place; the last is padded with rests."""
    windows = split_windows(phrase)
    size = window_bars(phrase.meter)
    assert all(window.bars == size and not window.pickup for window in windows)
    if not windows:
        return
    whole = join_phrases(windows)
    onsets = {(n.start + phrase.lead_in, n.pitch) for part in phrase.parts for n in part.notes}
    assert {(n.start, n.pitch) for part in whole.parts for n in part.notes} == onsets
    assert whole.tempos[0] == phrase.tempos[0]
    moved = [(change.step + phrase.lead_in, change.chord) for change in phrase.chords]
    assert whole.chords == chord_map(moved, whole.steps)


def tempo_at(phrase: Phrase, step: int) -> int:
    """Microseconds per quarter at a step of a phrase."""
    return [tempo for tempo in phrase.tempos if tempo.step <= step][-1].microseconds


TEMPOS = (400_000, 500_000)


@st.composite
def paced(draw: st.DrawFn) -> Phrase:
    """Zero to two silent bars that alternate between two tempos."""
    bars = draw(st.integers(0, 2))
    changes = draw(st.sets(st.integers(1, 16 * bars - 1), max_size=4)) if bars else ()
    steps = (0, *sorted(changes))
    return Phrase(
        bars=bars, tempos=tuple(Tempo(step, draw(st.sampled_from(TEMPOS))) for step in steps)
    )


@given(st.lists(paced(), min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_joined_phrases_keep_their_tempos(phrases: list[Phrase]) -> None:
    """Every step has the tempo of its own phrase, and no tempo repeats."""
    joined = join_phrases(phrases)
    expected = [tempo_at(phrase, step) for phrase in phrases for step in range(phrase.steps)]
    assert [tempo_at(joined, step) for step in range(joined.steps)] == expected
    tempos = [tempo.microseconds for tempo in joined.tempos]
    assert all(before != after for before, after in pairwise(tempos))


@given(phrases())
@settings(max_examples=100, deadline=None)
def test_windows_joined_again_have_the_tempos_of_their_phrase(phrase: Phrase) -> None:
    """Every step has its tempo, counted after the rests that pad a pick-up."""
    windows = split_windows(phrase)
    if windows:
        whole, lead = join_phrases(windows), phrase.lead_in
        assert all(
            tempo_at(whole, step + lead) == tempo_at(phrase, step) for step in range(phrase.steps)
        )


def test_with_a_hop_only_whole_windows_are_returned() -> None:
    """Five bars of 4/4 hold four windows of two."""
    assert len(split_windows(Phrase(bars=5), hop=1)) == 4
    assert split_windows(Phrase(bars=1), hop=1) == []


def test_a_window_may_be_long() -> None:
    """Forty bars hold three windows of sixteen side by side, or seven with a hop of four."""
    assert [window.bars for window in split_windows(Phrase(bars=40), 16)] == [16, 16, 16]
    assert len(split_windows(Phrase(bars=40), 16, hop=4)) == 7
    assert [window.bars for window in split_windows(Phrase(Meter(2, 4), 40), 16, hop=8)] == [32, 32]


def test_a_window_begins_with_the_current_tempo() -> None:
    """The last change before it moves to its start; later ones are dropped."""
    phrase = Phrase(bars=4, tempos=(Tempo(0, 500_000), Tempo(8, 400_000), Tempo(40, 300_000)))
    first, second = split_windows(phrase)
    assert first.tempos == (Tempo(0, 500_000), Tempo(8, 400_000))
    assert second.tempos == (Tempo(0, 400_000), Tempo(8, 300_000))


def test_a_window_begins_with_the_current_chord() -> None:
    """The chord moves to step 0 of the window; joined windows do not repeat it."""
    c, g = Chord(0), Chord(7)
    chords = (ChordChange(4, c), ChordChange(40, g), ChordChange(44, None))
    phrase = Phrase(bars=6, chords=chords)
    first, second, third = split_windows(phrase)
    assert first.chords == (ChordChange(4, c),)
    assert second.chords == (ChordChange(0, c), ChordChange(8, g), ChordChange(12, None))
    assert third.chords == ()
    assert join_phrases([first, second, third]).chords == chords
    assert cut_phrase(phrase, 16, 32).chords == (ChordChange(0, c),)


def test_a_phrase_without_chords_ends_the_harmony_before_it() -> None:
    """Joined after a phrase with chords, it begins with no chord."""
    with_chord = Phrase(bars=1, chords=(ChordChange(0, Chord(0)),))
    joined = join_phrases([with_chord, Phrase(bars=1), with_chord])
    assert [change.step for change in joined.chords] == [0, 16, 32]
    assert joined.chords[1].chord is None


def test_a_note_ends_with_the_window_it_starts_in() -> None:
    """A long note is cut at the edge."""
    phrase = Phrase(bars=4, parts=(Part((Note(28, 20, 60),)),))
    first, second = split_windows(phrase)
    assert first.parts[0].notes == (Note(28, 4, 60),)
    assert second.is_silent


def test_windows_keep_the_offsets_of_notes() -> None:
    """Splitting and joining keep them, but at step 0 of a window an offset below 0 becomes 0."""
    notes = (Note(28, 4, 60, offset=9), Note(32, 4, 60, offset=-9), Note(36, 4, 60, offset=-9))
    first, second = split_windows(Phrase(bars=4, parts=(Part(notes),)))
    assert first.parts[0].notes == (Note(28, 4, 60, offset=9),)
    assert second.parts[0].notes == (Note(0, 4, 60), Note(4, 4, 60, offset=-9))
    assert [n.offset for n in join_phrases([first, second]).parts[0].notes] == [9, 0, -9]


def test_a_repeated_pitch_ends_the_note_before() -> None:
    """Two notes with one onset become one: the longest, loudest and earliest."""
    notes = [Note(0, 8, 60, 70, 5), Note(4, 2, 60, 90, 3), Note(4, 6, 60, 50, -3)]
    assert remove_overlaps(notes) == (Note(0, 4, 60, 70, 5), Note(4, 6, 60, 90, -3))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Note(-1, 1, 60),
        lambda: Note(0, 0, 60),
        lambda: Note(0, 1, 128),
        lambda: Note(0, 1, 60, 0),
        lambda: Part((Note(0, 4, 60), Note(2, 4, 60))),
        lambda: Part(program=128),
        lambda: Phrase(bars=-1),
        lambda: Phrase(Meter(3, 4), 1, pickup=12),
        lambda: Phrase(bars=1, tempos=(Tempo(1),)),
        lambda: Phrase(bars=1, tempos=(Tempo(0), Tempo(16))),
        lambda: Phrase(bars=1, tempos=(Tempo(0, 0),)),
        lambda: Phrase(bars=1, parts=(Part((Note(15, 2, 60),)),)),
        lambda: Phrase(bars=1, parts=(Part((Note(4, 2, 60, offset=60),)),)),
        lambda: Phrase(Meter(4, 4, 6), 1, parts=(Part((Note(4, 2, 60, offset=-40),)),)),
        lambda: Phrase(bars=1, parts=(Part((Note(0, 2, 60, offset=-1),)),)),
        lambda: Phrase(bars=1, chords=(ChordChange(16, Chord(0)),)),
        lambda: Phrase(bars=1, chords=(ChordChange(-1, Chord(0)),)),
        lambda: Phrase(bars=1, chords=(ChordChange(0, None),)),
        lambda: Phrase(bars=1, chords=(ChordChange(0, Chord(0)), ChordChange(4, Chord(0)))),
        lambda: Phrase(bars=1, chords=(ChordChange(4, Chord(0)), ChordChange(0, Chord(1)))),
    ],
)
def test_invalid_notes_parts_and_phrases_are_refused(make) -> None:  # type: ignore[no-untyped-def]  # lambdas
    """Notes, parts and phrases validate themselves with a ValueError."""
    with pytest.raises(ValueError, match=r".{10}"):
        make()
