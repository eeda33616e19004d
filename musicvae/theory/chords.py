"""Chords: a root and one of nine qualities, with a symbol and a code for each.

Other chord symbols (`Bb13`, `A-7`, `F/A`, `Eø`) are reduced to the nearest of the nine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ..arguments import MAX_SYMBOL, check_text, quote
from ..errors import RequestError
from .pitch import FLAT_NAMES, NAMES, pitch_class

INTERVALS = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "dim": (0, 3, 6),
    "m7b5": (0, 3, 6, 10),
    "aug": (0, 4, 8),
    "sus4": (0, 5, 7),
}
"""Tones of each quality, in semitones above the root."""

QUALITIES = tuple(INTERVALS)
SUFFIXES = {quality: quality for quality in QUALITIES} | {"maj": "", "min": "m", "min7": "m7"}
CHORD_CODES = 1 + 12 * len(QUALITIES)
"""Number of codes: 0 for no chord, then 12 roots of each quality."""

NO_CHORD = "N.C."

_SYMBOL = re.compile(r"([A-G])([#♯b♭]?)([:(]?.*?)(?:/[A-G][#♯b♭]?|/[#b]?\d+)?")
_ROOT_OR_BASS = re.compile(r"(^\s*|/\s*(?=[A-G][#♯b♭]?\s*$))([A-G])([#♯b♭]?)")
_SUFFIX = re.compile(
    r"(?P<third>(?i:maj)|ma|M|[Δ△^]|(?i:min)|mi|m|-|(?i:dim)|[°o]|[Øø]"
    r"|(?i:aug)|\+)?"
    r"(?P<major>(?i:maj)|ma|M|[Δ△])?"
    r"(?P<degree>2|5|69|6|7|9|11|13)?"
    r"(?P<alterations>(?:[#♯b♭+-](?:5|9|11|13)|(?i:sus)[24]?|(?i:add)[#♯b♭]?(?:2|4|6|9|11|13)"
    r"|(?:(?i:maj)|M)7|(?i:alt)|(?:no|omit)[35]|7|9|11|13|\+)*+)"
)
# The repeat is possessive: "+9" is one alteration or two, and trying both takes 2^n steps.
_THIRDS = {
    **dict.fromkeys(("min", "mi", "m", "-"), "min"),
    **dict.fromkeys(("dim", "°", "o"), "dim"),
    **dict.fromkeys(("Ø", "ø"), "m7b5"),
    **dict.fromkeys(("aug", "+"), "aug"),
    **dict.fromkeys(("maj", "ma", "M", "Δ", "△", "^"), "maj"),
}


@dataclass(frozen=True)
class Chord:
    """A root, 0 to 11 from C, and one of `QUALITIES`."""

    root: int
    quality: str = "maj"

    def __post_init__(self) -> None:
        if not 0 <= self.root < 12 or self.quality not in INTERVALS:
            raise ValueError(f"A chord has a root from 0 to 11 and one of nine qualities: {self}.")


def symbol(chord: Chord | None) -> str:
    """The symbol of a single chord, with sharps; `N.C.` for none.

    >>> symbol(Chord(0)), symbol(Chord(6, "min7")), symbol(None)
    ('C', 'F#m7', 'N.C.')
    """
    return NAMES[chord.root] + SUFFIXES[chord.quality] if chord else NO_CHORD


def symbols(chords: Iterable[Chord | None]) -> list[str]:
    """Symbols of a progression: all with sharps, or all with flats.

    Takes the accidental with fewer signs in all, counting for each chord the key signature
    whose tonic it is.

    >>> symbols([Chord(10), Chord(3), None]), symbols([Chord(1, "min"), Chord(8, "7")])
    (['Bb', 'Eb', 'N.C.'], ['C#m', 'G#7'])
    """
    chords = list(chords)
    sharps, flats = (
        sum(_count_accidentals(chord, names) for chord in chords if chord)
        for names in (NAMES, FLAT_NAMES)
    )
    names = NAMES if sharps <= flats else FLAT_NAMES
    return [names[chord.root] + SUFFIXES[chord.quality] if chord else NO_CHORD for chord in chords]


def _count_accidentals(chord: Chord, names: Sequence[str]) -> int:
    """Signs of the key whose tonic the chord is: its distance in fifths from C, or A if minor."""
    name = names[chord.root]
    fifths = "FCGDAEB".index(name[0]) - 1 + 7 * name.count("#") - 7 * name.count("b")
    return abs(fifths - 3 if 3 in INTERVALS[chord.quality] else fifths)


def parse_chord(text: str) -> Chord | None:
    """Parse a chord symbol and reduce it to one of nine qualities; None for `N.C.`.

    Extensions beyond the seventh, added tones and slash basses are dropped; `sus2` becomes
    `sus4`, a diminished seventh `dim`.

    Raises:
        RequestError: the text is not a chord symbol.

    >>> [symbol(parse_chord(text)) for text in ("Bb13", "A-7", "F/A", "Eø", "G6/9", "Dsus")]
    ['A#7', 'Am7', 'F', 'Em7b5', 'G', 'Dsus4']
    """
    bare = "".join(check_text("A chord", text, MAX_SYMBOL).split()).replace("6/9", "69")
    if bare.upper() in ("N.C.", "N.C", "NC"):
        return None
    match = _SYMBOL.fullmatch(bare)
    suffix = _SUFFIX.fullmatch(re.sub("[:(),]", "", match[3])) if match else None
    if not match or not suffix:
        raise RequestError(
            f"{quote(text)} is no chord; write it like C, F#m7 or Bbmaj7, and {NO_CHORD} for none."
        )
    sharp, flat = match[2] in ("#", "♯"), match[2] in ("b", "♭")
    return Chord((NAMES.index(match[1]) + sharp - flat) % 12, _quality(suffix))


def _quality(suffix: re.Match[str]) -> str:
    """The nearest of the nine qualities to the suffix of a chord symbol."""
    word, changes = suffix["third"] or "", suffix["alterations"]
    third = _THIRDS.get(word) or _THIRDS[word.lower()] if word else ""
    seventh = suffix["degree"] in ("7", "9", "11", "13") or re.search("^(7|9|11|13)|alt", changes)
    if third in ("dim", "m7b5", "aug"):
        return third
    if "sus" in changes.lower() or (suffix["degree"] == "2" and not third):
        return "sus4"
    if third == "min":
        if re.search("[b♭-]5", changes):
            return "m7b5" if seventh else "dim"
        return "min7" if seventh and not suffix["major"] else "min"
    if re.search(r"[#♯+]5|\+$", changes):
        return "aug"
    if third == "maj" or suffix["major"] or re.search("(?i:maj)7|M7", changes):
        return "maj7" if seventh or word in ("Δ", "△", "^") or "7" in changes else "maj"
    return "7" if seventh else "maj"


def find_chord_symbols(words: Iterable[tuple[int, str]]) -> list[tuple[int, Chord | None]]:
    """The (tick, chord) of each (tick, text) that is a chord symbol, in the same order."""
    chords = []
    for tick, text in words:
        with suppress(RequestError):
            chords.append((tick, parse_chord(text)))
    return chords


def pitch_classes(chord: Chord) -> tuple[int, ...]:
    """Pitch classes of the chord, 0 to 11 from C, from the root upwards.

    >>> pitch_classes(Chord(9, "min7"))
    (9, 0, 4, 7)
    """
    return tuple((chord.root + interval) % 12 for interval in INTERVALS[chord.quality])


def transpose_chord(chord: Chord, semitones: int) -> Chord:
    """The chord transposed by a number of semitones.

    >>> symbol(transpose_chord(Chord(0, "7"), -2))
    'A#7'
    """
    return Chord((chord.root + semitones) % 12, chord.quality)


def respell(symbol: str, rename: Callable[[int], str]) -> str:
    """A chord symbol with new names of its root and its bass; all else stays.

    Args:
        rename: gives the new name of a pitch class, 0 to 11 from C.

    >>> respell("Bb13/D", lambda root: NAMES[(root + 2) % 12])
    'C13/E'
    """

    def new_name(match: re.Match[str]) -> str:
        accidental = match[3].replace("♯", "#").replace("♭", "b")
        return match[1] + rename(pitch_class(match[2], accidental))

    return _ROOT_OR_BASS.sub(new_name, symbol)


def chord_code(chord: Chord | None) -> int:
    """The code of a chord: 1 + 12 * index of its quality + root; 0 for none.

    >>> [chord_code(chord) for chord in (None, Chord(0), Chord(9, "min"), Chord(11, "sus4"))]
    [0, 1, 22, 108]
    """
    return 1 + 12 * QUALITIES.index(chord.quality) + chord.root if chord else 0


def chord_from_code(number: int) -> Chord | None:
    """The chord of a code of `chord_code`.

    >>> chord_from_code(22)
    Chord(root=9, quality='min')
    """
    quality, root = divmod(number - 1, 12)
    return Chord(root, QUALITIES[quality]) if number else None
