"""The parts of a phrase that a codec reads: its melody, its drums, all that is pitched."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from ..errors import RequestError
from .drums import CLASS_OF
from .melody import find_bass, find_melody, find_part, pitched_parts
from .notes import Part, Phrase, without_overlaps

Track = str | int | None

PIANO = re.compile(r"\bpiano|pianoforte|klavier|\bclavier", re.IGNORECASE)


def voice(phrase: Phrase, codec: str, track: Track = None) -> Phrase:
    """The phrase with those parts only that the codec of that name encodes.

    Raises:
        RequestError: nothing of the kind is played, or there is no such track.
    """
    return replace(phrase, parts=READERS[codec](phrase, track))


def merged(phrase: Phrase) -> Part:
    """All notes of all pitched parts as one, with the first one's program and name.

    Raises:
        RequestError: nothing pitched is played.
    """
    return _together(pitched_parts(phrase))


def drums(phrase: Phrase) -> Part:
    """The drums of all parts as one; what is no General MIDI drum is left out.

    Raises:
        RequestError: none is struck.
    """
    kit = _kit(phrase)
    if not kit.notes and not phrase.is_silent:
        raise RequestError("no drum is struck in it")
    return kit


def _kit(phrase: Phrase) -> Part:
    """The same, silent where none is struck."""
    found = [part for part in phrase.parts if part.is_drum]
    part = _together(found) if found else Part(is_drum=True)
    return replace(part, notes=tuple(note for note in part.notes if note.pitch in CLASS_OF))


def _together(parts: list[Part]) -> Part:
    notes = (note for part in parts for note in part.notes)
    return replace(parts[0], notes=without_overlaps(notes))


def _melody(phrase: Phrase, track: Track) -> tuple[Part, ...]:
    return (find_melody(phrase, track),)


def _roll(phrase: Phrase, track: Track) -> tuple[Part, ...]:
    return (merged(phrase) if track is None else find_part(phrase, track),)


def _piano(phrase: Phrase, track: Track) -> tuple[Part, ...]:
    """The parts that are called a piano; all that is pitched where none is."""
    playing = [part for part in phrase.parts if part.notes and not part.is_drum]
    pianos = tuple(part for part in playing if PIANO.search(part.name))
    return _roll(replace(phrase, parts=pianos) if pianos and track is None else phrase, track)


def _drums(phrase: Phrase, track: Track) -> tuple[Part, ...]:
    if track is None:
        return (drums(phrase),)
    return (drums(replace(phrase, parts=(replace(find_part(phrase, track), is_drum=True),))),)


def _trio(phrase: Phrase, track: Track) -> tuple[Part, ...]:
    """Melody, bass and drums; a bass or drums that are not there are silent."""
    melody = find_melody(phrase, track)
    return melody, find_bass(phrase, melody), _kit(phrase)


READERS: dict[str, Callable[[Phrase, Track], tuple[Part, ...]]] = {
    "melody": _melody,
    "drums": _drums,
    "roll": _roll,
    "piano": _piano,
    "trio": _trio,
}
"""For each codec, the parts that it reads."""
