"""Select the parts of a phrase that a codec encodes: its melody, drums or all pitched parts.

Each codec has one of these functions as its `select`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from ..errors import RequestError
from ..score.chord_recognition import (
    CHORD_TRACKS,
    find_chord_parts,
    recognize_chords,
    to_chord_changes,
)
from ..score.melody_extraction import (
    MELODY_NAMES,
    find_bass,
    find_melody,
    find_part,
    is_bass,
    is_named_bass,
    list_parts,
    merge_parts,
    pitched_parts,
)
from ..score.phrase import Part, Phrase
from ..theory.drum_kit import DRUM_CLASS

Track = str | int | None
"""The parts to read, see `melody_extraction.part_numbers`; None leaves it to the selector."""

PIANO = re.compile(r"\bpiano|pianoforte|klavier|\bclavier", re.IGNORECASE)


class Selector(Protocol):
    """Reduces a phrase to the parts, and the chords, that a codec encodes."""

    def __call__(self, phrase: Phrase, track: Track = None) -> Phrase:
        """The phrase with those parts only; `track`, if given, names the first of them.

        It may be silent, as a track of a file rests in some of its sections. Notes of the parts
        that the codec cannot take are counted in `notices`, and their steps are in `Part.lost`.

        Raises:
            RequestError: the phrase has no such part, or no such track.
        """


def select_melody(phrase: Phrase, track: Track = None) -> Phrase:
    """The melody as one monophonic part."""
    return replace(phrase, parts=(find_melody(phrase, track),))


def select_pitched(phrase: Phrase, track: Track = None) -> Phrase:
    """All pitched parts merged, with the program and name of the first."""
    part = merge_parts(pitched_parts(phrase)) if track is None else find_part(phrase, track)
    return replace(phrase, parts=(part,))


def select_piano(phrase: Phrase, track: Track = None) -> Phrase:
    """All parts named as a piano, merged; if there is none, all pitched parts."""
    pitched = [part for part in phrase.parts if part.notes and not part.is_drum]
    pianos = tuple(part for part in pitched if PIANO.search(part.name))
    if pianos and track is None:
        phrase = replace(phrase, parts=pianos)
    return select_pitched(phrase, track)


def select_drums(phrase: Phrase, track: Track = None) -> Phrase:
    """All drum parts merged, without pitches that are no General MIDI drum."""
    if track is not None:
        part = replace(find_part(phrase, track), is_drum=True)
        phrase = replace(phrase, parts=(part,))
    kit, notices = _drum_part(phrase)
    if not kit.notes and not phrase.is_silent:
        way_out = f"; name the track to be read as drums (--track): {list_parts(phrase)}"
        raise RequestError("no drums are played in it" + (way_out if track is None else ""))
    return replace(phrase, parts=(kit,), notices=(*phrase.notices, *notices))


def select_chords(phrase: Phrase, track: Track = None) -> Phrase:
    """No part, and the chords: those the phrase has, or else recognized from its notes."""
    source = phrase if track is None else replace(phrase, parts=(find_part(phrase, track),))
    chords = to_chord_changes(recognize_chords(source), phrase.meter, phrase.lead_in)
    return replace(phrase, parts=(), chords=chords)


def select_leadsheet(phrase: Phrase, track: Track = None) -> Phrase:
    """The melody, and the chords that `select_chords` takes from all parts."""
    return replace(select_melody(phrase, track), chords=select_chords(phrase).chords)


def select_trio(phrase: Phrase, track: Track = None) -> Phrase:
    """Melody, bass and drums; a missing bass or missing drums become silent parts."""
    melody = find_melody(phrase, track)
    drums, notices = _drum_part(phrase)
    parts = (melody, find_bass(phrase, melody), drums)
    return replace(phrase, parts=parts, notices=(*phrase.notices, *notices))


def select_band(phrase: Phrase, track: Track = None) -> Phrase:
    """Melody, bass, drums and chords; whatever is not played is silent.

    Where only basses and chord tracks are played there is no melody, and a chord track is no
    bass. The chords are those of `select_chords`; a bass alone has none but its own.
    """
    pitched = [part for part in phrase.parts if part.notes and not part.is_drum]
    has_melody = track is not None or _has_melody(pitched)
    melody = find_melody(phrase, track) if has_melody else Part(name="Melody")
    chord_parts = find_chord_parts(pitched)
    others = [part for part in pitched if [part] != chord_parts]
    bass = find_bass(replace(phrase, parts=tuple(others)), melody)
    drums, notices = _drum_part(phrase)
    bass_alone = len(pitched) == 1 and bool(bass.notes)
    chords = select_chords(replace(phrase, parts=()) if bass_alone else phrase).chords
    notices = (*phrase.notices, *notices)
    return replace(phrase, parts=(melody, bass, drums), chords=chords, notices=notices)


def _has_melody(parts: Sequence[Part]) -> bool:
    """True if a part is neither a bass nor a chord track; a low part is a bass if it is alone."""
    may_be_bass = is_bass if len(parts) == 1 else is_named_bass
    return any(
        MELODY_NAMES.search(part.name)
        or not (may_be_bass(part) or CHORD_TRACKS[0].search(part.name))
        for part in parts
    )


MELODY_SELECTORS: tuple[Selector, ...] = (
    select_melody,
    select_leadsheet,
    select_trio,
    select_band,
)
"""Selectors whose first part is the melody."""


def _drum_part(phrase: Phrase) -> tuple[Part, tuple[str, ...]]:
    """All drum parts merged, and the notice about strokes that belong to no drum class.

    The part is silent if there are none.
    """
    drums = [part for part in phrase.parts if part.is_drum]
    drums = [part for part in drums if part.notes] or drums
    if not drums:
        return Part(is_drum=True, name="Drums"), ()
    part = merge_parts(drums)
    strokes = tuple(note for note in part.notes if note.pitch in DRUM_CLASS)
    others = [note for note in part.notes if note.pitch not in DRUM_CLASS]
    if not others:
        return part, ()
    lost = tuple(sorted([*part.lost, *(note.start for note in others)]))
    pitches = ", ".join(map(str, sorted({note.pitch for note in others})))
    notice = (
        f"{len(others)} drum stroke{'s' * (len(others) > 1)} on no General MIDI drum "
        f"(MIDI pitch {pitches}) left out"
    )
    return replace(part, notes=strokes, lost=lost), (notice,)
