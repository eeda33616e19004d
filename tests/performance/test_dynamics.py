"""Velocities that follow meter, phrase and pitch."""

from __future__ import annotations

from dataclasses import replace
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.performance.accompaniment import add_accompaniment
from musicvae.performance.dynamics import (
    ACCOMPANIMENT_VELOCITY,
    SWELL,
    apply_dynamics,
    phrase_swell,
)
from musicvae.performance.transfer import apply_defaults
from musicvae.score.phrase import ChordChange, Note, Part, Phrase
from musicvae.theory.chords import Chord
from musicvae.theory.meter import Meter

from ..strategies import METERS, phrases


@given(phrases(offsets=True))
@settings(max_examples=150, deadline=None)
def test_only_velocities_change_and_do_not_depend_on_the_old_ones(phrase: Phrase) -> None:
    """Applied twice, dynamics give the same phrase as applied once, in any meter."""
    dynamic = apply_dynamics(phrase)
    assert with_one_velocity(dynamic) == with_one_velocity(phrase)
    assert apply_dynamics(dynamic) == dynamic == apply_dynamics(phrase)


def with_one_velocity(phrase: Phrase) -> Phrase:
    """The phrase with velocity 80 for every note."""
    parts = [
        replace(part, notes=tuple(replace(note, velocity=80) for note in part.notes))
        for part in phrase.parts
    ]
    return replace(phrase, parts=tuple(parts))


@pytest.mark.parametrize("drums", [False, True])
@given(meter=st.sampled_from(METERS), bars=st.integers(1, 9), seed=st.integers(0, 11))
@settings(max_examples=80, deadline=None)
def test_the_downbeat_is_louder_than_what_is_off_the_beat(
    drums: bool, meter: Meter, bars: int, seed: int
) -> None:
    """In the mean over a part with a note on every step, in any meter and on both grids."""
    pitches = [36, 38, 42, 51][seed % 4 : seed % 4 + 1] if drums else [60, 62, 64, 67, 65]
    notes = (
        Note(i, 1, pitches[(i + seed) % len(pitches)]) for i in range(bars * meter.steps_per_bar)
    )
    phrase = Phrase(meter, bars, parts=(Part(tuple(notes), is_drum=drums),))
    velocities: dict[int, list[int]] = {}
    for note in apply_dynamics(phrase).parts[0].notes:
        velocities.setdefault(meter.level(note.start), []).append(note.velocity)
    for light in {3, 4} & velocities.keys():
        if not drums or pitches == [42]:
            assert mean(velocities[0]) > mean(velocities[light])
    if 4 in velocities:
        assert mean(velocities[0]) > mean(velocities[4]) or pitches == [38]


def test_a_phrase_swells_to_its_peak_and_fades() -> None:
    """Four bars that rise to C6 near the end of the second, played twice."""
    tops = [60, 64, 67, 72, 74, 76, 79, 84, 83, 79, 76, 84, 72, 67, 64, 60]
    notes = tuple(Note(4 * i, 4, pitch) for i, pitch in enumerate(tops * 2))
    phrase = Phrase(bars=8, parts=(Part(notes),))
    swell = phrase_swell(phrase)
    shape = [swell(step) for step in range(128)]
    assert shape[:64] == shape[64:]
    assert max(shape) == shape[28] == SWELL
    assert min(shape) == shape[0] == -SWELL
    assert shape[:29] == sorted(shape[:29])
    assert shape[28:64] == sorted(shape[28:64], reverse=True)


def test_high_notes_and_the_melody_are_louder() -> None:
    """On one beat, the top of a chord is the loudest, and the first part louder than others."""
    chord = Part((Note(0, 4, 60), Note(0, 4, 64), Note(0, 4, 67)))
    low, middle, high = (
        n.velocity for n in apply_dynamics(Phrase(bars=1, parts=(chord,))).parts[0].notes
    )
    assert low < middle < high
    alone = Part((Note(0, 4, 60),))
    first, second = apply_dynamics(Phrase(bars=1, parts=(alone, alone))).parts
    assert first.notes[0].velocity - second.notes[0].velocity == 80 - ACCOMPANIMENT_VELOCITY


def test_defaults_of_generated_music() -> None:
    """The tempo and program that are given, and dynamics."""
    phrase = Phrase(bars=1, parts=(Part((Note(0, 2, 60), Note(2, 2, 60), Note(4, 4, 60))),))
    played = apply_defaults(phrase, 400_000, 40)
    assert (played.tempos[0].microseconds, played.parts[0].program) == (400_000, 40)
    first_beat, off_beat, second_beat = (note.velocity for note in played.parts[0].notes)
    assert first_beat > second_beat > off_beat


def test_chords_swell_with_the_melody_and_stay_below_it() -> None:
    """In a lead sheet of four bars."""
    notes = tuple(Note(4 * i, 4, 60 + i % 8) for i in range(16))
    sheet = Phrase(bars=4, parts=(Part(notes),), chords=(ChordChange(0, Chord(0)),))
    melody, chords, bass = add_accompaniment(apply_dynamics(sheet)).parts
    assert max(n.velocity for n in (*chords.notes, *bass.notes)) < mean(
        n.velocity for n in melody.notes
    )
    assert len({note.velocity for note in chords.notes}) > 1
