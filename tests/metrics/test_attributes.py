"""Attributes of small phrases, counted by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.codecs import CODECS
from musicvae.metrics.attributes import ATTRIBUTES, attributes_of, metric_level, top_line
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.drum_kit import DRUM_PITCH
from musicvae.theory.meter import TRIPLET, Meter

from ..miniatures import little_tune
from ..strategies import METERS

COMMON = Meter(4, 4)
KICK, SNARE, HAT = DRUM_PITCH[:3]


def phrase(*notes: tuple[int, int, int], meter: Meter = COMMON, bars: int = 2) -> Phrase:
    """A phrase of notes, each given as start, duration and pitch."""
    return Phrase(meter, bars, parts=(Part(tuple(Note(*note) for note in notes)),))


def measure(name: str, *notes: tuple[int, int, int], meter: Meter = COMMON) -> float:
    """The named attribute of a phrase of these notes."""
    return ATTRIBUTES[name](phrase(*notes, meter=meter))


def test_figures_of_a_little_tune_are_as_counted_by_hand() -> None:
    """Four notes in two bars: C, E, F sharp and the C above; two half notes and two eighths."""
    tune = phrase((0, 8, 60), (8, 8, 64), (16, 2, 66), (20, 2, 72))
    values = {name: attribute(tune) for name, attribute in ATTRIBUTES.items()}
    assert values == {
        "density": 2,
        "syncopation-8": 0,
        "syncopation-16": 0,
        "interval": 4,
        "range": 12,
        "in-key": 1,  # G major
        "pitch": 65.5,
        "length": math.log2(1.25),
    }


@given(
    st.lists(
        st.tuples(st.integers(0, 15), st.integers(1, 16), st.integers(40, 80)),
        min_size=1,
        unique_by=lambda note: (note[0], note[2]),
    )
)
def test_the_top_line_is_the_highest_note_of_each_onset(notes: list[tuple[int, int, int]]) -> None:
    """However long it and the notes below it are, and in any order."""
    line = top_line([Note(*note) for note in notes])
    onsets = sorted({start for start, _, _ in notes})
    assert [note.start for note in line] == onsets
    assert [note.pitch for note in line] == [
        max(pitch for start, _, pitch in notes if start == onset) for onset in onsets
    ]


def test_the_interval_of_chords_is_that_of_their_highest_notes() -> None:
    """A long note below them is not heard as the tune."""
    assert measure("interval", (0, 4, 72), (0, 16, 48), (4, 4, 74), (4, 8, 60)) == 2


def test_a_note_is_syncopated_if_the_stronger_step_before_it_is_empty() -> None:
    """An eighth after an onset on the beat is not, nor a sixteenth after an onset on the eighth."""
    assert measure("syncopation-8", (0, 2, 60), (2, 2, 60)) == 0
    assert measure("syncopation-8", (0, 2, 60), (6, 2, 60)) == 0.5
    assert measure("syncopation-8", (0, 2, 60), (5, 1, 60), (6, 2, 60)) == 0
    assert measure("syncopation-16", (0, 1, 60), (1, 1, 60), (7, 1, 60), (8, 1, 60)) == 0.25
    assert measure("syncopation-16", (6, 1, 60), (7, 1, 60)) == 0


def test_the_long_short_rhythm_of_a_jig_is_not_syncopated() -> None:
    """A beat of 6/8 is a dotted quarter."""
    lilt = [(start, 2, 60) for start in (0, 4, 6, 10)]
    assert measure("syncopation-8", *lilt, meter=Meter(6, 8)) == 0
    assert measure("syncopation-8", *lilt[1::2], meter=Meter(6, 8)) == 1


def test_triplets_after_a_beat_are_not_syncopated() -> None:
    """Nor are straight eighths on the triplet grid; only steps between both are level 2."""
    meter = Meter(4, 4, TRIPLET)
    assert [metric_level(step, meter) for step in range(7)] == [0, 2, 1, 1, 1, 2, 0]
    for name in ("syncopation-8", "syncopation-16"):
        assert measure(name, (0, 2, 60), (2, 2, 60), (4, 2, 60), meter=meter) == 0


@given(st.sampled_from(METERS), st.integers(0, 99))
def test_shares_lie_between_0_and_1_in_every_meter(meter: Meter, seed: int) -> None:
    """A bar begins on a beat; the two shares of syncopation add up to at most 1."""
    assert metric_level(meter.steps_per_bar, meter) == 0
    tune = little_tune(meter, seed)
    if not tune.is_silent:
        eighths, sixteenths = (ATTRIBUTES[f"syncopation-{n}"](tune) for n in (8, 16))
        assert 0 <= eighths <= eighths + sixteenths <= 1
        assert 7 / 12 <= ATTRIBUTES["in-key"](tune) <= 1


@given(st.integers(0, 99), st.integers(-12, 12))
def test_transposing_changes_only_the_pitch(seed: int, semitones: int) -> None:
    """It changes by as many semitones."""
    tune = little_tune(Meter(), seed)
    notes = tuple(replace(note, pitch=note.pitch + semitones) for note in tune.parts[0].notes)
    moved = replace(tune, parts=(Part(notes),))
    for name, attribute in ATTRIBUTES.items():
        difference = semitones if name == "pitch" else 0
        assert attribute(moved) - attribute(tune) == pytest.approx(difference)


def test_only_kick_and_snare_of_drums_are_syncopated() -> None:
    """Hi-hats on all eighths do not make the beat of a kick count as played."""
    hats = tuple(Note(start, 1, HAT) for start in range(0, 16, 2))
    drums = Part((*hats, Note(0, 1, KICK), Note(4, 1, SNARE), Note(10, 1, KICK)), is_drum=True)
    assert ATTRIBUTES["syncopation-8"](Phrase(Meter(), 1, parts=(drums,))) == pytest.approx(1 / 3)
    only_hats = Phrase(Meter(), 1, parts=(Part(hats, is_drum=True),))
    assert ATTRIBUTES["syncopation-8"](only_hats) == 0
    assert list(attributes_of(CODECS["drums"])) == ["density", "syncopation-8", "syncopation-16"]


def test_the_first_of_several_parts_is_measured_and_silence_is_nan() -> None:
    """The melody of a trio, even where only its bass plays."""
    melody = phrase((0, 4, 60))
    bass = Part((Note(0, 4, 30), Note(4, 4, 31)), program=33)
    with_bass = replace(melody, parts=(*melody.parts, bass))
    assert ATTRIBUTES["density"](with_bass) == 0.5
    assert attributes_of(CODECS["trio"]) == attributes_of(CODECS["leadsheet"]) == ATTRIBUTES
    only_bass = replace(melody, parts=(Part(), bass))
    assert all(math.isnan(attribute(only_bass)) for attribute in ATTRIBUTES.values())


def test_partners_are_mutual() -> None:
    """Density and length, interval and range."""
    for name, attribute in ATTRIBUTES.items():
        if attribute.partner:
            assert ATTRIBUTES[attribute.partner].partner == name
