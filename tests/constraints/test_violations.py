"""Violations of constraints, a sentence each."""

from __future__ import annotations

from dataclasses import replace

from musicvae.constraints.parse import parse_constraints
from musicvae.score.phrase import ChordChange, Note, Part, Phrase
from musicvae.theory.meter import Meter

COMMON_TIME = Meter(4, 4)


def tune(*pitches: int, duration: int = 4) -> Phrase:
    """Notes of one length, end to end, in bars of 4/4."""
    notes = tuple(Note(duration * i, duration, pitch) for i, pitch in enumerate(pitches))
    return Phrase(COMMON_TIME, -(-duration * len(notes) // 16), parts=(Part(notes),))


def test_each_violation_is_a_sentence() -> None:
    """It gives the bar, what the phrase has, and what the constraint allows."""
    constraints = parse_constraints("A minor", chords="Am", range="C4-C5", density="2-4")
    phrase = tune(69, 70, 72, 74, 76, duration=4)
    assert constraints.violations(phrase, "melody") == [
        "bar 1: A#4 is not in A minor",
        "bar 1: D5 is not between C4 and C5",
        "bar 2: E5 is not between C4 and C5",
        "bar 2: 1 notes, not 2 to 4",
    ]
    chord = replace(
        tune(60, 64, 67, 72), chords=(ChordChange(0, parse_constraints(chords="C").chords[0][0]),)
    )
    constraints = parse_constraints(chords="C:2 G:2")
    assert constraints.violations(chord, "leadsheet") == [
        "bar 1: the chord is C, not G",
        "bar 1: the chord is C, not G",
    ]
    assert parse_constraints(chords="F").violations(chord, "melody") == [
        "bar 1: G4 is no tone of F"
    ]
    held = Phrase(COMMON_TIME, 1, parts=(Part((Note(0, 3, 60), Note(2, 2, 64))),))
    assert parse_constraints(max_polyphony=1).violations(held, "roll") == [
        "bar 1: 2 pitches sound, not 1"
    ]


def test_drums_have_no_pitch() -> None:
    """They satisfy every key and every chord."""
    drums = Phrase(COMMON_TIME, 1, parts=(Part((Note(0, 1, 42),), is_drum=True),))
    assert not parse_constraints("C", chords="C").violations(drums, "drums")
