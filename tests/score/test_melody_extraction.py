"""Finding the melody: by name, by how it moves, by the user's word; one voice of it."""

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


LOW_VOICES = tuple(note for i in range(4) for note in (Note(8 * i, 8, 40), Note(8 * i, 8, 47)))


def bass_of(*parts: Part) -> Part:
    """Of the tune and those parts, the bass."""
    return find_bass(Phrase(bars=2, parts=(*parts, Part(TUNE, 73))), Part(TUNE, 73))


def test_a_bass_is_known_by_its_program_or_its_name() -> None:
    """Of two, the one that plays more; a part that is lower is not asked."""
    low = Part(tuple(Note(8 * i, 8, 24) for i in range(4)), 19)
    assert bass_of(low, Part(BASS, 33)).notes == BASS
    assert bass_of(low, Part(BASS, 58, name="Kontrabass")).notes == BASS
    assert bass_of(Part(LOW_VOICES[::2], 32), Part(BASS, 33)).notes == BASS


def test_without_one_the_lowest_part_is_the_bass() -> None:
    """If it is low, and no drums."""
    kit = Part(tuple(Note(4 * i, 1, 36) for i in range(8)), is_drum=True, name="bass drum")
    assert bass_of(Part(CHORDS), Part(BASS, 19), kit) == Part(BASS, 19)
    high = tuple(Note(8 * i, 8, 64) for i in range(4))
    assert bass_of(Part(high), kit).notes == ()
    assert bass_of(Part(high), kit).program == 33


def test_the_bass_is_the_lowest_voice_and_never_the_melody() -> None:
    """One note at a time; what the melody plays is not played twice."""
    assert bass_of(Part(LOW_VOICES, 33)).notes == LOW_VOICES[::2]
    assert bass_of(Part(TUNE, 33)).notes == ()
    alone = Part(BASS, 33)
    assert find_bass(Phrase(bars=2, parts=(alone,)), alone).notes == ()
