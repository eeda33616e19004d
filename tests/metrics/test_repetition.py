"""Repetition of bars and motifs, on phrases for which theory decides it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.codecs import CODECS
from musicvae.metrics.repetition import (
    bar_repetition,
    chord_repetition,
    drum_repetition,
    mean_values,
    motif_repetition,
)
from musicvae.score.phrase import ChordChange, Note, Part, Phrase
from musicvae.theory.chords import Chord
from musicvae.theory.meter import Meter

METERS = (Meter(4, 4), Meter(3, 4), Meter(6, 8))
BARS = st.lists(st.dictionaries(st.integers(0, 11), st.integers(48, 72)), min_size=2, max_size=2)


def of_bars(bars: list[dict[int, int]], meter: Meter = METERS[0], pickup: int = 0) -> Phrase:
    """A phrase of short notes, given as step and pitch in each bar."""
    step = meter.steps_per_bar
    notes = [
        Note(pickup + number * step + position, 1, pitch)
        for number, bar in enumerate(bars)
        for position, pitch in bar.items()
    ]
    return Phrase(meter, len(bars), pickup, parts=(Part(tuple(notes)),))


@given(BARS, st.sampled_from(METERS), st.integers(-12, 12), st.integers(0, 3))
def test_a_transposed_repeat_has_the_rhythm_and_another_pitch(
    bars: list[dict[int, int]], meter: Meter, shift: int, pickup: int
) -> None:
    """In any meter and after any pick-up; two bars, and then the same moved by an interval."""
    moved = [{step: pitch + shift for step, pitch in bar.items()} for bar in bars]
    phrase = of_bars([*bars, *moved], meter, pickup)
    values = bar_repetition(phrase.parts[0].notes, phrase)
    if not any(bars):
        assert math.isnan(values["rhythm of 2 bars before"])
        return
    assert values["rhythm of 2 bars before"] == values["transposed of 2 bars before"] == 1
    assert values["pitches of 2 bars before"] == (shift == 0)
    assert math.isnan(values["rhythm of 4 bars before"])


@given(BARS)
def test_equal_pitches_imply_the_other_two(bars: list[dict[int, int]]) -> None:
    """Pitches are transposed by nothing, and a transposed bar has the rhythm."""
    phrase = of_bars(bars)
    values = bar_repetition(phrase.parts[0].notes, phrase)
    shares = [values[f"{view} of the bar before"] for view in ("pitches", "transposed", "rhythm")]
    assert math.isnan(shares[0]) or shares == sorted(shares)


def test_an_empty_bar_equals_no_other() -> None:
    """Not counted beside an empty bar, different beside a full one."""
    phrase = of_bars([{}, {}, {0: 60}, {0: 60}])
    values = bar_repetition(phrase.parts[0].notes, phrase)
    assert values["rhythm of the bar before"] == pytest.approx(1 / 2)


@given(st.lists(st.integers(48, 72), min_size=3, max_size=3), st.integers(-7, 7))
def test_a_sequence_of_a_motif_returns_and_random_rhythm_does_not(
    motif: list[int], shift: int
) -> None:
    """A motif and its transposition, in one rhythm and in two."""
    line = [Note(2 * i, 1, pitch) for i, pitch in enumerate(motif)]
    again = [Note(2 * i + 8, 1, pitch + shift) for i, pitch in enumerate(motif)]
    dotted = [Note(3 * i + 9, 1, pitch + shift) for i, pitch in enumerate(motif)]
    assert motif_repetition([*line, *again]) > 0
    assert motif_repetition([*line, *dotted]) == 0
    assert math.isnan(motif_repetition(line))


def test_chords_repeat_by_sound_and_not_by_change() -> None:
    """C for two bars has no change in the second; then F, and C again four bars after the first."""
    chords = (ChordChange(0, Chord(0)), ChordChange(32, Chord(5)), ChordChange(64, Chord(0)))
    values = chord_repetition(Phrase(bars=6, chords=chords))
    assert values["chords of the bar before"] == pytest.approx(3 / 5)
    assert values["chords of 4 bars before"] == 1
    assert math.isnan(chord_repetition(Phrase(bars=2))["chords of the bar before"])


def test_drums_share_hits_as_dice_counts_them() -> None:
    """Kick and snare, then kick and hi-hat: half is shared; 36 and 35 are one drum."""
    kick, snare, hat = 36, 38, 42
    notes = [Note(0, 1, kick), Note(8, 1, snare), Note(16, 1, 35), Note(24, 1, hat)]
    values = drum_repetition(notes, Phrase(bars=2))
    assert values["hits shared with the bar before"] == pytest.approx(1 / 2)
    assert values["hits of the bar before"] == 0
    assert values["rhythm of the bar before"] == 1
    looped = drum_repetition([*notes[:2], Note(16, 1, kick), Note(24, 1, snare)], Phrase(bars=2))
    assert looped["hits of the bar before"] == looped["hits shared with the bar before"] == 1


def test_means_leave_out_what_a_phrase_does_not_have() -> None:
    """Of 1 and nothing the mean is 1; what no phrase has is left out."""
    rows = [{"a": 1.0, "b": math.nan}, {"a": math.nan, "b": math.nan}]
    assert mean_values(rows) == {"a": 1.0}
    assert mean_values([]) == {}


def test_what_the_decoder_of_drums_gives_can_be_counted() -> None:
    """Each of 512 columns."""
    codec = CODECS["drums"]
    codes = np.arange(512, dtype=np.uint16).reshape(-1, 16)
    phrase = codec.decode(codes.ravel(), Meter())
    assert drum_repetition(phrase.parts[0].notes, phrase)["hits of the bar before"] == 0
