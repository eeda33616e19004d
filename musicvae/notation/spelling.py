"""Names of notes in a key, and where they need accidentals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..theory.key_signature import KeySignature

SHARPS = "FCGDAEB"
"""Letters in the order in which key signatures raise them; they lower them from the end."""


class Spelled(NamedTuple):
    """A written note: its letter, semitones above it, and the octave that begins at its C."""

    letter: str
    alter: int
    octave: int


def spell(pitch: int, signature: KeySignature) -> Spelled:
    """A pitch as it is written in a key.

    >>> spell(59, KeySignature(-6)), spell(61, KeySignature(2))
    (Spelled(letter='C', alter=-1, octave=4), Spelled(letter='C', alter=1, octave=4))
    """
    name = signature.spell(pitch % 12)
    alter = name.count("#") - name.count("b")
    return Spelled(name[0], alter, (pitch - alter) // 12 - 1)


def altered_letters(signature: KeySignature) -> dict[str, int]:
    """How each letter is altered by a key signature."""
    sharps = signature.sharps
    raised = SHARPS[:sharps] if sharps > 0 else ""
    lowered = SHARPS[sharps:] if sharps < 0 else ""
    return {letter: (letter in raised) - (letter in lowered) for letter in SHARPS}


def accidentals(
    notes: Iterable[tuple[int, int, bool]], signature: KeySignature
) -> set[tuple[int, int]]:
    """The notes of a bar that need an accidental, as (start, pitch).

    An accidental holds for its line or space to the end of the bar.

    Args:
        notes: start, pitch, and True if the note is tied to one before it; of all voices of a
            staff.
    """
    in_force: dict[tuple[str, int], int] = {}
    needed = set()
    by_key = altered_letters(signature)
    for start, pitch, is_tied in sorted(set(notes)):
        spelled = spell(pitch, signature)
        place = spelled.letter, spelled.octave
        if is_tied:
            continue
        if in_force.get(place, by_key[spelled.letter]) != spelled.alter:
            needed.add((start, pitch))
        in_force[place] = spelled.alter
    return needed
