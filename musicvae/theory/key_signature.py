"""Key signatures: sharps or flats and a mode, and the names that notes have under them.

Notes are placed on the line of fifths: ... Bb F C G D A E B F# ..., where C is 0, G is 1 and F is
-1. A key signature has as many sharps as its major tonic lies to the right of C.
"""

from __future__ import annotations

from dataclasses import dataclass

from .keys import Key

FIFTHS_BELOW_MAJOR = {
    **dict.fromkeys(("major", "ionian", "pentatonic"), 0),
    **dict.fromkeys(("minor", "natural", "aeolian", "harmonic", "melodic"), 3),
    **dict.fromkeys(("minor-pentatonic", "blues"), 3),
    **{"lydian": -1, "mixolydian": 1, "dorian": 2, "phrygian": 4, "locrian": 5},
}
"""Fifths from the tonic of each scale down to that of the major key with its signature."""

MAX_SHARPS = 7

_LETTERS = "FCGDAEB"
_LOWEST, _HIGHEST = -8, 12
"""Fb and B#, the ends of the line of fifths without double accidentals."""


@dataclass(frozen=True)
class KeySignature:
    """A key signature.

    Attributes:
        sharps: -7 to 7; below 0 they are flats.
        is_minor: True for the minor key.
    """

    sharps: int = 0
    is_minor: bool = False

    @property
    def tonic(self) -> str:
        """Name of the tonic.

        >>> KeySignature(-3).tonic, KeySignature(-3, is_minor=True).tonic
        ('Eb', 'C')
        """
        return _name(self.sharps + 3 * self.is_minor)

    @property
    def key(self) -> Key:
        """Its key, major or minor."""
        return Key(self.tonic, "minor" if self.is_minor else "major")

    def spell(self, pitch_class: int) -> str:
        """Name of a pitch class as it is most often written in this key.

        These are the twelve notes from five fifths below the tonic to six above.

        >>> KeySignature(0).spell(10), KeySignature(2).spell(8), KeySignature(-6).spell(11)
        ('Bb', 'G#', 'Cb')
        >>> KeySignature(0, is_minor=True).spell(8)
        'G#'
        """
        lowest = self.sharps + 3 * self.is_minor - 5
        fifths = (7 * pitch_class - lowest) % 12 + lowest
        if not _LOWEST <= fifths <= _HIGHEST:
            fifths += 12 if fifths < 0 else -12
        return _name(fifths)

    def transpose(self, semitones: int) -> KeySignature:
        """The signature of the key so many semitones higher: 5 flats to 6 sharps.

        >>> KeySignature(0).transpose(-2), KeySignature(-7).transpose(12)
        (KeySignature(sharps=-2, is_minor=False), KeySignature(sharps=-7, is_minor=False))
        """
        if semitones % 12 == 0:
            return self
        return KeySignature(_fewest(self.sharps + 7 * semitones), self.is_minor)


def signature_of(key: Key) -> KeySignature | None:
    """The key signature of a key; of a church mode it is that of its major key. None for none.

    >>> from musicvae.theory.keys import parse_key
    >>> signature_of(parse_key("D dorian")), signature_of(parse_key("Gb"))
    (KeySignature(sharps=0, is_minor=False), KeySignature(sharps=-6, is_minor=False))
    """
    below = FIFTHS_BELOW_MAJOR.get(key.scale)
    if below is None:  # the chromatic scale
        return None
    sharps = _fifths(key.tonic) - below
    if abs(sharps) > MAX_SHARPS:
        sharps = _fewest(sharps)
    return KeySignature(sharps, below == FIFTHS_BELOW_MAJOR["minor"])


def signature_with_root(root: int, is_minor: bool) -> KeySignature:
    """The key signature, of 5 flats to 6 sharps, of a key with a tonic of 0 to 11 from C."""
    return KeySignature(_fewest(7 * root - 3 * is_minor), is_minor)


def _fewest(sharps: int) -> int:
    """The number of sharps from -5 to 6 that sounds the same."""
    return (sharps + 5) % 12 - 5


def _fifths(name: str) -> int:
    """Place of a note on the line of fifths, from C."""
    return _LETTERS.index(name[0]) - 1 + 7 * (name.count("#") - name.count("b"))


def _name(fifths: int) -> str:
    octave, letter = divmod(fifths + 1, 7)
    return _LETTERS[letter] + ("#" * octave if octave > 0 else "b" * -octave)
