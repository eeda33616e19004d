"""Conversion to and from pretty_midi objects and note tuples."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from musicvae.errors import MeterError, MidiError, RequestError
from musicvae.midi.convert import from_pretty_midi, from_tuples, to_pretty_midi, to_tuples
from musicvae.score.phrase import Note, Part, Phrase, Tempo
from musicvae.theory.meter import TRIPLET, Meter, MeterLike

from ..miniatures import little_band
from ..strategies import phrases

WALTZ = Phrase(
    Meter(3, 4),
    2,
    tempos=(Tempo(0, 400_000),),
    parts=(Part((Note(0, 4, 60, 90), Note(4, 8, 64, 70), Note(12, 12, 67)), 40, name="Violin"),),
)


def test_pretty_midi_keeps_pitch_program_name_and_seconds() -> None:
    """At 150 BPM a quarter lasts .4 s."""
    midi = to_pretty_midi(WALTZ)
    (violin,) = midi.instruments
    assert (violin.program, violin.name) == (40, "Violin")
    assert [note.pitch for note in violin.notes] == [60, 64, 67]
    assert [note.start for note in violin.notes] == pytest.approx([0.0, 0.4, 1.2])


def test_pretty_midi_converts_back() -> None:
    """Meter, tempo, notes, program and name are the same."""
    assert from_pretty_midi(to_pretty_midi(WALTZ)) == [WALTZ]


OFF_GRID = Phrase(bars=1, parts=(Part((Note(0, 4, 60, offset=48), Note(4, 4, 62, offset=-24))),))


def test_converted_notes_include_their_offsets() -> None:
    """Notes 48 ticks of 480 late and 24 early start so in quarters and in seconds."""
    assert to_tuples(OFF_GRID) == [(0.1, 1.0, 60, 80), (0.95, 1.0, 62, 80)]
    (piano,) = to_pretty_midi(OFF_GRID).instruments
    assert [note.start for note in piano.notes] == pytest.approx([0.05, 0.475])


@given(phrases())
@settings(max_examples=60, deadline=None)
def test_tuples_count_in_quarters(phrase: Phrase) -> None:
    """A note of `steps_per_quarter` steps has a duration of 1."""
    for start, duration, pitch, velocity in to_tuples(phrase):
        grid = phrase.meter.steps_per_quarter
        note = Note(round(start * grid), round(duration * grid), pitch, velocity)
        assert any(note in part.notes for part in phrase.parts)


def test_tuples_convert_back() -> None:
    """Given meter, tempo and program, the phrase is the same."""
    phrase = from_tuples(to_tuples(WALTZ), (3, 4), bpm=150, program=40)
    assert to_tuples(phrase) == to_tuples(WALTZ)
    assert (phrase.meter, phrase.tempos) == (WALTZ.meter, WALTZ.tempos)
    later = [(start + 6, length, p, v) for start, length, p, v in to_tuples(WALTZ)]
    assert to_tuples(from_tuples(later, (3, 4))) == later


@pytest.mark.parametrize("meter", [(3, 4), "3/4", Meter(3, 4)], ids=repr)
def test_the_meter_of_tuples_may_have_any_form(meter: MeterLike) -> None:
    """All forms give the same notes; the grid is chosen from them."""
    assert from_tuples(to_tuples(WALTZ), meter) == from_tuples(to_tuples(WALTZ), (3, 4))
    assert from_tuples([(i / 3, 1 / 3, 60) for i in range(9)], meter).meter == Meter(3, 4, TRIPLET)


@pytest.mark.parametrize("meter", ["3/4t", Meter(3, 4, TRIPLET)], ids=repr)
def test_a_meter_with_triplets_sets_the_grid(meter: MeterLike) -> None:
    """Even quarters, which are on both grids, are put on the triplet grid."""
    phrase = from_tuples(to_tuples(WALTZ), meter)
    assert phrase.meter == Meter(3, 4, TRIPLET)
    assert to_tuples(phrase) == to_tuples(WALTZ)


def test_tuples_have_a_default_velocity_and_may_be_triplets() -> None:
    """Three notes per quarter choose the triplet grid; the velocity is 80."""
    phrase = from_tuples([(i / 3, 1 / 3, 60 + i) for i in range(6)])
    assert phrase.meter == Meter(4, 4, 6)
    assert [(n.start, n.velocity) for n in phrase.parts[0].notes] == [(2 * i, 80) for i in range(6)]


@pytest.mark.parametrize("note", [(0, 1, 200, 80), (-1, 1, 60, 80), (0, float("nan"), 60, 80)])
def test_invalid_tuples_are_refused(note: tuple[float, float, int, int]) -> None:
    """An invalid note, no notes and an unusable meter each raise their error."""
    with pytest.raises(MidiError, match="The notes: "):
        from_tuples([note])
    with pytest.raises(MidiError, match="there are none"):
        from_tuples([])
    with pytest.raises(MeterError):
        from_tuples([(0, 1, 60, 80)], (4, 5))


def test_tuples_of_one_part_are_those_of_its_phrase() -> None:
    """By number or by name; all parts together are all of them."""
    band = little_band(Meter(), 2)
    alone = [to_tuples(replace(band, parts=(part,))) for part in band.parts]
    assert [to_tuples(band, track=n) for n in range(1, len(band.parts) + 1)] == alone
    assert to_tuples(band, track=band.parts[0].name) == alone[0]
    assert sorted(note for notes in alone for note in notes) == sorted(to_tuples(band))
    with pytest.raises(RequestError, match="there is no track 'viola' in it"):
        to_tuples(band, track="viola")
