"""A file whose meter changes: every section is worked on, and the file comes back whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from musicvae.api import inputs
from musicvae.api.model import MusicVAE
from musicvae.errors import RequestError
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from ..miniatures import little_band, tiny_checkpoint, tiny_prior

NAMES = ("melody-2bar", "leadsheet-8bar", "band-8bar")


@pytest.fixture(scope="module", params=NAMES)
def model(request: pytest.FixtureRequest) -> MusicVAE:
    """One of each kind of codec, with a prior."""
    return MusicVAE(tiny_prior(tiny_checkpoint(request.param)))


def whole(*sections: Phrase, main: int = 0) -> Phrase:
    """One of the sections with the others around it."""
    before, after = sections[:main], sections[main + 1 :]
    return replace(sections[main], before=before, after=after)


def foreign(phrase: Phrase) -> bytes:
    """The file of a phrase as if another program had written it."""
    return midi_bytes(phrase).replace(b"musicvae:", b"somebody:")


METERS = (Meter(4, 4), Meter(3, 4))
BAND = whole(*(little_band(meter, seed, bars=1) for seed, meter in enumerate(METERS)), main=1)


def shape(phrase: Phrase) -> list[tuple[Meter, int]]:
    """Meter and bars of each section."""
    return [(section.meter, section.bars) for section in phrase.sections]


def test_every_verb_of_one_file_gives_the_file_back_whole(model: MusicVAE) -> None:
    """Meters and lengths of all sections stay; extend adds bars to the last one."""
    for source in (BAND, foreign(BAND)):
        assert shape(model.vary(source, 1, seed=1)[0]) == shape(BAND)
        assert shape(model.reconstruct(source).phrase) == shape(BAND)
        longer = model.extend(source, 1, seed=1)
        *earlier, (meter, bars) = shape(BAND)
        assert shape(longer) == [*earlier, (meter, bars + 1)]


def test_what_comes_back_is_written_and_replayed_byte_for_byte(model: MusicVAE) -> None:
    """Each section has its recipe; extend's stands in the last one."""
    varied, longer = (
        model.vary(BAND, 2, seed=1, only=True),
        model.extend(BAND, 1, seed=1, only=True),
    )
    for phrase in (varied[1], longer):
        data = midi_bytes(phrase)
        assert read_midi(data) == [*phrase.sections]
        assert midi_bytes(model.replay(data)) == data


def test_extend_leaves_everything_before_the_new_bars_as_it_is(model: MusicVAE) -> None:
    """The parts of every section that the model reads keep their notes."""
    longer = model.extend(BAND, 2, seed=1)
    for before, after in zip(BAND.sections, longer.sections, strict=True):
        selected = model.player.codec.select(before)
        for part, extended in zip(selected.parts, after.parts, strict=False):
            assert extended.notes[: len(part.notes)] == part.notes


def test_a_result_of_several_sections_is_a_source_again(model: MusicVAE) -> None:
    """A phrase in memory and its file give the same variations, from the z of their recipes."""
    varied = model.vary(BAND, 1, seed=1)[0]
    again = [model.vary(source, 1, seed=2)[0] for source in (varied, midi_bytes(varied))]
    assert again[0].sections == again[1].sections
    assert model.reconstruct(varied).phrase.sections == varied.sections


def tune(start: int, name: str = "") -> Part:
    """A bar of quarters that moves by steps."""
    return Part(tuple(Note(4 * i, 4, start + i) for i in range(3)), name=name)


def test_all_sections_are_read_from_the_same_track(tiny_model: MusicVAE) -> None:
    """From the melody of the main one, or the track that is given, even where it rests."""
    low, high, rest = tune(50, "Cello"), tune(80, "Flute"), Part(name="Flute")
    march = Phrase(Meter(4, 4), 1, parts=(low, high))
    waltz = Phrase(Meter(3, 4), 1, parts=(low, rest))
    source = whole(march, waltz)
    for data in (source, foreign(source)):
        for track, notes in ((None, [3, 0]), ("Flute", [3, 0]), (1, [3, 3]), ("1+2", [3, 3])):
            longer = tiny_model.reconstruct(data, track=track)
            sections = longer.phrase.sections
            assert [section.parts[0].name for section in sections] == [
                "Flute" if track in (None, "Flute") else "Cello"
            ] * 2
            assert [bool(section.parts[0].notes) for section in sections][1:] == [notes[1] > 0]


