"""Chord symbols are told from words and names of sections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.midi.chord_symbols import MAX_TEXTS, chord_events
from musicvae.midi.events import LYRIC, MARKER, TEXT
from musicvae.midi.parser import Score, TextEvent
from musicvae.theory.chords import Chord, symbol

EVERY_KIND = pytest.mark.parametrize("kind", [MARKER, TEXT, LYRIC])
QUARTER = 480


def symbols_in(texts: list[str], kind: int = MARKER, ticks: list[int] | None = None) -> list[str]:
    """The symbols that are read from texts of one kind, a quarter apart."""
    ticks = ticks or [QUARTER * i for i in range(len(texts))]
    events = [TextEvent(tick, kind, text) for tick, text in zip(ticks, texts, strict=True)]
    return [symbol(chord) for _, chord in chord_events(Score(QUARTER, texts=events))]


@EVERY_KIND
@pytest.mark.parametrize(
    ("texts", "chords"),
    [
        (["Am"], ["Am"]),
        (["Am", "F", "G7"], ["Am", "F", "G7"]),
        (["C", "G7", "Am", "F", "Verse"], ["C", "G7", "Am", "F"]),
        (["A_Intro", "F^7", "Intro", "F#", "B_Solo", "Gm9/Bb"], ["Fmaj7", "F#", "Gm7"]),
        (["Dm", "G7", "la la la", "C", "Em"], ["Dm", "G7", "C", "Em"]),
        (["C", "F", "G", "Am"], ["C", "F", "G", "Am"]),
        (["N.C.", "Am7b5", "N.C."], ["N.C.", "Am7b5", "N.C."]),
    ],
)
def test_a_few_chords_count_also_among_names_of_sections(
    kind: int, texts: list[str], chords: list[str]
) -> None:
    """One chord is enough; a name or a word beside it changes nothing."""
    assert symbols_in(texts, kind) == chords


@EVERY_KIND
@pytest.mark.parametrize(
    "texts",
    [
        ["A"] * 9,
        ["A", "B", "A", "C", "D"],
        ["A", "Intro", "B", "Verse", "C"],
        ["A1", "A2", "B1", "B2", "C2"],
        ["Go", "Go", "Do", "Go"],
        ["What", "I", "Am", "is", "A", "Song"],
        ["Verse", "Chorus", "Bridge", "Fine"],
    ],
)
def test_letters_and_words_are_no_chords(kind: int, texts: list[str]) -> None:
    """Rehearsal letters, numbered sections, and words that could be chords."""
    assert symbols_in(texts, kind) == []


@given(st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, max_size=4), st.booleans())
def test_a_rehearsal_letter_is_no_chord(letters: list[str], word: bool) -> None:
    """Neither apart from the chords, nor at the tick of one, in any order."""
    texts = [*letters, "molto rit."] if word else [letters[0]]
    ticks = [0] * len(texts)
    assert symbols_in([*texts, "Dm7", "G7"], ticks=[*ticks, 0, QUARTER]) == ["Dm7", "G7"]
    assert symbols_in(["Dm7", "G7", *texts], ticks=[0, QUARTER, *(QUARTER for _ in texts)]) == [
        "Dm7",
        "G7",
    ]


def test_symbols_off_the_beat_are_syllables() -> None:
    """Most stand on an eighth, or near it."""
    texts = ["Am", "F", "G7"]
    for tick in (0, 240, 250, 470):
        assert symbols_in(texts, ticks=[tick + 960 * i for i in range(3)]) == texts
    for tick in (60, 160, 350):
        assert symbols_in(texts, ticks=[tick + 960 * i for i in range(3)]) == []


def test_chord_events_come_before_texts() -> None:
    """A file with both means the events."""
    events = [TextEvent(0, MARKER, "Am7")]
    assert chord_events(Score(QUARTER, texts=events, chords=[(0, Chord(7))])) == [(0, Chord(7))]


def test_more_texts_than_any_song_has_are_no_chords() -> None:
    """They are not looked at one by one."""
    assert symbols_in(["Am"] * MAX_TEXTS)
    assert symbols_in(["Am"] * (MAX_TEXTS + 1)) == []
