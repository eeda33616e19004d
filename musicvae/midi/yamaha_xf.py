"""Chords in Yamaha XF files: sequencer-specific events with a root and a type of chord.

Yamaha Corporation, XF Format Specifications v2.01, 1999: FF 7F 07 43 7B 01 cr ct bn bt.
"""

from __future__ import annotations

from functools import cache

from ..theory.chords import Chord, parse_chord
from ..theory.key_signature import KeySignature

PREFIX = b"\x43\x7b\x01"
"""Maker, format and kind of a chord event."""

_ROOTS = (0, 2, 4, 5, 7, 9, 11)
"""Semitones of C D E F G A B."""

# fmt: off
_TYPES = (
    "", "6", "maj7", "maj7#11", "add9", "maj9", "69", "aug", "m", "m6", "m7", "m7b5", "madd9",
    "m9", "m11", "mmaj7", "mmaj9", "dim", "dim7", "7", "7sus4", "7b5", "9", "7#11", "13", "7b9",
    "7b13", "7#9", "maj7#5", "7#5", "", "5", "sus4", "sus2",
)
# fmt: on
"""Suffixes of the symbols of all types of chord; the type after them is no chord."""


def read_chord(data: bytes) -> Chord | None:
    """The chord of an event that begins with `PREFIX`; None for no chord.

    Raises:
        ValueError: it is incomplete, or no chord that is defined.

    >>> read_chord(bytes.fromhex("437b0136087f7f"))
    Chord(root=9, quality='min')
    """
    if len(data) < len(PREFIX) + 2:
        raise ValueError("it is incomplete")
    return _chord(*data[len(PREFIX) : len(PREFIX) + 2])


def transpose_chord_data(data: bytes, semitones: int, signature: KeySignature) -> bytes:
    """The data of a chord event, with its root and its bass moved and spelled as in a key."""
    moved = bytearray(data)
    for place in range(len(PREFIX), len(moved), 2):
        note, accidental = (moved[place] & 0x0F) - 1, (moved[place] >> 4) - 3
        if 0 <= note < 7 and -3 <= accidental <= 3:  # else there is no chord, or no bass
            name = signature.spell((_ROOTS[note] + accidental + semitones) % 12)
            accidental = name.count("#") - name.count("b")
            moved[place] = (accidental + 3) << 4 | "CDEFGAB".index(name[0]) + 1
    return bytes(moved)


@cache
def _chord(root: int, kind: int) -> Chord | None:
    if root == 0x7F or kind == len(_TYPES):
        return None
    note, accidental = (root & 0x0F) - 1, (root >> 4) - 3
    if not (0 <= note < 7 and -3 <= accidental <= 3 and kind < len(_TYPES)):
        raise ValueError("there is no such chord")
    chord = parse_chord("C" + _TYPES[kind])
    assert chord
    return Chord((_ROOTS[note] + accidental) % 12, chord.quality)
