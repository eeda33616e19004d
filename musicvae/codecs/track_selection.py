"""Selecting the parts of a phrase that a codec reads: its melody, its drums, all that is pitched.

A codec has one of these functions as its `select`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Protocol

from ..errors import RequestError
from ..score.chord_recognition import recognize_chords, to_chord_changes
from ..score.melody_extraction import find_bass, find_melody, find_part, pitched_parts
from ..score.phrase import Part, Phrase, remove_overlaps
from ..theory.drum_kit import CLASS_OF

Track = str | int | None
"""Number of a part, from 1, or (a piece of) its name; None lets the function choose."""

PIANO = re.compile(r"\bpiano|pianoforte|klavier|\bclavier", re.IGNORECASE)


class Selector(Protocol):
    """Reduces a phrase to the parts, and the chords, that a codec encodes."""

    def __call__(self, phrase: Phrase, track: Track = None) -> Phrase:
        """The phrase with those parts only; the first of them is the track, if one is named.

        Raises:
            RequestError: nothing of the kind is played, or there is no such track.
        """


def select_melody(phrase: Phrase, track: Track = None) -> Phrase:
    """The melody, as one voice."""
    return replace(phrase, parts=(find_melody(phrase, track),))


def select_pitched(phrase: Phrase, track: Track = None) -> Phrase:
    """All notes of all pitched parts as one, with the first one's program and name."""
    part = _merge(pitched_parts(phrase)) if track is None else find_part(phrase, track)
    return replace(phrase, parts=(part,))


def select_piano(phrase: Phrase, track: Track = None) -> Phrase:
    """The parts that are called a piano, as one; all that is pitched where none is."""
    playing = [part for part in phrase.parts if part.notes and not part.is_drum]
    pianos = tuple(part for part in playing if PIANO.search(part.name))
    named = replace(phrase, parts=pianos) if pianos and track is None else phrase
    return select_pitched(named, track)


def select_drums(phrase: Phrase, track: Track = None) -> Phrase:
    """The drums of all parts as one; what is no General MIDI drum is left out."""
    if track is not None:
        part = replace(find_part(phrase, track), is_drum=True)
        phrase = replace(phrase, parts=(part,))
    kit = _drum_part(phrase)
    if not kit.notes and not phrase.is_silent:
        raise RequestError("no drum is struck in it")
    return replace(phrase, parts=(kit,))


def select_chords(phrase: Phrase, track: Track = None) -> Phrase:
    """No part, and the chords: those that are written, or else recognised in the notes."""
    heard = phrase if track is None else replace(phrase, parts=(find_part(phrase, track),))
    chords = to_chord_changes(recognize_chords(heard), phrase.meter, phrase.lead_in)
    return replace(phrase, parts=(), chords=chords)


def select_leadsheet(phrase: Phrase, track: Track = None) -> Phrase:
    """The melody, and the chords as `select_chords` finds them in all parts."""
    return replace(select_melody(phrase, track), chords=select_chords(phrase).chords)


def select_trio(phrase: Phrase, track: Track = None) -> Phrase:
    """Melody, bass and drums; a bass or drums that are not there are silent."""
    melody = find_melody(phrase, track)
    return replace(phrase, parts=(melody, find_bass(phrase, melody), _drum_part(phrase)))


def _drum_part(phrase: Phrase) -> Part:
    """All drums as one part, silent where none is struck."""
    found = [part for part in phrase.parts if part.is_drum]
    part = _merge(found) if found else Part(is_drum=True)
    return replace(part, notes=tuple(note for note in part.notes if note.pitch in CLASS_OF))


def _merge(parts: list[Part]) -> Part:
    notes = (note for part in parts for note in part.notes)
    return replace(parts[0], notes=remove_overlaps(notes))
