"""What is measured of a phrase: little phrases whose figures can be counted."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.codecs import CODECS
from musicvae.metrics.attributes import ATTRIBUTES, attributes_of, metric_strength
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.drum_kit import PITCH_OF
from musicvae.theory.meter import TRIPLET, Meter

from ..miniatures import little_tune
from ..strategies import METERS

COMMON = Meter(4, 4)
KICK, SNARE, HAT = PITCH_OF[:3]


def phrase(*notes: tuple[int, int, int], meter: Meter = COMMON, bars: int = 2) -> Phrase:
    """Notes of start, duration and pitch."""
    return Phrase(meter, bars, parts=(Part(tuple(Note(*note) for note in notes)),))


def measure(name: str, *notes: tuple[int, int, int], meter: Meter = COMMON) -> float:
    """One attribute of some notes."""
    return ATTRIBUTES[name](phrase(*notes, meter=meter))


def test_figures_of_a_little_tune_are_what_is_counted() -> None:
    """Four notes in two bars: C, E, F sharp and C above, two quarters and two eighths long."""
    tune = phrase((0, 8, 60), (8, 8, 64), (16, 2, 66), (20, 2, 72))
    found = {name: one(tune) for name, one in ATTRIBUTES.items()}
    assert found == {
        "density": 2,
        "syncopation-8": 0,
        "syncopation-16": 0,
        "interval": 4,
        "range": 12,
        "in-key": 1,  # G major
        "pitch": 65.5,
        "length": math.log2(1.25),
    }


def test_a_note_is_syncopated_where_the_stronger_place_before_it_is_empty() -> None:
    """An eighth after a struck beat is none, nor is a sixteenth after a struck eighth."""
    assert measure("syncopation-8", (0, 2, 60), (2, 2, 60)) == 0
    assert measure("syncopation-8", (0, 2, 60), (6, 2, 60)) == 0.5
    assert measure("syncopation-8", (0, 2, 60), (5, 1, 60), (6, 2, 60)) == 0
    assert measure("syncopation-16", (0, 1, 60), (1, 1, 60), (7, 1, 60), (8, 1, 60)) == 0.25
    assert measure("syncopation-16", (6, 1, 60), (7, 1, 60)) == 0


def test_a_jig_that_goes_long_short_is_not_syncopated() -> None:
    """In 6/8 the beat is the dotted quarter."""
    lilt = [(start, 2, 60) for start in (0, 4, 6, 10)]
    assert measure("syncopation-8", *lilt, meter=Meter(6, 8)) == 0
    assert measure("syncopation-8", *lilt[1::2], meter=Meter(6, 8)) == 1


def test_triplets_after_a_beat_are_not_syncopated() -> None:
    """Nor are straight eighths on their grid; sixteenths between them are the finer kind."""
    meter = Meter(4, 4, TRIPLET)
    assert [metric_strength(step, meter) for step in range(7)] == [0, 2, 1, 1, 1, 2, 0]
    for name in ("syncopation-8", "syncopation-16"):
        assert measure(name, (0, 2, 60), (2, 2, 60), (4, 2, 60), meter=meter) == 0


@given(st.sampled_from(METERS), st.integers(0, 99))
def test_shares_are_shares_in_every_meter(meter: Meter, seed: int) -> None:
    """A bar begins on a beat; both kinds of syncopation together are at most all."""
    assert metric_strength(meter.steps_per_bar, meter) == 0
    tune = little_tune(meter, seed)
    if not tune.is_silent:
        eighths, sixteenths = (ATTRIBUTES[f"syncopation-{n}"](tune) for n in (8, 16))
        assert 0 <= eighths <= eighths + sixteenths <= 1
        assert 7 / 12 <= ATTRIBUTES["in-key"](tune) <= 1


@given(st.integers(0, 99), st.integers(-12, 12))
def test_in_another_key_only_the_pitch_is_another(seed: int, semitones: int) -> None:
    """By as many semitones."""
    tune = little_tune(Meter(), seed)
    notes = tuple(replace(note, pitch=note.pitch + semitones) for note in tune.parts[0].notes)
    moved = replace(tune, parts=(Part(notes),))
    for name, one in ATTRIBUTES.items():
        difference = semitones if name == "pitch" else 0
        assert one(moved) - one(tune) == pytest.approx(difference)


def test_of_drums_kick_and_snare_are_syncopated() -> None:
    """Hi-hats on all eighths do not fill the beat for them."""
    hats = tuple(Note(start, 1, HAT) for start in range(0, 16, 2))
    drums = Part((*hats, Note(0, 1, KICK), Note(4, 1, SNARE), Note(10, 1, KICK)), is_drum=True)
    assert ATTRIBUTES["syncopation-8"](Phrase(Meter(), 1, parts=(drums,))) == pytest.approx(1 / 3)
    only_hats = Phrase(Meter(), 1, parts=(Part(hats, is_drum=True),))
    assert ATTRIBUTES["syncopation-8"](only_hats) == 0
    assert list(attributes_of(CODECS["drums"])) == ["density", "syncopation-8", "syncopation-16"]


def test_of_several_parts_the_first_is_measured_and_silence_has_no_figure() -> None:
    """The melody of a trio; what it rests in has no pitch."""
    one = phrase((0, 4, 60))
    bass = Part((Note(0, 4, 30), Note(4, 4, 31)), program=33)
    two = replace(one, parts=(*one.parts, bass))
    assert ATTRIBUTES["density"](two) == 0.5
    assert attributes_of(CODECS["trio"]) == attributes_of(CODECS["leadsheet"]) == ATTRIBUTES
    assert all(math.isnan(each(replace(one, parts=(Part(), bass)))) for each in ATTRIBUTES.values())


def test_partners_are_each_others() -> None:
    """Density and length, interval and range."""
    for name, one in ATTRIBUTES.items():
        if one.partner:
            assert ATTRIBUTES[one.partner].partner == name
