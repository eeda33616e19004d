"""Rendering of decoded phrases: instruments of their parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from musicvae.api.model import MusicVAE
from musicvae.codecs import CODECS
from musicvae.errors import RequestError
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.performance.render import Rendering, part_names

from ..miniatures import tiny_checkpoint, tiny_prior

PARTS = {
    "melody": ["melody"],
    "drums": ["drums"],
    "roll": ["roll"],
    "piano": ["piano"],
    "trio": ["melody", "bass", "drums"],
    "leadsheet": ["melody", "chords", "bass"],
    "band": ["melody", "bass", "drums", "chords"],
}


def model(preset: str) -> MusicVAE:
    """A small model of random weights, with a prior."""
    return MusicVAE(tiny_prior(tiny_checkpoint(preset)))


def test_the_parts_of_each_codec_have_names() -> None:
    """Those of the model first, then those of the accompaniment."""
    assert {codec: part_names(codec) for codec in CODECS} == PARTS


@pytest.mark.parametrize(
    ("preset", "programs"),
    [
        ("melody-2bar", {"melody": 73}),
        ("band-8bar", {"bass": 32, "melody": 40}),
        ("leadsheet-8bar", {"chords": 19, "bass": 43}),
    ],
)
def test_parts_have_the_instruments_that_were_asked_for(
    preset: str, programs: dict[str, int]
) -> None:
    """In the phrase, in its file, and in the replayed file; the others have their own."""
    vae = model(preset)
    (plain,) = vae.generate(1, bars=2, seed=3, program="oboe")
    (clip,) = vae.generate(1, bars=2, seed=3, program="oboe", programs=programs)
    names = part_names(vae.player.codec.name)
    for name, before, after in zip(names, plain.parts, clip.parts, strict=True):
        assert after == replace(before, program=programs.get(name, before.program))
    data = midi_bytes(clip)
    assert read_midi(data) == [clip]
    assert midi_bytes(vae.replay(data)) == data


def test_decode_takes_instruments_of_parts_too() -> None:
    """And an instrument that was changed in the file since is not changed back."""
    vae = model("leadsheet-8bar")
    z = np.ones((1, vae.player.latent), np.float32)
    (clip,) = vae.decode(z, programs={"melody": "flute", "bass": 35}, seed=1)
    assert [part.program for part in clip.parts] == [73, 0, 35]
    changed = replace(clip, parts=(replace(clip.parts[0], program=6), *clip.parts[1:]))
    replayed = vae.replay(midi_bytes(changed))
    assert [part.program for part in replayed.parts] == [6, 0, 35]


@pytest.mark.parametrize(
    ("codec", "part", "parts"),
    [
        ("leadsheet", "viola", "its parts are melody, chords, bass"),
        ("trio", "drums", "its parts are melody, bass"),
        ("drums", "drums", "drums have no program"),
    ],
)
def test_a_part_that_a_model_does_not_make_is_refused(codec: str, part: str, parts: str) -> None:
    """The error lists its parts that have a program."""
    with pytest.raises(RequestError) as error:
        Rendering.create(codec, None, programs={part: 1})
    assert str(error.value) == f"This model makes no part '{part}' with a program; {parts}."