def test_a_section_without_the_parts_of_the_model_stays_silent() -> None:
    """It keeps its meter and length; the drums of a trio play on where the melody rests."""
    drums = Part(tuple(Note(4 * i, 1, 36) for i in range(3)), is_drum=True)
    march = Phrase(Meter(4, 4), 1, parts=(tune(70), drums))
    waltz = Phrase(Meter(3, 4), 1, parts=(replace(tune(70), notes=()), drums))
    source = whole(march, waltz)
    melody = MusicVAE(tiny_checkpoint("melody-2bar")).vary(source, 1, seed=1)[0]
    assert shape(melody) == shape(source)
    assert melody.sections[1].is_silent
    trio = MusicVAE(tiny_checkpoint("band-8bar")).reconstruct(source)
    assert trio.steps == 16 + 12


def test_parts_that_rest_in_the_section_with_most_notes_are_read_in_the_others() -> None:
    """Drums that enter with another meter, or a track that does; nowhere, it is an error."""
    drums = Part(tuple(Note(4 * i, 1, 36) for i in range(2)), is_drum=True, name="Kit")
    rest = replace(drums, notes=())
    march = Phrase(Meter(4, 4), 1, parts=(tune(70, "Flute"), rest))
    waltz = Phrase(Meter(3, 4), 1, parts=(Part(name="Flute"), drums))
    model = MusicVAE(tiny_checkpoint("drums-2bar"))
    for track in (None, "Kit", 2):
        result = model.reconstruct(whole(march, waltz), track=track)
        assert shape(result.phrase) == [(Meter(4, 4), 1), (Meter(3, 4), 1)]
        assert result.steps == 12
    with pytest.raises(RequestError, match="no drums are played in it"):
        model.reconstruct(whole(march, replace(waltz, parts=(tune(60), rest))))


def test_accuracy_is_of_all_sections(tiny_model: MusicVAE) -> None:
    """It is the share of right steps and the F1 of notes, of all sections together."""
    sections = BAND.sections
    alone = [tiny_model.reconstruct(section, track=1) for section in sections]
    together = tiny_model.reconstruct(whole(*sections), track=1)
    steps, notes = (sum(getattr(one, of) for one in alone) for of in ("steps", "notes"))
    assert (together.steps, together.notes) == (steps, notes)
    right = sum(one.accuracy * one.steps for one in alone)
    assert together.accuracy == pytest.approx(right / steps)
    assert together.note_f1 == pytest.approx(sum(one.note_f1 * one.notes for one in alone) / notes)


def test_verbs_of_several_files_read_the_section_with_most_notes(tiny_model: MusicVAE) -> None:
    """They say so; of a phrase with others around it, they read itself."""
    data = foreign(BAND)
    walk = tiny_model.interpolate(data, BAND, 2)
    assert any("changes meter: of 2 sections" in notice for notice in walk[0].notices)
    assert inputs.to_phrase(data).notices == walk[0].notices
    assert inputs.open(BAND).main == BAND
    assert all(len(phrase.sections) == 1 for phrase in walk)


def test_a_number_of_bars_that_is_too_large_counts_all_sections(tiny_model: MusicVAE) -> None:
    """Vary refuses it before it begins."""
    long = replace(BAND.sections[0], bars=600)
    with pytest.raises(RequestError, match=r"not 1,200: cut the file"):
        tiny_model.vary(whole(long, long), 1)


def test_a_track_without_notes_is_an_error(tiny_model: MusicVAE) -> None:
    """Also where other tracks have some; the error has its number or name."""
    silent = Part(name="Oboe")
    for track in (2, "oboe"):
        with pytest.raises(RequestError, match="has no notes"):
            tiny_model.reconstruct(Phrase(bars=1, parts=(tune(60), silent)), track=track)
