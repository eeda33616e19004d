"""The part of a phrase that a codec reads: its melody, or all that is pitched."""

from __future__ import annotations

from dataclasses import replace

from .melody import find_melody, find_part, pitched_parts
from .notes import Part, Phrase, without_overlaps


def voice(phrase: Phrase, codec: str, track: str | int | None = None) -> Phrase:
    """The phrase with one part only: what the codec of that name encodes.

    Raises:
        RequestError: nothing pitched is played, or there is no such track.
    """
    if codec == "melody":
        part = find_melody(phrase, track)
    else:
        part = merged(phrase) if track is None else find_part(phrase, track)
    return replace(phrase, parts=(part,))


def merged(phrase: Phrase) -> Part:
    """All notes of all pitched parts as one, with the first one's program and name.

    Raises:
        RequestError: nothing pitched is played.
    """
    pitched = pitched_parts(phrase)
    notes = (note for part in pitched for note in part.notes)
    return replace(pitched[0], notes=without_overlaps(notes))
