"""The voices: every program and drum sounds, in tune, and like its family."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from musicvae.audio.drums import DRUM_VOICES, DRUMS, stroke_of
from musicvae.audio.programs import PROGRAM_VOICES, VOICES, voice_of
from musicvae.audio.synthesis import RATE, render_note

from .listening import centroid, pitch_of

WITHOUT_PITCH = {"reverse cymbal", "noise", "blast", "wood block", "orchestra hit"}
PITCHED = sorted(VOICES.keys() - WITHOUT_PITCH)


def level(samples: np.ndarray) -> float:
    """The loudest 50 ms in dB."""
    hop = RATE // 20
    padded = np.pad(samples, (0, -len(samples) % hop)).reshape(-1, hop)
    return float(10 * np.log10((padded**2).mean(1).max()))


@pytest.mark.parametrize("name", PITCHED)
def test_a_voice_is_in_tune_within_10_cents(name: str) -> None:
    """At three pitches over its range."""
    for pitch in (48, 60, 72):
        frequency = 440 * 2 ** ((pitch - 69) / 12)
        found = pitch_of(
            render_note(VOICES[name], pitch, 90, 1.0), frequency / 1.04, frequency * 1.04
        )
        assert abs(found - pitch) < 0.1, pitch


def test_all_programs_sound_at_similar_levels() -> None:
    """None is silent, none is more than 14 dB from the middle, and none clips to noise."""
    levels = {name: level(render_note(voice, 60, 90, 0.5)) for name, voice in VOICES.items()}
    assert len(PROGRAM_VOICES) == 128
    middle = float(np.median([*levels.values()]))
    assert {name: round(x - middle) for name, x in levels.items() if abs(x - middle) > 14} == {}


def test_all_drums_sound_and_differ() -> None:
    """No two of General MIDI's 47 drums have the same samples; other pitches sound too."""
    strokes = [stroke_of(pitch) for pitch in range(35, 82)]
    assert len({(stroke.voice, stroke.pitch) for stroke in strokes}) == 47
    for pitch in range(128):
        stroke = stroke_of(pitch)
        samples = render_note(DRUM_VOICES[stroke.voice], stroke.pitch, 100, 8.0)
        assert level(samples) > -40, pitch
        assert len(samples) < 8 * RATE
    assert {stroke.voice for stroke in DRUMS.values()} == DRUM_VOICES.keys()


def test_families_differ_in_how_they_begin_and_die() -> None:
    """A pad rises slowly, a plucked string dies, an organ stays; a bass is dark."""

    def share(program: int, start: float, end: float) -> float:
        samples = np.pad(render_note(voice_of(program), 60, 90, 2.0), (0, 2 * RATE))
        part = samples[round(start * RATE) : round(end * RATE)]
        return float(np.sqrt((part**2).mean()) / np.abs(samples).max())

    assert share(89, 0.0, 0.05) < 0.3 * share(89, 1.0, 1.5)
    for plucked in (0, 13, 24, 45, 106):
        assert share(plucked, 1.5, 2.0) < 0.5 * share(plucked, 0.02, 0.2)
    for held in (16, 40, 48, 56, 71, 80):
        assert share(held, 1.5, 2.0) > 0.7 * share(held, 0.4, 0.8)
    brightness = {p: centroid(render_note(voice_of(p), 60, 90, 1.0)) for p in (32, 73, 56, 81)}
    assert brightness[32] < brightness[56] < brightness[81]


@pytest.mark.parametrize("program", [0, 24, 40, 56])
def test_a_louder_note_is_louder_and_brighter(program: int) -> None:
    """Of a piano, a guitar, a violin and a trumpet."""
    soft, loud = (render_note(voice_of(program), 60, velocity, 1.0) for velocity in (30, 120))
    assert level(loud) > level(soft) + 10
    assert centroid(loud) > 1.15 * centroid(soft)


def test_the_voices_are_tables_for_json() -> None:
    """They come back as they were, so that another language can read them."""
    tables = {name: asdict(voice) for name, voice in (VOICES | DRUM_VOICES).items()}
    text = json.dumps(tables)
    assert json.dumps(json.loads(text)) == text
