"""The parts of a phrase that each codec selects, and the error if it has none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from musicvae.codecs import CODECS
from musicvae.codecs.track_selection import Track
from musicvae.errors import RequestError
from musicvae.score.phrase import ChordChange, Note, Part, Phrase
from musicvae.theory.chords import Chord
from musicvae.theory.meter import Meter

from ..strategies import phrases

TUNE = Part(tuple(Note(2 * i, 2, 72 + i % 5) for i in range(16)), 73, name="Tune")
BASS = Part(tuple(Note(4 * i, 4, 36 + i % 3) for i in range(8)), 33, name="Bass")
LEFT = Part(tuple(Note(8 * i, 8, 48) for i in range(4)), 0, name="Piano, left")
RIGHT = Part(tuple(Note(8 * i, 4, 64) for i in range(4)), 0, name="Piano, right")
KIT = Part((Note(0, 4, 36), Note(8, 4, 38), Note(12, 1, 21)), is_drum=True, name="Kit")
SHAKER = Part((Note(0, 1, 42), Note(4, 1, 82)), is_drum=True, name="Shaker")
EVERY_CODEC = pytest.mark.parametrize("codec", CODECS)


def band(*parts: Part) -> Phrase:
    """Two bars of these parts."""
    return Phrase(bars=2, parts=parts)


WHOLE = band(LEFT, RIGHT, BASS, TUNE, KIT, SHAKER)


def select(phrase: Phrase, codec: str, track: Track = None) -> Phrase:
    """The phrase that the codec of that name selects."""
    return CODECS[codec].select(phrase, track)


@EVERY_CODEC
@given(phrase=phrases())
@settings(max_examples=60, deadline=None)
def test_a_codec_selects_its_parts_or_raises(codec: str, phrase: Phrase) -> None:
    """As many parts as it decodes to, and the rest of the phrase as it was."""
    try:
        selected = select(phrase, codec)
    except RequestError:
        with pytest.raises(RequestError, match=r"^nothing pitched|^no drum"):
            select(phrase, codec)
        return
    # what has chords may have those that were recognized from the notes
    chords = phrase.chords if CODECS[codec].has_chords else selected.chords
    assert replace(selected, parts=phrase.parts, chords=chords) == phrase
    decoded = CODECS[codec].decode(CODECS[codec].encode(selected), Meter(1, 16))
    assert [part.is_drum for part in selected.parts] == [part.is_drum for part in decoded.parts]


def test_a_melody_is_one_monophonic_part() -> None:
    """The main melody, or the track that is given."""
    assert select(WHOLE, "melody").parts == (TUNE,)
    assert select(WHOLE, "melody", "Bass").parts == (BASS,)


def test_a_roll_has_all_pitched_parts() -> None:
    """Drums are left out; a given track is selected alone."""
    (part,) = select(WHOLE, "roll").parts
    assert set(part.notes) == {*LEFT.notes, *RIGHT.notes, *BASS.notes, *TUNE.notes}
    assert select(WHOLE, "roll", "Bass").parts == (BASS,)


def test_a_piano_has_the_parts_named_piano() -> None:
    """Both hands; if no part is named so, all pitched parts."""
    (part,) = select(WHOLE, "piano").parts
    assert set(part.notes) == {*LEFT.notes, *RIGHT.notes}
    (part,) = select(band(BASS, TUNE, KIT), "piano").parts
    assert set(part.notes) == {*BASS.notes, *TUNE.notes}
    assert select(WHOLE, "piano", "Tune").parts == (TUNE,)
    for other in (replace(LEFT, notes=()), replace(KIT, name="Piano")):
        assert select(band(other, TUNE), "piano").parts[0].notes == TUNE.notes


def test_drums_are_merged_from_all_parts() -> None:
    """Without pitches that are no drum; a given track is read as drums."""
    (part,) = select(WHOLE, "drums").parts
    assert part.is_drum
    assert set(part.notes) == {*KIT.notes[:2], *SHAKER.notes}
    assert select(WHOLE, "drums", "shaker").parts == (SHAKER,)
    (part,) = select(WHOLE, "drums", "Bass").parts
    assert part == replace(BASS, is_drum=True)


def test_a_trio_is_melody_bass_and_drums() -> None:
    """A given track becomes the melody."""
    melody, bass, drums = select(WHOLE, "trio").parts
    assert (melody, bass) == (TUNE, BASS)
    assert drums == select(WHOLE, "drums").parts[0]
    melody, bass, _ = select(WHOLE, "trio", "Piano, right").parts
    assert (melody, bass) == (RIGHT, BASS)


@pytest.mark.parametrize("kit", [(), (replace(KIT, notes=KIT.notes[2:]),)])
def test_a_missing_bass_or_missing_drums_of_a_trio_are_silent(kit: tuple[Part, ...]) -> None:
    """Drums outside General MIDI do not count; a trio without a melody is refused."""
    melody, bass, drums = select(band(TUNE, *kit), "trio").parts
    assert melody == TUNE
    assert (bass.notes, bass.program, drums.notes, drums.is_drum) == ((), 33, (), True)
    with pytest.raises(RequestError, match="nothing pitched is played"):
        select(band(KIT), "trio")


def test_a_band_is_a_trio_with_the_chords_of_a_lead_sheet() -> None:
    """A given track becomes the melody."""
    assert select(WHOLE, "band").parts == select(WHOLE, "trio").parts
    assert select(WHOLE, "band").chords == select(WHOLE, "leadsheet").chords != ()
    assert select(WHOLE, "band", "Piano, right").parts[0] == RIGHT


CHORDS = Part(
    tuple(Note(16 * bar, 16, pitch) for bar in range(2) for pitch in (43, 47, 50)), name="Chords"
)
"""G major, lower than a bass's highest mean pitch."""

