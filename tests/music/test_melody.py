"""Finding the melody: by name, by how it moves, by the user's word; one voice of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from musicvae.errors import RequestError
from musicvae.music.melody import find_melody, skyline
from musicvae.music.notes import Note, Part, Phrase
from musicvae.music.pianoroll import part_to_roll
from musicvae.music.voices import voice

from ..strategies import phrases

TUNE = tuple(Note(2 * i, 2, pitch) for i, pitch in enumerate([72, 74, 76, 77, 79, 77, 76, 74] * 2))
CHORDS = tuple(Note(8 * i, 8, pitch) for i in range(4) for pitch in (48, 52, 55))
BASS = tuple(Note(4 * i, 4, pitch) for i, pitch in enumerate([36, 43, 36, 43, 41, 36, 43, 36]))


def band(tune: str = "", chords: str = "", bass: str = "") -> Phrase:
    """Bass, chords and a tune, in that order, by these names; and drums."""
    parts = (
        Part(BASS, 33, name=bass),
        Part(CHORDS, 0, name=chords),
        Part(TUNE, 73, name=tune),
        Part(TUNE, 0, is_drum=True, name="melody of drums"),
    )
    return Phrase(bars=2, parts=parts)


def test_without_names_the_part_that_moves_like_a_tune_is_taken() -> None:
    """One voice, high, in steps; drums are never the melody."""
    assert find_melody(band()).notes == TUNE


def test_a_name_decides_before_the_notes_do() -> None:
    """What is called the vocal line is the melody, however it moves."""
    assert find_melody(band(tune="Flute", chords="Piano", bass="Lead Vocals")).notes == BASS


@pytest.mark.parametrize("track", [1, "1", "ba", "BASS"])
def test_the_user_decides_before_all(track: str | int) -> None:
    """By number from 1, or by a piece of the name."""
    assert find_melody(band(tune="Melody", bass="Bass"), track).notes == BASS


@pytest.mark.parametrize("track", [0, 5, "oboe"])
def test_a_track_that_is_not_there_is_answered_with_those_that_are(track: str | int) -> None:
    """The sentence lists them."""
    with pytest.raises(RequestError, match="2 'Piano'"):
        find_melody(band(chords="Piano"), track)


def test_drums_alone_have_no_melody() -> None:
    """And the sentence says so."""
    with pytest.raises(RequestError, match="nothing pitched"):
        find_melody(Phrase(bars=2, parts=(Part(TUNE, is_drum=True),)))


def test_the_skyline_of_chords_is_their_top() -> None:
    """One note at a time."""
    assert [note.pitch for note in skyline(CHORDS)] == [55] * 4


def test_a_lower_note_under_a_higher_one_is_left_out_and_one_that_outlasts_it_is_not() -> None:
    """An accompaniment under a long note; a legato line downwards."""
    assert skyline([Note(0, 8, 72), Note(2, 2, 60)]) == (Note(0, 8, 72),)
    assert skyline([Note(0, 3, 72), Note(2, 4, 71)]) == (Note(0, 2, 72), Note(2, 4, 71))


@given(phrases())
@settings(max_examples=60, deadline=None)
def test_a_skyline_has_one_voice_and_is_its_own_skyline(phrase: Phrase) -> None:
    """No two notes at once, and nothing to take away a second time."""
    for part in phrase.parts:
        line = skyline(part.notes)
        assert skyline(line) == line
        assert (part_to_roll(Part(line), phrase.steps) > 0).sum(axis=1).max(initial=0) <= 1


def test_the_roll_codec_hears_all_pitched_parts_as_one() -> None:
    """Drums stay out; a named track is heard alone."""
    merged = voice(band(bass="Bass"), "roll").parts
    assert set(merged[0].notes) == {*TUNE, *CHORDS, *BASS}
    assert voice(band(bass="Bass"), "roll", "Bass").parts[0].notes == BASS
    assert voice(band(chords="Piano"), "roll", "Piano").parts[0].notes == CHORDS


@pytest.mark.parametrize("codec", ["melody", "roll"])
def test_silence_of_ours_is_read_as_silence(codec: str) -> None:
    """A walk may cross it, and its file is as good as any."""
    silent = Phrase(bars=2, parts=(Part(name="Flute", program=73),))
    assert voice(silent, codec) == silent
