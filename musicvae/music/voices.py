"""The parts of a phrase that a codec reads: its melody, its drums, all that is pitched."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from ..errors import RequestError
from .drums import CLASS_OF
from .harmony import changes, harmony
from .melody import find_bass, find_melody, find_part, pitched_parts
from .notes import Part, Phrase, without_overlaps

Track = str | int | None

PIANO = re.compile(r"\bpiano|pianoforte|klavier|\bclavier", re.IGNORECASE)


def voice(phrase: Phrase, codec: str, track: Track = None) -> Phrase:
    """The phrase with those parts only that the codec of that name encodes.

    Raises:
        RequestError: nothing of the kind is played, or there is no such track.
    """
    return READERS[codec](phrase, track)


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


def _melody(phrase: Phrase, track: Track) -> Phrase:
    return replace(phrase, parts=(find_melody(phrase, track),))


def _roll(phrase: Phrase, track: Track) -> Phrase:
    part = merged(phrase) if track is None else find_part(phrase, track)
    return replace(phrase, parts=(part,))


def _piano(phrase: Phrase, track: Track) -> Phrase:
    """The parts that are called a piano; all that is pitched where none is."""
    playing = [part for part in phrase.parts if part.notes and not part.is_drum]
    pianos = tuple(part for part in playing if PIANO.search(part.name))
    return _roll(replace(phrase, parts=pianos) if pianos and track is None else phrase, track)


def _drums(phrase: Phrase, track: Track) -> Phrase:
    if track is not None:
        part = replace(find_part(phrase, track), is_drum=True)
        phrase = replace(phrase, parts=(part,))
    return replace(phrase, parts=(drums(phrase),))


def _trio(phrase: Phrase, track: Track) -> Phrase:
    """Melody, bass and drums; a bass or drums that are not there are silent."""
    melody = find_melody(phrase, track)
    return replace(phrase, parts=(melody, find_bass(phrase, melody), _kit(phrase)))


def _leadsheet(phrase: Phrase, track: Track) -> Phrase:
    """The melody, and the chords that are written or heard."""
    chords = changes(harmony(phrase), phrase.meter, phrase.lead_in)
    return replace(phrase, parts=(find_melody(phrase, track),), chords=chords)


READERS: dict[str, Callable[[Phrase, Track], Phrase]] = {
    "melody": _melody,
    "drums": _drums,
    "roll": _roll,
    "piano": _piano,
    "trio": _trio,
    "leadsheet": _leadsheet,
}
"""For each codec, the parts that it reads."""