LOW = Part(tuple(Note(2 * i, 2, 46 + i % 5) for i in range(16)), 80)


@pytest.mark.parametrize(
    ("played", "melody", "bass", "drums", "has_chords"),
    [
        pytest.param((KIT,), (), (), KIT.notes[:2], False, id="drums"),
        pytest.param((TUNE, CHORDS), TUNE.notes, (), (), True, id="lead sheet"),
        pytest.param((TUNE, BASS), TUNE.notes, BASS.notes, (), True, id="melody and bass"),
        pytest.param((BASS,), (), BASS.notes, (), False, id="bass"),
        pytest.param((BASS, KIT), (), BASS.notes, KIT.notes[:2], False, id="bass and drums"),
        pytest.param((CHORDS,), (), (), (), True, id="chords"),
        pytest.param((CHORDS, BASS), (), BASS.notes, (), True, id="bass and chords"),
        pytest.param((replace(BASS, name="Tune"),), BASS.notes, (), (), True, id="low melody"),
        pytest.param((replace(TUNE, name="Bass"),), (), TUNE.notes, (), False, id="high bass"),
        pytest.param((LOW,), (), LOW.notes, (), False, id="unnamed bass"),
        pytest.param((LOW, BASS), LOW.notes, BASS.notes, (), True, id="low tune over a bass"),
        pytest.param((), (), (), (), False, id="nothing"),
    ],
)
def test_what_a_band_does_not_play_is_silent(
    played: tuple[Part, ...],
    melody: tuple[Note, ...],
    bass: tuple[Note, ...],
    drums: tuple[Note, ...],
    has_chords: bool,
) -> None:
    """A bass or a chord track is no melody, a chord track no bass; a bass alone has no chords."""
    selected = select(band(*played), "band")
    assert [part.notes for part in selected.parts] == [melody, bass, drums]
    assert [part.is_drum for part in selected.parts] == [False, False, True]
    assert bool(selected.chords) == has_chords


def test_a_bass_alone_keeps_the_chords_of_its_file() -> None:
    """Chord symbols over a bass line are read."""
    written = (ChordChange(0, Chord(7)), ChordChange(16, Chord(0)))
    assert select(replace(band(BASS), chords=written), "band").chords == written


@pytest.mark.parametrize("codec", ["drums", "trio"])
def test_strokes_of_no_drum_class_are_counted(codec: str) -> None:
    """By number and pitch; their steps are lost. Strokes that all have a class give no notice."""
    odd = (Note(1, 1, 15), Note(5, 1, 15), Note(9, 1, 120))
    selected = select(band(TUNE, Part((*KIT.notes[:2], *odd), is_drum=True)), codec)
    assert selected.notices == (
        "3 drum strokes on no General MIDI drum (MIDI pitch 15, 120) left out",
    )
    assert selected.parts[-1].lost == (1, 5, 9)
    assert selected.parts[-1].notes == KIT.notes[:2]
    clean = select(band(TUNE, SHAKER), codec)
    assert (clean.notices, clean.parts[-1].lost) == ((), ())


def test_without_drums_the_error_says_how_a_track_is_read_as_drums() -> None:
    """It lists the tracks; with a track, the error is about that track."""
    with pytest.raises(RequestError, match=r"to be read as drums \(--track\): 1 'Tune', 2 'Bass'"):
        select(band(TUNE, BASS), "drums")
    high = Part((Note(0, 1, 120),), name="High")
    with pytest.raises(RequestError, match=r"^no drums are played in it$"):
        select(band(high), "drums", "High")


@EVERY_CODEC
def test_tracks_are_joined(codec: str) -> None:
    """Two halves of a melody, two hands of a piano or two drums are one part."""
    halves = (replace(TUNE, notes=TUNE.notes[:8]), replace(TUNE, notes=TUNE.notes[8:], name="B"))
    selected = select(band(BASS, *halves), codec, "2+3")
    assert {note.start for note in selected.parts[0].notes} == set(range(0, 32, 2))


def test_a_missing_part_is_an_error() -> None:
    """Each codec says what is missing; every codec names a missing track."""
    for codec in ("melody", "roll", "piano"):
        with pytest.raises(RequestError, match="nothing pitched is played"):
            select(band(KIT), codec)
    for parts in ((TUNE,), (TUNE, replace(KIT, notes=KIT.notes[2:]))):
        with pytest.raises(RequestError, match="no drums are played"):
            select(band(*parts), "drums")
    for codec in CODECS:
        with pytest.raises(RequestError, match="no track 'oboe'"):
            select(WHOLE, codec, "oboe")


@EVERY_CODEC
def test_a_silent_phrase_is_selected_as_silence(codec: str) -> None:
    """A model may generate silence, so its file must be readable, too."""
    silent = band(replace(TUNE, notes=()))
    selected = select(silent, codec)
    assert selected.is_silent
    assert codec in ("drums", "trio", "band") or selected == silent
