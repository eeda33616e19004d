"""Music moved to another key, as codes and as tied notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..codecs.base import Codec, Codes, fold_octaves
from ..score.phrase import Part, chord_map, remove_overlaps
from ..theory.chords import transpose_chord
from ..theory.meter import Meter
from .plan import DecodePlan
from .stitching import TiedNote

Windows = list[tuple[int, Codes]]
"""First bar and codes of each window of a piece."""


def move_codes(codec: Codec, codes: Codes, semitones: int, meter: Meter) -> Codes:
    """The codes of whole bars moved by semitones; drums stay.

    A note that would leave the range of the codec is moved by octaves.
    """
    down, up = codec.transpose_range(codes)
    if -down <= semitones <= up:
        return codec.transpose(codes, semitones)
    phrase = codec.decode(codes, meter)
    chords = (
        (change.step, change.chord and transpose_chord(change.chord, semitones))
        for change in phrase.chords
    )
    parts = [_move_part(codec, part, semitones) for part in phrase.parts]
    moved = replace(phrase, parts=tuple(parts), chords=chord_map(chords, phrase.steps))
    return codec.encode(moved)


def move_sections(
    plan: DecodePlan, windows: Windows, codec: Codec
) -> tuple[Windows, tuple[TiedNote, ...]]:
    """The windows and ties of a plan, each moved as its section is."""
    moved = [
        (first, move_codes(codec, codes, plan.section_at(first)[0].semitones, plan.meter))
        for first, codes in windows
    ]
    ties: Sequence[TiedNote] = [
        tie._replace(pitch=_move_pitch(codec, tie.pitch, section.semitones))
        for tie in plan.held
        for section, _ in [plan.section_at(tie.step // plan.meter.steps_per_bar)]
    ]
    return moved, tuple(ties)


def _move_part(codec: Codec, part: Part, semitones: int) -> Part:
    if part.is_drum:
        return part
    notes = (replace(note, pitch=_move_pitch(codec, note.pitch, semitones)) for note in part.notes)
    return replace(part, notes=remove_overlaps(notes))


def _move_pitch(codec: Codec, pitch: int, semitones: int) -> int:
    """All pitched parts of a codec have the range of the first."""
    pitches = codec.pitches
    return fold_octaves(pitch + semitones, pitches[0], pitches[-1]) if pitches else pitch
