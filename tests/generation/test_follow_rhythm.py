"""Rhythms, and the log-weights with which drums follow them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.arrays import IntArray
from musicvae.generation.follow_rhythm import (
    TOP_LEVEL,
    FollowRhythm,
    rhythm_from_text,
    rhythm_of,
    rhythm_to_text,
)
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.drum_kit import DRUM_CLASSES

from ..strategies import phrases

BAR = 16
KICK, SNARE, HAT = 1, 2, 4


@given(phrases())
def test_a_rhythm_has_a_level_where_notes_begin_and_nowhere_else(phrase: Phrase) -> None:
    """From 1 to 9, of which the strongest step has 9; its text gives it back."""
    rhythm = rhythm_of(phrase)
    onsets = {note.start + phrase.lead_in for part in phrase.parts for note in part.notes}
    assert set(np.flatnonzero(rhythm).tolist()) == onsets
    assert rhythm.max(initial=0) == (TOP_LEVEL if onsets else 0)
    if len(rhythm):
        assert (rhythm_from_text(rhythm_to_text(rhythm), len(rhythm)) == rhythm).all()


def test_what_is_loud_or_long_or_played_by_several_parts_is_stronger() -> None:
    """Each against a note that is soft, short and alone."""
    weak = Note(0, 1, 60, 40)
    line = Part((weak, replace(weak, start=4, velocity=90), replace(weak, start=8, duration=4)))
    other = Part((replace(weak, start=12, velocity=90), replace(weak, start=14)))
    both = replace(line, notes=(*line.notes, replace(weak, start=14)))
    rhythm = rhythm_of(Phrase(bars=1, parts=(both, other)))
    assert rhythm[0] < min(rhythm[4], rhythm[8], rhythm[14])


def levels(*bars: str) -> IntArray:
    """Bars of which each step is given: `.` for silence, `x` for the strongest level."""
    return np.array([TOP_LEVEL * (step == "x") for bar in bars for step in bar])


@given(st.lists(st.sampled_from(["x...x...x...x...", "x..x..x...x.x...", "." * BAR]), min_size=1))
def test_strokes_are_favoured_at_strong_steps(bars: list[str]) -> None:
    """A kick more than a snare, and a snare more than a hi-hat; silence has no weight."""
    follow = FollowRhythm(levels(*bars), BAR)
    steps = slice(0, BAR * len(bars))
    tilt = follow(steps, np.empty(0, int))
    assert (tilt[:, 0] == 0).all()
    for step, played in zip(tilt, levels(*bars), strict=True):
        kick, snare, hat = step[[KICK, SNARE, HAT]]
        if played:
            assert kick > snare > hat > 0
        else:
            assert kick <= snare <= hat <= 0


def test_a_bar_repeats_the_one_whose_rhythm_is_most_alike() -> None:
    """Its strokes are the likeliest where nothing else is asked for."""
    rhythm = levels("x...x...x...x...", "x..x..x..x..x...", "." * BAR, "x...x...x...x...")
    drums = np.array([KICK, SNARE, HAT, 0] * 4 + [HAT, HAT] * 8 + [SNARE] * BAR)
    tilt = FollowRhythm(rhythm, BAR)(slice(3 * BAR, 4 * BAR), drums)
    free = FollowRhythm(rhythm, BAR)(slice(3 * BAR, 4 * BAR), np.empty(0, int))
    assert (np.argmax(tilt - free, axis=1) == drums[:BAR]).all()


def test_a_crash_is_not_repeated() -> None:
    """What is played with it is."""
    crash = 1 << [name for name, _ in DRUM_CLASSES].index("crash")
    rhythm, drums = levels("x...x...x...x...", "x...x...x...x..."), np.array([crash + KICK] * BAR)
    tilt, free = (
        FollowRhythm(rhythm, BAR)(slice(BAR, 2 * BAR), before) for before in (drums, drums[:0])
    )
    assert (np.argmax(tilt - free, axis=1) == KICK).all()


@pytest.mark.parametrize("before", [1, 2, 3, 4])
def test_of_bars_that_are_alike_every_second_one_is_repeated(before: int) -> None:
    """So a pattern of two bars goes on."""
    rhythm = levels(*["x...x...x...x..."] * 5)
    drums = np.repeat([KICK, SNARE] * 2, BAR)[: BAR * before]
    tilt = FollowRhythm(rhythm, BAR)(slice(before * BAR, (before + 1) * BAR), drums)
    free = FollowRhythm(rhythm, BAR)(slice(before * BAR, (before + 1) * BAR), np.empty(0, int))
    expected = SNARE if before % 2 and before > 1 else KICK
    assert (np.argmax(tilt - free, axis=1) == expected).all()


@pytest.mark.parametrize("text", ["", "0" * 15, "0" * 17, "-" * 16, "١" * 16])
def test_a_text_that_is_no_rhythm_is_refused(text: str) -> None:
    """It has a digit for each step."""
    with pytest.raises(ValueError, match=r"^$"):
        rhythm_from_text(text, BAR)
