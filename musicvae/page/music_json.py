"""Music as JSON, in quarter notes: what the player and the rolls of a page read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, TypeVar

from ..midi.reader import read_midi_data
from ..midi.song_events import song_bytes
from ..score.phrase import Note, Part, Phrase
from ..score.song import Song
from ..theory.chords import symbols
from ..theory.drum_kit import DRUM_CLASS, DRUM_CLASSES
from ..theory.general_midi import program_name
from ..theory.key_signature import KeySignature
from ..theory.meter import RESOLUTION, Meter, tempo_to_bpm

DIGITS = 4
"""Decimals of times; a tick of a written file is 0.002 quarters."""

UNIT_DIGITS = 8
"""Decimals of a beat and a bar, of which many are added up."""

Json = dict[str, Any]

T = TypeVar("T")


def music_json(music: Phrase | Song, name: str = "") -> Json:
    """A phrase or a song as a dictionary for JSON.

    All sections of the music follow each other. Times are quarter notes from the first step, that
    of the pick-up if there is one:

    - `name`, `bpm` and `key` (such as "G major", or None) of the beginning; `tempos` are
      (time, bpm), `chords` and `sections` are (time, text).
    - `meter`, the quarters of its `beat` and its `bar`, and of the `pickup`; `meters` are (time of
      the first whole bar, meter, beat, bar) of each meter.
    - `bars`, and the length in `quarters` and `seconds`.
    - `parts`: `name`, `program`, `instrument`, `drum`, and `notes` as (start, length, pitch,
      velocity); `programs` as (time, program), if the program changes; `kit` of drums as
      (number, name, pitches) of each class that is struck.
    """
    sections = music.sections if isinstance(music, Phrase) else _read(music)
    starts = [0.0]
    for section in sections:
        starts.append(starts[-1] + section.steps / section.meter.steps_per_quarter)
    placed = [*zip(starts, sections, strict=False)]
    first = sections[0]
    tempos = _without_repeats(
        (start + tempo.step / section.meter.steps_per_quarter, tempo_to_bpm(tempo.microseconds))
        for start, section in placed
        for tempo in section.tempos
    )
    return {
        "name": name,
        "bpm": _rounded(tempos[0][1]),
        "tempos": [[_rounded(time), _rounded(bpm)] for time, bpm in tempos],
        "meter": str(first.meter),
        "beat": _beat(first.meter),
        "bar": _bar(first.meter),
        "meters": [
            [
                _rounded(start + section.pickup / section.meter.steps_per_quarter),
                *(str(section.meter), _beat(section.meter), _bar(section.meter)),
            ]
            for start, section in placed
        ],
        "bars": sum(section.bars for section in sections),
        "pickup": _rounded(first.pickup / first.meter.steps_per_quarter),
        "quarters": _rounded(starts[-1]),
        "seconds": _rounded(_seconds(tempos, starts[-1])),
        "key": _key(first.key_signature),
        "chords": _chords(placed),
        "sections": [
            [_rounded(start + step / section.meter.steps_per_quarter), text]
            for start, section in placed
            for step, text in section.section_names
        ],
        "parts": _parts(placed),
    }


_Placed = list[tuple[float, Phrase]]
"""Sections, each after the time at which it begins."""


def _read(song: Song) -> tuple[Phrase, ...]:
    return tuple(read_midi_data("The song", song_bytes(song)))


def _rounded(number: float) -> float:
    return round(number, DIGITS)


def _beat(meter: Meter) -> float:
    return round(meter.steps_per_beat / meter.steps_per_quarter, UNIT_DIGITS)


def _bar(meter: Meter) -> float:
    return round(meter.steps_per_bar / meter.steps_per_quarter, UNIT_DIGITS)


def _key(signature: KeySignature | None) -> str | None:
    if signature is None:
        return None
    return f"{signature.tonic} {'minor' if signature.is_minor else 'major'}"


def _without_repeats(changes: Iterable[tuple[float, T]]) -> list[tuple[float, T]]:
    """Changes as (time, value), without those to the value that is there."""
    result: list[tuple[float, T]] = []
    for time, value in changes:
        if not result or result[-1][1] != value:
            result.append((time, value))
    return result


def _seconds(tempos: list[tuple[float, float]], end: float) -> float:
    times = [*(time for time, _ in tempos), end]
    spans = (late - early for early, late in pairwise(times))
    return sum(span * 60 / bpm for span, (_, bpm) in zip(spans, tempos, strict=True))


def _chords(placed: _Placed) -> list[list[Any]]:
    changes = [
        (start + change.step / section.meter.steps_per_quarter, change.chord)
        for start, section in placed
        for change in section.chords
    ]
    texts = symbols(chord for _, chord in changes)
    named = ((time, text) for (time, _), text in zip(changes, texts, strict=True))
    return [[_rounded(time), text] for time, text in _without_repeats(named)]


def _parts(placed: _Placed) -> list[Json]:
    """The parts; that of one number in all sections is one part."""
    count = max(len(section.parts) for _, section in placed)
    return [
        _part([(start, p.meter, p.parts[index]) for start, p in placed if index < len(p.parts)])
        for index in range(count)
    ]


def _part(placed: list[tuple[float, Meter, Part]]) -> Json:
    first = placed[0][2]
    programs = _without_repeats(
        (start + step / meter.steps_per_quarter, program)
        for start, meter, part in placed
        for step, program in ((0, part.program), *part.program_changes)
    )
    changes = [[_rounded(time), program] for time, program in programs]
    return {
        "name": first.name,
        "program": first.program,
        "instrument": "Drums" if first.is_drum else program_name(first.program),
        "drum": first.is_drum,
        **({"kit": _kit(part for _, _, part in placed)} if first.is_drum else {}),
        **({"programs": changes} if len(changes) > 1 and not first.is_drum else {}),
        "notes": [
            _note(start, meter, note) for start, meter, part in placed for note in part.notes
        ],
    }


def _kit(parts: Iterable[Part]) -> list[list[Any]]:
    """The drum classes that are struck: number, name, and pitches; other drums come last."""
    classes: dict[int, set[int]] = defaultdict(set)
    for pitch in (note.pitch for part in parts for note in part.notes):
        classes[DRUM_CLASS.get(pitch, len(DRUM_CLASSES))].add(pitch)
    names = [*(name for name, _ in DRUM_CLASSES), "other"]
    return [[number, names[number], sorted(classes[number])] for number in sorted(classes)]


def _note(start: float, meter: Meter, note: Note) -> list[float]:
    onset = start + note.start / meter.steps_per_quarter + note.offset / RESOLUTION
    length = note.duration / meter.steps_per_quarter
    return [_rounded(onset), _rounded(length), note.pitch, note.velocity]
