"""Pitch names and pitch ranges."""

from __future__ import annotations

import re

from ..arguments import MAX_SYMBOL, check_text, quote
from ..errors import RequestError

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")


def pitch_name(pitch: int) -> str:
    """Name of a MIDI pitch; 60 is C4.

    >>> pitch_name(60), pitch_name(21), pitch_name(108)
    ('C4', 'A0', 'C8')
    """
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


_NOTE = r"(?:[A-Ga-g][#♯b♭]?-?\d{1,2}|\d{1,3})"
_SPAN = re.compile(rf"({_NOTE})\s*-\s*({_NOTE})")


def parse_range(text: str) -> tuple[int, int]:
    """Parse the lowest and highest MIDI pitch of a range; C4 is 60.

    Raises:
        RequestError: the text is not a range, or the range is empty.

    >>> parse_range("C4-C6"), parse_range("60-84"), parse_range("Bb-1-F#3")
    ((60, 84), (60, 84), (10, 54))
    """
    match = _SPAN.fullmatch(check_text("A range", text, MAX_SYMBOL).strip())
    if not match:
        raise RequestError(f"{quote(text)} is no range; write it like C4-C6 or 60-84.")
    low, high = map(_parse_pitch, match.groups())
    if low > high:
        raise RequestError(f"A range begins with its lowest note: {match[2]}-{match[1]}.")
    return low, high


def _parse_pitch(text: str) -> int:
    name = re.fullmatch(r"([A-Ga-g])([#♯b♭]?)(-?\d+)", text)
    if name:
        sharp, flat = name[2] in ("#", "♯"), name[2] in ("b", "♭")
        pitch = NAMES.index(name[1].upper()) + sharp - flat + 12 * (int(name[3]) + 1)
    else:
        pitch = int(text)
    if not 0 <= pitch <= 127:
        raise RequestError(f"{text} is no MIDI pitch; pitches go from 0 to 127, C-1 to G9.")
    return pitch


def pitch_class(letter: str, accidental: str) -> int:
    """Pitch class, 0 to 11 from C, of a letter with sharps or flats."""
    return (NAMES.index(letter) + accidental.count("#") - accidental.count("b")) % 12
