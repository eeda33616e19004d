"""Verbs that are given a key write its signature into clips, and leave that of songs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from musicvae.api.model import MusicVAE
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Phrase
from musicvae.theory.key_signature import KeySignature

from ..midi.songs import other_events, song_file
from ..miniatures import tiny_checkpoint, tiny_prior


@cache
def model() -> MusicVAE:
    """A small model of random weights, with a prior."""
    return MusicVAE(tiny_prior(tiny_checkpoint()))


@cache
def clip() -> Phrase:
    """A clip in D."""
    return model().generate(1, key="D", seed=1)[0]


VERBS: dict[str, Callable[..., Phrase]] = {
    "generate": lambda **key: model().generate(1, seed=2, **key)[0],
    "vary": lambda **key: model().vary(clip(), 1, seed=2, **key)[0],
    "extend": lambda **key: model().extend(clip(), 2, seed=2, **key),
    "interpolate": lambda **key: model().interpolate(clip(), clip(), 2, seed=2, **key)[0],
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("key", ["Eb", "G dorian", "C minor", "C chromatic", None])
def test_a_clip_has_the_signature_of_the_key_that_was_asked_for(verb: str, key: str | None) -> None:
    """Not that of the clip it was made from; it replays byte for byte."""
    phrase = VERBS[verb](key=key)
    expected = {"Eb": (-3, False), "G dorian": (-1, False), "C minor": (-3, True)}.get(key or "")
    signature = KeySignature(*expected) if expected else None
    data = midi_bytes(phrase)
    assert [read.key_signature for read in read_midi(data)] == [signature]
    assert midi_bytes(model().replay(data)) == data
    bare = midi_bytes(replace(phrase, recipe=None))
    assert [read.key_signature for read in read_midi(bare)] == [signature]


def test_a_clip_that_was_written_without_a_signature_replays_without() -> None:
    """As clips of earlier versions, whose recipes name a key, too."""
    data = midi_bytes(replace(clip(), key_signature=None))
    assert midi_bytes(model().replay(data)) == data


def test_the_signature_of_a_song_stays() -> None:
    """Some bars in another key do not change it."""
    data = song_file(3)
    (varied,) = model().vary(data, 1, key="E", bars="3-4", seed=1)
    assert other_events(midi_bytes(varied)) == other_events(data)
