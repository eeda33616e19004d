"""Staves and clefs of a part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .voices import Tone


class Clef(NamedTuple):
    """A clef: its sign and line, and -1 if it is read an octave lower."""

    sign: str
    line: int
    octaves: int = 0


TREBLE, BASS, PERCUSSION = Clef("G", 2), Clef("F", 4), Clef("percussion", 2)
TREBLE_8, BASS_8 = Clef("G", 2, -1), Clef("F", 4, -1)

KEYBOARDS = {*range(8), *range(16, 24), 46}
"""Programs of instruments with two staves: pianos, organs, the harp."""
GUITARS, BASSES = range(24, 32), range(32, 40)

MIDDLE_C = 60
LOW, HIGH = 53, 67
"""A keyboard has two staves if it goes below the one, F3, and above the other, G4."""
GUITAR_BELOW, BASS_BELOW = 67, 50
"""A guitar or a bass is written an octave higher if its mean pitch is below."""


def staves_of(tones: Sequence[Tone], program: int) -> list[tuple[Clef, list[Tone]]]:
    """The staves of a part from top to bottom, each with its clef and its notes.

    >>> [clef.sign for clef, _ in staves_of([Tone(0, 12, 36), Tone(0, 12, 72)], program=0)]
    ['G', 'F']
    """
    pitches = [tone.pitch for tone in tones] or [MIDDLE_C]
    if program in KEYBOARDS and min(pitches) < LOW and max(pitches) > HIGH:
        upper = [tone for tone in tones if tone.pitch >= MIDDLE_C]
        lower = [tone for tone in tones if tone.pitch < MIDDLE_C]
        return [(TREBLE, upper), (BASS, lower)]
    mean = sum(pitches) / len(pitches)
    if program in GUITARS and mean < GUITAR_BELOW:
        clef = TREBLE_8
    elif program in BASSES and mean < BASS_BELOW:
        clef = BASS_8
    else:
        clef = TREBLE if mean >= MIDDLE_C else BASS
    return [(clef, list(tones))]
