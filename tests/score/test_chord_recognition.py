"""Chord recognition: from the phrase, from a chord track, and from all notes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.performance.accompaniment import accompany
from musicvae.score.chord_recognition import fit_chords, recognize_chords, to_chord_changes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.chords import CHORD_CODES, Chord, chord_code, parse_chord
from musicvae.theory.meter import Meter

from ..strategies import METERS, phrases

COMMON = Meter(4, 4)
SONG = ["C", "C", "Am", "Am", "F", "F", "G7", "G7", "C", "F", "G7", "C"]
"""One chord per half bar of 4/4."""


def codes_of(symbols: list[str], beats: int = 2) -> list[int]:
    """Chord codes at each beat, with each symbol lasting `beats`."""
    return [chord_code(parse_chord(symbol)) for symbol in symbols for _ in range(beats)]


def song(pattern: str, names: tuple[str, str] = ("", "")) -> Phrase:
    """Six bars of accompaniment in a phrase without chord changes."""
    changes = to_chord_changes(codes_of(SONG), COMMON)
    parts = accompany(changes, COMMON, 6, pattern)
    named = (replace(part, name=name) for part, name in zip(parts, names, strict=True))
    return Phrase(COMMON, 6, parts=tuple(named))


TUNE = Part(tuple(Note(4 * i, 4, 72 + 2 * (i % 3)) for i in range(24)), name="Melody")


@given(st.sampled_from(METERS), st.integers(0, 3), st.data())
@settings(deadline=None)
def test_chord_changes_convert_back_to_their_codes(
    meter: Meter, bars: int, data: st.DataObject
) -> None:
    """`recognize_chords` inverts `to_chord_changes` in every meter."""
    beats, remainder = divmod(bars * meter.steps_per_bar, meter.steps_per_beat)
    assert not remainder
    codes = data.draw(st.lists(st.integers(0, CHORD_CODES - 1), min_size=beats, max_size=beats))
    phrase = Phrase(meter, bars, chords=to_chord_changes(codes, meter))
    assert recognize_chords(replace(phrase, parts=(Part(),))).tolist() == (
        codes if phrase.chords else [0] * beats
    )


def test_a_pickup_counts_as_a_bar() -> None:
    """Its beats are those of the padded bar; the padding has no chord."""
    codes = [0, 0, chord_code(Chord(7, "7")), *[chord_code(Chord(0))] * 3]
    waltz = Meter(3, 4)
    phrase = Phrase(waltz, 1, pickup=4)
    phrase = replace(phrase, chords=to_chord_changes(codes, waltz, phrase.lead_in))
    assert [change.step for change in phrase.chords] == [0, 4]
    assert recognize_chords(phrase).tolist() == codes


@given(phrases())
@settings(max_examples=100, deadline=None)
def test_any_phrase_has_chord_codes(phrase: Phrase) -> None:
    """There is one code per beat; all are 0 without pitched notes and chord changes."""
    codes = recognize_chords(phrase)
    bars = phrase.bars + bool(phrase.pickup)
    assert codes.shape == (bars * phrase.meter.steps_per_bar // phrase.meter.steps_per_beat,)
    assert ((codes >= 0) & (codes < CHORD_CODES)).all()
    if all(part.is_drum or not part.notes for part in phrase.parts) and not phrase.chords:
        assert not codes.any()


@pytest.mark.parametrize("name", ["CHORDS", "Accompaniment", "Harmony", "Piano"])
def test_a_chord_track_is_found_by_its_name(name: str) -> None:
    """Only its notes count, whatever melody and bass play."""
    block, bass = song("block").parts
    clash = Part(tuple(Note(4 * i, 4, 73) for i in range(24)), name="Melody")
    wrong = replace(bass, notes=tuple(replace(n, pitch=30) for n in bass.notes), name="Bass")
    phrase = Phrase(COMMON, 6, parts=(clash, wrong, replace(block, name=name)))
    assert recognize_chords(phrase).tolist() == codes_of(SONG)


def test_the_second_of_two_parts_is_a_chord_track_if_it_plays_chords() -> None:
    """Folk collections have such nameless parts; a second melody is not a chord track."""
    block, _ = song("block").parts
    clash = Part(tuple(Note(4 * i, 4, 73) for i in range(24)))
    assert recognize_chords(Phrase(COMMON, 6, parts=(clash, block))).tolist() == codes_of(SONG)
    thirds = Part(tuple(Note(4 * i, 4, 76) for i in range(24)))
    codes = recognize_chords(Phrase(COMMON, 6, parts=(clash, thirds)))
    assert set(codes.tolist()) == {chord_code(Chord(1, "min"))}


def test_a_chord_track_may_hold_its_chords_but_not_rest_most_of_the_time() -> None:
    """One chord held for six bars counts; one held for a bar of six leaves it to all parts."""
    six_bars = Part(tuple(Note(0, 96, pitch) for pitch in (60, 64, 67)), name="CHORDS")
    assert set(recognize_chords(Phrase(COMMON, 6, parts=(TUNE, six_bars))).tolist()) == {
        chord_code(Chord(0))
    }
    one_bar = replace(six_bars, notes=tuple(replace(n, duration=16) for n in six_bars.notes))
    assert recognize_chords(Phrase(COMMON, 6, parts=(TUNE, one_bar)))[8:].all()


@pytest.mark.parametrize("pattern", ["block", "arpeggio", "strum", "walking"])
def test_chords_are_recognized_in_any_accompaniment_pattern(pattern: str) -> None:
    """Three of four roots are right, with a melody above and no track names."""
    phrase = song(pattern, ("Keys", "Low"))
    codes = recognize_chords(replace(phrase, parts=(TUNE, *phrase.parts)))
    roots = np.mod(codes - 1, 12) == np.mod(np.array(codes_of(SONG)) - 1, 12)
    assert (roots & (codes > 0)).mean() >= 0.75


def test_a_melody_alone_has_triads_that_change_on_bar_lines() -> None:
    """Broken chords of I, IV, V, I are recognized."""
    tones = [(60, 64, 67, 64), (65, 69, 72, 69), (67, 71, 74, 71), (72, 67, 64, 60)] * 2
    notes = [
        Note(16 * i + 4 * j, 4, pitch) for i, bar in enumerate(tones) for j, pitch in enumerate(bar)
    ]
    codes = recognize_chords(Phrase(COMMON, 8, parts=(Part(tuple(notes)),)))
    assert codes.tolist() == codes_of(["C", "F", "G", "C"] * 2, beats=4)


@pytest.mark.parametrize("semitones", range(1, 12))
def test_transposed_music_has_transposed_chords(semitones: int) -> None:
    """Roots move by the same interval, and qualities stay."""
    notes = [note for part in song("arpeggio").parts for note in part.notes]
    start, end, pitch = np.array([(n.start, n.end, n.pitch) for n in notes]).T
    codes = fit_chords(start, end, pitch, COMMON, 6)
    moved = fit_chords(start, end, pitch + semitones, COMMON, 6)
    assert ((codes - 1) // 12).tolist() == ((moved - 1) // 12).tolist()
    assert ((codes - 1 + semitones) % 12).tolist() == ((moved - 1) % 12).tolist()


def test_long_silence_has_no_chord_and_a_short_one_keeps_it() -> None:
    """A beat of rest within a bar keeps the chord; six bars of rest end it."""
    chord = [Note(at, 4, pitch) for at in (0, 8, 12) for pitch in (60, 64, 67)]
    last = [Note(112, 16, pitch) for pitch in (60, 64, 67)]
    codes = recognize_chords(Phrase(COMMON, 8, parts=(Part(tuple(chord + last)),)))
    assert (codes[:4] == chord_code(Chord(0))).all()
    assert not codes[6:26].any()
    assert (codes[28:] == chord_code(Chord(0))).all()
