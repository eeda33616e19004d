"""The parts that each codec reads of a phrase, and what it says where they are not there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from musicvae.codecs import CODECS
from musicvae.codecs.track_selection import Track
from musicvae.errors import RequestError
from musicvae.score.phrase import Note, Part, Phrase
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
    """Two bars."""
    return Phrase(bars=2, parts=parts)


WHOLE = band(LEFT, RIGHT, BASS, TUNE, KIT, SHAKER)


def voice(phrase: Phrase, codec: str, track: Track = None) -> Phrase:
    """What the codec of that name selects."""
    return CODECS[codec].select(phrase, track)


@EVERY_CODEC
@given(phrase=phrases())
@settings(max_examples=60, deadline=None)
def test_a_codec_finds_its_parts_or_says_why_not(codec: str, phrase: Phrase) -> None:
    """As many as it decodes to, and the rest of the phrase as it was; else one sentence."""
    try:
        found = voice(phrase, codec)
    except RequestError:
        with pytest.raises(RequestError, match=r"^nothing pitched|^no drum"):
            voice(phrase, codec)
        return
    chords = phrase.chords if codec == "leadsheet" else found.chords  # which it may have found
    assert replace(found, parts=phrase.parts, chords=chords) == phrase
    decoded = CODECS[codec].decode(CODECS[codec].encode(found), Meter(1, 16))
    assert [part.is_drum for part in found.parts] == [part.is_drum for part in decoded.parts]


def test_a_melody_is_one_voice_of_one_part() -> None:
    """Named, or asked for."""
    assert voice(WHOLE, "melody").parts == (TUNE,)
    assert voice(WHOLE, "melody", "Bass").parts == (BASS,)


def test_a_roll_is_all_that_is_pitched() -> None:
    """Drums stay out; a track that is asked for is heard alone."""
    (part,) = voice(WHOLE, "roll").parts
    assert set(part.notes) == {*LEFT.notes, *RIGHT.notes, *BASS.notes, *TUNE.notes}
    assert voice(WHOLE, "roll", "Bass").parts == (BASS,)


def test_a_piano_is_what_is_called_so() -> None:
    """Both hands; where no part is, all that is pitched."""
    (part,) = voice(WHOLE, "piano").parts
    assert set(part.notes) == {*LEFT.notes, *RIGHT.notes}
    (part,) = voice(band(BASS, TUNE, KIT), "piano").parts
    assert set(part.notes) == {*BASS.notes, *TUNE.notes}
    assert voice(WHOLE, "piano", "Tune").parts == (TUNE,)
    for other in (replace(LEFT, notes=()), replace(KIT, name="Piano")):
        assert voice(band(other, TUNE), "piano").parts[0].notes == TUNE.notes


def test_drums_are_those_of_all_parts() -> None:
    """As one, without what is no drum; a track that is asked for is read as drums."""
    (part,) = voice(WHOLE, "drums").parts
    assert part.is_drum
    assert set(part.notes) == {*KIT.notes[:2], *SHAKER.notes}
    assert voice(WHOLE, "drums", "shaker").parts == (SHAKER,)
    (part,) = voice(WHOLE, "drums", "Bass").parts
    assert part == replace(BASS, is_drum=True)


def test_a_trio_is_melody_bass_and_drums() -> None:
    """The melody may be asked for."""
    melody, bass, drums = voice(WHOLE, "trio").parts
    assert (melody, bass) == (TUNE, BASS)
    assert drums == voice(WHOLE, "drums").parts[0]
    melody, bass, _ = voice(WHOLE, "trio", "Piano, right").parts
    assert (melody, bass) == (RIGHT, BASS)


@pytest.mark.parametrize("kit", [(), (replace(KIT, notes=KIT.notes[2:]),)])
def test_a_trio_without_drums_or_bass_rests_there(kit: tuple[Part, ...]) -> None:
    """Drums that are none of General MIDI are no drums; without a melody there is no trio."""
    melody, bass, drums = voice(band(TUNE, *kit), "trio").parts
    assert melody == TUNE
    assert (bass.notes, bass.program, drums.notes, drums.is_drum) == ((), 33, (), True)
    with pytest.raises(RequestError, match="nothing pitched is played"):
        voice(band(KIT), "trio")


def test_what_is_not_there_is_one_sentence() -> None:
    """For each codec its own."""
    for codec in ("melody", "roll", "piano"):
        with pytest.raises(RequestError, match="nothing pitched is played"):
            voice(band(KIT), codec)
    for parts in ((TUNE,), (TUNE, replace(KIT, notes=KIT.notes[2:]))):
        with pytest.raises(RequestError, match="no drum is struck"):
            voice(band(*parts), "drums")
    for codec in CODECS:
        with pytest.raises(RequestError, match="no track 'oboe'"):
            voice(WHOLE, codec, "oboe")


@EVERY_CODEC
def test_silence_of_ours_is_read_as_silence(codec: str) -> None:
    """A walk may cross it, and its file is as good as any."""
    silent = band(replace(TUNE, notes=()))
    found = voice(silent, codec)
    assert found.is_silent
    assert codec in ("drums", "trio") or found == silent
