"""Finding melody and bass by name, by notes or by choice of the user, as single lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from musicvae.errors import RequestError
from musicvae.score.melody_extraction import find_bass, find_melody, skyline
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.pianoroll import part_to_roll

from ..strategies import phrases

TUNE = tuple(Note(2 * i, 2, pitch) for i, pitch in enumerate([72, 74, 76, 77, 79, 77, 76, 74] * 2))
CHORDS = tuple(Note(8 * i, 8, pitch) for i in range(4) for pitch in (48, 52, 55))
BASS = tuple(Note(4 * i, 4, pitch) for i, pitch in enumerate([36, 43, 36, 43, 41, 36, 43, 36]))


def band(tune: str = "", chords: str = "", bass: str = "") -> Phrase:
    """Bass, chords, a tune with these names, and drums."""
    parts = (
        Part(BASS, 33, name=bass),
        Part(CHORDS, 0, name=chords),
        Part(TUNE, 73, name=tune),
        Part(TUNE, 0, is_drum=True, name="melody of drums"),
    )
    return Phrase(bars=2, parts=parts)


def test_without_names_the_part_that_moves_like_a_tune_is_taken() -> None:
    """The tune plays single high notes in steps; drums are never the melody."""
    assert find_melody(band()).notes == TUNE


def test_a_name_decides_before_the_notes_do() -> None:
    """A part called vocals is the melody, whatever its notes are."""
    assert find_melody(band(tune="Flute", chords="Piano", bass="Lead Vocals")).notes == BASS


@pytest.mark.parametrize("track", [1, "1", "ba", "BASS"])
def test_the_user_may_choose_the_track(track: str | int) -> None:
    """A number from 1 or a part of its name selects it, whatever names and notes say."""
    assert find_melody(band(tune="Melody", bass="Bass"), track).notes == BASS


@pytest.mark.parametrize("track", [0, 5, "oboe"])
def test_an_unknown_track_is_an_error_that_lists_the_tracks(track: str | int) -> None:
    """The message has number and name of each."""
    with pytest.raises(RequestError, match="2 'Piano'"):
        find_melody(band(chords="Piano"), track)


def test_drums_alone_have_no_melody() -> None:
    """The error says that nothing is pitched."""
    with pytest.raises(RequestError, match="nothing pitched"):
        find_melody(Phrase(bars=2, parts=(Part(TUNE, is_drum=True),)))


def test_the_skyline_of_chords_is_their_top() -> None:
    """The skyline has the highest note of each chord."""
    assert [note.pitch for note in skyline(CHORDS)] == [55] * 4


def test_a_note_below_a_higher_one_is_dropped_unless_it_follows_it_legato() -> None:
    """Accompaniment below a long note is dropped; a descending legato line is kept."""
    assert skyline([Note(0, 8, 72), Note(2, 2, 60)]) == (Note(0, 8, 72),)
    assert skyline([Note(0, 3, 72), Note(2, 4, 71)]) == (Note(0, 2, 72), Note(2, 4, 71))


@given(phrases())
@settings(max_examples=60, deadline=None)
def test_a_skyline_is_one_line_and_its_own_skyline(phrase: Phrase) -> None:
    """No two notes sound at once, and a second pass changes nothing."""
    for part in phrase.parts:
        line = skyline(part.notes)
        assert skyline(line) == line
        assert (part_to_roll(Part(line), phrase.steps) > 0).sum(axis=1).max(initial=0) <= 1


LOW_FIFTHS = tuple(note for i in range(4) for note in (Note(8 * i, 8, 40), Note(8 * i, 8, 47)))


def bass_of(*parts: Part) -> Part:
    """The bass of a phrase of these parts and the tune, which is the melody."""
    return find_bass(Phrase(bars=2, parts=(*parts, Part(TUNE, 73))), Part(TUNE, 73))


def test_a_bass_is_found_by_its_program_or_its_name() -> None:
    """Of two, the one with more notes; a lower part without a bass program does not count."""
    low = Part(tuple(Note(8 * i, 8, 24) for i in range(4)), 19)
    assert bass_of(low, Part(BASS, 33)).notes == BASS
    assert bass_of(low, Part(BASS, 58, name="Kontrabass")).notes == BASS
    assert bass_of(Part(LOW_FIFTHS[::2], 32), Part(BASS, 33)).notes == BASS


def test_without_a_named_bass_the_lowest_part_is_the_bass() -> None:
    """It must be low enough and pitched; else the bass is an empty part."""
    kit = Part(tuple(Note(4 * i, 1, 36) for i in range(8)), is_drum=True, name="bass drum")
    assert bass_of(Part(CHORDS), Part(BASS, 19), kit) == Part(BASS, 19)
    high = tuple(Note(8 * i, 8, 64) for i in range(4))
    assert bass_of(Part(high), kit).notes == ()
    assert bass_of(Part(high), kit).program == 33


def test_the_bass_is_the_lowest_line_and_never_the_melody() -> None:
    """It has one note at a time; a part with the notes of the melody does not count."""
    assert bass_of(Part(LOW_FIFTHS, 33)).notes == LOW_FIFTHS[::2]
    assert bass_of(Part(TUNE, 33)).notes == ()
    alone = Part(BASS, 33)
    assert find_bass(Phrase(bars=2, parts=(alone,)), alone).notes == ()
