"""Select the parts of a phrase that a codec encodes: its melody, drums or all pitched parts.

Each codec has one of these functions as its `select`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Protocol

from ..errors import RequestError
from ..score.chord_recognition import recognize_chords, to_chord_changes
from ..score.melody_extraction import find_bass, find_melody, find_part, pitched_parts
from ..score.phrase import Part, Phrase, remove_overlaps
from ..theory.drum_kit import DRUM_CLASS

Track = str | int | None
"""A part's number, from 1, or its name or a piece of it; None leaves the choice to the selector."""

PIANO = re.compile(r"\bpiano|pianoforte|klavier|\bclavier", re.IGNORECASE)


class Selector(Protocol):
    """Reduces a phrase to the parts, and the chords, that a codec encodes."""

    def __call__(self, phrase: Phrase, track: Track = None) -> Phrase:
        """The phrase with those parts only; `track`, if given, names the first of them.

        Raises:
            RequestError: the phrase has no such part, or no such track.
        """


def select_melody(phrase: Phrase, track: Track = None) -> Phrase:
    """The melody as one monophonic part."""
    return replace(phrase, parts=(find_melody(phrase, track),))


def select_pitched(phrase: Phrase, track: Track = None) -> Phrase:
    """All pitched parts merged, with the program and name of the first."""
    part = _merge(pitched_parts(phrase)) if track is None else find_part(phrase, track)
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
    kit = _drum_part(phrase)
    if not kit.notes and not phrase.is_silent:
        raise RequestError("no drums are played in it")
    return replace(phrase, parts=(kit,))


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
    return replace(phrase, parts=(melody, find_bass(phrase, melody), _drum_part(phrase)))


def _drum_part(phrase: Phrase) -> Part:
    """All drum parts merged; a silent part if there are none."""
    drums = [part for part in phrase.parts if part.is_drum]
    part = _merge(drums) if drums else Part(is_drum=True)
    return replace(part, notes=tuple(note for note in part.notes if note.pitch in DRUM_CLASS))


def _merge(parts: list[Part]) -> Part:
    """All notes without overlaps, with program and name of the first part."""
    notes = (note for part in parts for note in part.notes)
    return replace(parts[0], notes=remove_overlaps(notes))
