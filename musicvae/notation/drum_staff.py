"""Where drums stand on their staff.

Weinberg, Guidelines for Drumset Notation, Percussive Notes 36 (1998).
"""

from __future__ import annotations

from typing import NamedTuple

from ..theory.drum_kit import DRUM_CLASS


class DrumPlace(NamedTuple):
    """The letter and octave of a line or space as in treble clef, and the head of the note."""

    letter: str
    octave: int
    head: str = "normal"


CLASS_PLACES = (
    DrumPlace("F", 4),
    DrumPlace("C", 5),
    DrumPlace("G", 5, "x"),
    DrumPlace("G", 5, "circle-x"),
    DrumPlace("A", 4),
    DrumPlace("D", 5),
    DrumPlace("E", 5),
    DrumPlace("A", 5, "x"),
    DrumPlace("F", 5, "x"),
)
"""Places of the nine drum classes."""

PLACES = {
    37: DrumPlace("C", 5, "x"),
    44: DrumPlace("D", 4, "x"),
    45: DrumPlace("B", 4),
    53: DrumPlace("F", 5, "diamond"),
    56: DrumPlace("E", 5, "triangle"),
}
"""Places of some that differ from their class: side stick, pedal hi-hat, low tom, two bells."""

OTHER = DrumPlace("B", 4, "slash")
"""Place of what is no drum of General MIDI."""


def drum_place(pitch: int) -> DrumPlace:
    """Where a drum stands, by its General MIDI pitch."""
    if pitch in PLACES:
        return PLACES[pitch]
    return CLASS_PLACES[DRUM_CLASS[pitch]] if pitch in DRUM_CLASS else OTHER


def drum_name(pitch: int) -> str:
    """Name of a drum in General MIDI, or a number.

    >>> drum_name(38), drum_name(3)
    ('Acoustic Snare', 'Drum 3')
    """
    from pretty_midi import note_number_to_drum_name

    return str(note_number_to_drum_name(pitch)) or f"Drum {pitch}"
