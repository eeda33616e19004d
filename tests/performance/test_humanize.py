"""Timing and velocity deviations like those of drummers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.errors import RequestError
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.performance.groove import load_groove
from musicvae.performance.humanize import MAX_AMOUNT, MIN_VELOCITY, PITCHED_SHARE, humanize_phrase
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.drum_kit import DRUM_PITCH
from musicvae.theory.meter import Meter

from ..strategies import phrases

amounts = st.floats(0.01, MAX_AMOUNT)


def on_the_grid(phrase: Phrase) -> Phrase:
    """The phrase without offsets, and with one velocity."""
    parts = [
        replace(part, notes=tuple(replace(n, offset=0, velocity=80) for n in part.notes))
        for part in phrase.parts
    ]
    return replace(phrase, parts=tuple(parts))


@given(phrases(offsets=True), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_amount_0_changes_nothing(phrase: Phrase, seed: int) -> None:
    """The phrase comes back as it was."""
    assert humanize_phrase(phrase, 0.0, seed) == phrase


@given(phrases(offsets=True), amounts, st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_the_notes_stay_and_so_does_their_order(phrase: Phrase, amount: float, seed: int) -> None:
    """A seed gives one phrase, which survives a file and quantizes to the original."""
    played = humanize_phrase(phrase, amount, seed)
    assert humanize_phrase(phrase, amount, seed) == played
    assert on_the_grid(played) == on_the_grid(phrase)
    (back,) = read_midi(midi_bytes(played))
    assert back == played
    ticks = phrase.meter.step_ticks
    for part, before in zip(played.parts, phrase.parts, strict=True):
        softest = min((note.velocity for note in before.notes), default=MIN_VELOCITY)
        assert all(note.velocity >= min(MIN_VELOCITY, softest) for note in part.notes)
        times = [note.start * ticks + note.offset for note in part.notes]
        starts = [note.start for note in part.notes]
        assert all(
            a < b for a, b, i, j in zip(times, times[1:], starts, starts[1:], strict=False) if i < j
        )


@given(phrases(), amounts, st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_notes_of_a_pitched_part_with_one_onset_stay_together(
    phrase: Phrase, amount: float, seed: int
) -> None:
    """A chord has one offset."""
    for part in humanize_phrase(phrase, amount, seed).parts:
        if not part.is_drum:
            moments = {(note.start, note.offset) for note in part.notes}
            assert len(moments) == len({start for start, _ in moments})


def band(bars: int) -> Phrase:
    """Kick and hi-hat together on every eighth, and a melody in quarters."""
    kit = [Note(2 * i, 1, DRUM_PITCH[drum]) for i in range(8 * bars) for drum in (0, 2)]
    melody = [Note(4 * i, 4, 60) for i in range(4 * bars)]
    return Phrase(bars=bars, parts=(Part(tuple(kit), is_drum=True), Part(tuple(melody))))


def test_offsets_have_the_fitted_spread() -> None:
    """Over many seeds, after the first bar; those of the melody are half as wide."""
    timing, _ = load_groove()
    shared = timing.place, timing.habit, timing.drift, timing.stroke
    kit, melody = math.hypot(*shared, timing.drum), PITCHED_SHARE * math.hypot(*shared)
    played = [humanize_phrase(band(4), 1.0, seed) for seed in range(120)]
    for number, expected in ((0, kit), (1, melody)):
        offsets = [
            n.offset for phrase in played for n in phrase.parts[number].notes if n.start > 16
        ]
        assert np.std(offsets) == pytest.approx(expected, rel=0.12)


def test_half_the_amount_deviates_half_as_far() -> None:
    """Note by note, up to rounding."""
    whole, half = (humanize_phrase(band(4), amount, 7) for amount in (1.0, 0.5))
    for a, b in zip(whole.parts[1].notes, half.parts[1].notes, strict=True):
        assert abs(a.offset / 2 - b.offset) <= 1


def test_a_pattern_returns_in_the_next_bar() -> None:
    """Offsets of a drum at one step of the bar correlate between bars more than at two steps."""
    same, other = [], []
    for seed in range(150):
        kick = [
            n.offset for n in humanize_phrase(band(4), 1.0, seed).parts[0].notes if n.pitch == 36
        ]
        same.append((kick[9], kick[25]))
        other.append((kick[9], kick[26]))
    assert np.corrcoef(np.array(same).T)[0, 1] > np.corrcoef(np.array(other).T)[0, 1] + 0.05


@pytest.mark.parametrize("amount", [-0.1, math.nan, math.inf, MAX_AMOUNT + 1])
def test_an_amount_or_a_seed_out_of_range_is_refused(amount: float) -> None:
    """The error gives the range."""
    with pytest.raises(RequestError, match=f"Humanize by 0 to {MAX_AMOUNT:g}"):
        humanize_phrase(Phrase(), amount)
    with pytest.raises(RequestError, match="A seed is"):
        humanize_phrase(Phrase(), 1.0, -1)


def test_silence_and_triplets_can_be_humanized() -> None:
    """Offsets stay within half a step, which is shorter on the triplet grid."""
    assert humanize_phrase(Phrase(bars=2), 1.0, 1) == Phrase(bars=2)
    part = Part(tuple(Note(i, 1, 42) for i in range(24)), is_drum=True)
    played = humanize_phrase(Phrase(Meter(4, 4, 6), 1, parts=(part,)), MAX_AMOUNT, 1)
    assert max(abs(note.offset) for note in played.parts[0].notes) == 39
