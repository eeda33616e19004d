"""Keys: a tonic and a scale, parsed from text.

`minor` holds the raised sixth and seventh beside the natural ones, since melodies in minor use
both; `natural` leaves the raised ones out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..arguments import MAX_SYMBOL, check_text, quote
from ..errors import RequestError
from .pitch import pitch_class

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "ionian": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 9, 10, 11),
    "natural": (0, 2, 3, 5, 7, 8, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
    "harmonic": (0, 2, 3, 5, 7, 8, 11),
    "melodic": (0, 2, 3, 5, 7, 9, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "pentatonic": (0, 2, 4, 7, 9),
    "minor-pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "chromatic": tuple(range(12)),
}
"""Tones of each scale, in semitones above the tonic."""

SCALE_ALIASES = {"": "major", "maj": "major", "min": "minor", "m": "minor"}
THIRDS = {"major": 4, "minor": 3}
"""Semitones of the third, to tell whether a scale is major or minor."""

_KEY = re.compile(r"([A-Ga-g])([#♯b♭]?)(?![a-ln-z])[\s-]*+([a-zA-Z\s-]*)")


@dataclass(frozen=True)
class Key:
    """A tonic as written, such as `Bb`, and one of `SCALES`."""

    tonic: str = "C"
    scale: str = "major"

    def __str__(self) -> str:
        return f"{self.tonic} {self.scale}"

    @property
    def root(self) -> int:
        """Pitch class of the tonic, 0 to 11 from C."""
        return pitch_class(self.tonic[0], self.tonic[1:])

    @property
    def is_minor(self) -> bool:
        """True if the scale has a minor third and no major one."""
        return {THIRDS["minor"]} == {*SCALES[self.scale]} & {*THIRDS.values()}

    @property
    def tones(self) -> frozenset[int]:
        """Pitch classes of the key, 0 to 11 from C.

        >>> sorted(Key("G").tones)
        [0, 2, 4, 6, 7, 9, 11]
        """
        return frozenset((self.root + interval) % 12 for interval in SCALES[self.scale])


def count_accidentals(root: int, is_minor: bool) -> int:
    """Sharps or flats of the key signature with fewer of them.

    >>> [count_accidentals(root, False) for root in range(12)]  # C to B major
    [0, 5, 2, 3, 4, 1, 6, 1, 4, 3, 2, 5]
    >>> count_accidentals(9, True)  # A minor
    0
    """
    sharps = 7 * (root + THIRDS["minor"] * is_minor) % 12  # a fifth up adds one
    return min(sharps, 12 - sharps)


def parse_key(key: str | None, scale: str | None = None) -> Key | None:
    """Parse a key, with its scale in the same text or in `scale`; None if no key is given.

    Raises:
        RequestError: a text is not a key or scale, the key could be major or minor, or `key`
            and `scale` contradict each other.

    >>> [str(parse_key(text)) for text in ("A minor", "Bb", "f# dorian", "Em")]
    ['A minor', 'Bb major', 'F# dorian', 'E minor']
    >>> str(parse_key("D minor", "dorian")), str(parse_key("A minor", "pentatonic"))
    ('D dorian', 'A minor-pentatonic')
    """
    if key is None:
        if scale is not None:
            raise RequestError("--scale needs a tonic: --key C --scale dorian.")
        return None
    match = _KEY.fullmatch(check_text("key", key, MAX_SYMBOL).strip())
    if not match:
        raise RequestError(f"{quote(key)} is no key; write it like C, A minor or F# dorian.")
    if scale is None and not match[3] and match[1].islower():
        name = match[1].upper() + match[2]
        raise RequestError(f"{key!r} could be major or minor; write {name} or {name} minor.")
    tonic = match[1].upper() + match[2].replace("♯", "#").replace("♭", "b")
    named = _parse_scale(match[3])
    if scale is None:
        return Key(tonic, named)
    chosen = _parse_scale(scale)
    if chosen == "pentatonic" and named == "minor":
        chosen = "minor-pentatonic"
    if match[3] and chosen != named and THIRDS.get(named) not in SCALES[chosen]:
        raise RequestError(
            f"--key {key} and --scale {scale} are two scales: write --key {tonic} --scale {scale}."
        )
    return Key(tonic, chosen)


def _parse_scale(text: str) -> str:
    """The scale of a text; `natural minor` is `natural`."""
    word = "-".join(check_text("scale", text, MAX_SYMBOL).lower().split())
    word = SCALE_ALIASES.get(word, word)
    for name in (word, word.removesuffix("-minor"), word.removeprefix("major-")):
        if name in SCALES:
            return name
    raise RequestError(f"{quote(text)} is no scale; there are {', '.join(SCALES)}.")
