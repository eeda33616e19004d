"""The tables of the synthesizer as JSON: complete, and no more than is needed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from musicvae.audio.drums import DRUM_VOICES, DRUMS, stroke_of
from musicvae.audio.programs import VOICES, voice_of
from musicvae.audio.voice import Voice
from musicvae.page.voices import voices_for, voices_json

ALL = json.loads(json.dumps(voices_json(), allow_nan=False))


def assert_same(told: dict[str, Any], voice: Voice) -> None:
    """A voice with its defaults is the one of the synthesizer."""
    whole = {**ALL["defaults"]["voice"], **told}
    whole["layers"] = [{**ALL["defaults"]["layer"], **layer} for layer in whole["layers"]]
    expected = json.loads(json.dumps(asdict(voice)))
    for table, own in zip([whole, *whole["layers"]], [expected, *expected["layers"]], strict=True):
        for name in own.keys() - {"layers"}:
            assert table[name] == pytest.approx(own[name], abs=1e-4), name


def test_every_program_and_drum_has_the_voice_of_the_synthesizer() -> None:
    """With the defaults, each number is there."""
    for program in range(128):
        assert_same(ALL["voices"][ALL["programs"][str(program)]], voice_of(program))
    for pitch in range(128):
        name, *place = ALL["drums"][str(pitch)]
        assert place == [*stroke_of(pitch)[1:]]
        assert_same(ALL["drumVoices"][name], DRUM_VOICES[name])
    assert ALL["voices"].keys() == VOICES.keys()
    assert len(ALL["drumVoices"]) == len({stroke.voice for stroke in DRUMS.values()})


def test_only_what_is_heard_is_told() -> None:
    """The programs of parts, also where they change, and the drums that are struck."""
    piece = {
        "parts": [
            {"drum": False, "program": 0, "programs": [[0, 0], [4, 40]], "notes": [[0, 1, 60, 80]]},
            {"drum": True, "program": 0, "notes": [[0, 1, 46, 80]]},
        ]
    }
    told = voices_for([piece])
    assert set(told["programs"]) == {"0", "40"}
    assert set(told["voices"]) == {"piano", "solo strings"}
    assert set(told["drumVoices"]) == {"open hat"}
    assert told["choked"] == {"46": [42, 44]}
    nothing = voices_for([])
    assert not any(nothing[key] for key in ("programs", "voices", "drums", "drumVoices", "choked"))
