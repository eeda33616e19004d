"""Features of phrases of every codec."""

from __future__ import annotations

import math

import pytest

from musicvae.codecs import CODECS
from musicvae.metrics.phrase_features import phrase_features
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from ..miniatures import RAGGED, little_piece


@pytest.mark.parametrize("codec", CODECS)
def test_all_phrases_of_a_codec_have_the_same_features(codec: str) -> None:
    """Music in several meters and of several lengths, and silence: names and order are equal."""
    phrases = [
        CODECS[codec].decode(CODECS[codec].encode(little_piece(codec, meter, seed, bars)), meter)
        for seed, meter in enumerate(RAGGED)
        for bars in (2, 8)
    ]
    silent = CODECS[codec].decode(CODECS[codec].encode(Phrase(Meter(), 2)), Meter())
    names = list(phrase_features(phrases[0], CODECS[codec]))
    assert len(names) > 30
    for phrase in (*phrases, silent):
        features = phrase_features(phrase, CODECS[codec])
        assert list(features) == names
        assert not any(map(math.isinf, features.values()))


def test_a_melody_is_described_as_a_reader_would() -> None:
    """C D E, a leap of a sixth, and a step back: quarters on beats, all in C major."""
    notes = tuple(Note(4 * i, 4, pitch) for i, pitch in enumerate((60, 62, 64, 73, 72)))
    features = phrase_features(Phrase(bars=2, parts=(Part(notes),)), CODECS["melody"])
    expected = {
        "steps": 3 / 4,
        "sixths and sevenths": 1 / 4,
        "turns": 1 / 3,
        "leaps filled by a step back": 1.0,
        "notes of 1 quarters": 1.0,
        "onsets on downbeats": 2 / 5,
        "notes per bar": 2.5,
        "silence": 12 / 32,
        "in key": 4 / 5,
        "range": 13.0,
    }
    assert {name: features[name] for name in expected} == pytest.approx(expected)


def test_a_drum_loop_has_its_backbeat() -> None:
    """Kick on one and three, snare on two and four, in both bars."""
    notes = tuple(Note(4 * i, 1, (36, 38)[i % 2]) for i in range(8))
    phrase = Phrase(bars=2, parts=(Part(notes, is_drum=True),))
    features = phrase_features(phrase, CODECS["drums"])
    assert features["backbeats with a snare"] == features["hits of the bar before"] == 1
    assert features["kick, share of hits"] == features["snare, share of hits"] == 1 / 2
    assert features["snare on other beats, per bar"] == 2
    assert features["hits per bar"] == 4
