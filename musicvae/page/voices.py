"""The tables of the synthesizer as JSON, for the player in the browser."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

from ..audio import mastering, mixer, reverb, synthesis
from ..audio.drums import CHOKED, DRUM_VOICES, stroke_of
from ..audio.programs import PROGRAM_VOICES, VOICES
from ..audio.voice import Layer, Voice
from .music_json import Json

DIGITS = 4
"""Decimals of amplitudes and times."""

PITCHES = range(128)

_LAYER, _VOICE = Layer(level=0.0), Voice(layers=())


def voices_json(
    programs: Collection[int] | None = None, drums: Collection[int] | None = None
) -> Json:
    """The voices of some programs and drums, as a dictionary for JSON.

    - `programs`: name of the voice of each program; `voices` are pitched ones by name, and
      `drumVoices` those of drums. Numbers that have their default are left out of a voice and
      its layers; `defaults` has them.
    - `drums`: voice, pitch and place of each drum; `choked`: the drums that end each one.
    - `basses`: programs that stand in the middle; `sides`: the places of the other parts.
    - `hall`: the bands of the reverb; `levels`: how velocity becomes level and brightness.

    Args:
        programs: General MIDI programs; None for all.
        drums: pitches of drums; None for all.
    """
    programs = sorted(set(PITCHES if programs is None else programs))
    drums = sorted(set(PITCHES if drums is None else drums))
    strokes = {pitch: stroke_of(pitch) for pitch in drums}
    names = {program: PROGRAM_VOICES[program] for program in programs}
    return {
        "programs": {str(program): name for program, name in names.items()},
        "voices": {name: _voice(VOICES[name]) for name in dict.fromkeys(names.values())},
        "drums": {str(pitch): [*stroke] for pitch, stroke in strokes.items()},
        "drumVoices": {
            name: _voice(DRUM_VOICES[name])
            for name in dict.fromkeys(stroke.voice for stroke in strokes.values())
        },
        "choked": {str(pitch): [*others] for pitch, others in CHOKED.items() if pitch in strokes},
        "defaults": {"layer": asdict(_LAYER), "voice": asdict(_VOICE)},
        "basses": [*mixer.BASSES],
        "sides": [*mixer.SIDES],
        "hall": {
            "seconds": reverb.SECONDS,
            "bands": [[*band] for band in reverb.BANDS],
            "first": reverb.FIRST,
            "buildUp": reverb.BUILD_UP,
        },
        "levels": {
            "power": synthesis.LOUDNESS_POWER,
            "middleVelocity": synthesis.MIDDLE_VELOCITY,
            "shortest": synthesis.SHORTEST,
            "struck": mixer.STRUCK,
            "ceiling": mastering.CEILING,
        },
    }


def voices_for(pieces: Iterable[Json]) -> Json:
    """The voices that some pieces of music from `music_json` need."""
    programs: set[int] = set()
    drums: set[int] = set()
    for part in (part for piece in pieces for part in piece["parts"]):
        if part["drum"]:
            drums |= {pitch for _, _, pitch, _ in part["notes"]}
        else:
            programs |= {program for _, program in part.get("programs", [(0, part["program"])])}
    return voices_json(programs, drums)


def _voice(voice: Voice) -> Json:
    layers = [_changed(asdict(layer), asdict(_LAYER)) for layer in voice.layers]
    return _changed(asdict(voice), asdict(_VOICE)) | {"layers": layers}


def _changed(table: Json, defaults: Json) -> Json:
    """The rounded values that are not the default."""
    return {name: _rounded(value) for name, value in table.items() if value != defaults[name]}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    return [_rounded(item) for item in value] if isinstance(value, (tuple, list)) else value
