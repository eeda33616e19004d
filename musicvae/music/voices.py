"""The part of a phrase that a codec reads: its melody, or all that is pitched."""

from __future__ import annotations

from dataclasses import replace

from ..errors import RequestError
from .melody import find_melody
from .notes import Part, Phrase, without_overlaps


def voice(phrase: Phrase, codec: str, track: str | int | None = None) -> Phrase:
    """The phrase with one part only: what the codec of that name encodes.

    Raises:
        RequestError: nothing pitched is played, or there is no such track.
    """
    if codec == "melody" or track is not None:
        return replace(phrase, parts=(find_melody(phrase, track),))
    return replace(phrase, parts=(merged(phrase),))


def merged(phrase: Phrase) -> Part:
    """All notes of all pitched parts as one, with the first one's program and name."""
    pitched = [part for part in phrase.parts if part.notes and not part.is_drum]
    if not pitched:
        raise RequestError("nothing pitched is played in it")
    notes = (note for part in pitched for note in part.notes)
    return replace(pitched[0], notes=without_overlaps(notes))
