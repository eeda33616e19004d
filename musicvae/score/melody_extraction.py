"""Which part is the melody: by its name, else by how it moves; one voice of it.

The skyline, the highest note at every moment, is Uitdenbogerd and Zobel's,
Melodic Matching Techniques for Large Music Databases, ACM Multimedia 1999.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from ..errors import RequestError
from .phrase import Note, Part, Phrase

MELODY_NAMES = re.compile(
    r"melod|vocal|\bvoice|\bvox\b|\b(lead|solo|soloist)\s*\d*\b|singer|sing(stimme|ing)|soprano"
    r"|gesang|chant\b|\bcanto\b|\bvoix\b|\btune\b|\btheme\b",
    re.IGNORECASE,
)
ACCOMPANIMENT_NAMES = re.compile(
    r"bass|drum|perc|chord|piano|accomp|guitar|string|pad\b|harmon|tenor|\balto\b", re.IGNORECASE
)
MIN_BAR_SHARE = 0.1
"""A part that plays in fewer of the bars is no melody, whatever it is called."""
BASS_PROGRAMS = range(32, 40)
PERCUSSIVE_PROGRAMS = range(112, 128)
MAX_BASS_PITCH = 52
"""Mean pitch below which a part may be the bass."""


def find_melody(phrase: Phrase, track: str | int | None = None) -> Part:
    """The melody as a part of one voice.

    Args:
        track: the number of a part, from 1, or (a piece of) its name; without it
            a part named as a melody, else the one that scores best as one.

    Raises:
        RequestError: there is no such track, it has no notes, or nothing pitched is played.
    """
    part = _best_candidate(phrase) if track is None else find_part(phrase, track)
    return replace(part, notes=skyline(part.notes))


def find_bass(phrase: Phrase, melody: Part) -> Part:
    """The lowest voice of the part that is a bass by its program or name; of one voice.

    Without one, of the lowest part that is not the melody; silent where there is none.
    """
    others = [
        part
        for part in phrase.parts
        if part.notes and not part.is_drum and skyline(part.notes) != melody.notes
    ]
    named = [
        part
        for part in others
        if part.program in BASS_PROGRAMS or re.search("bass", part.name, re.IGNORECASE)
    ]
    low = [part for part in others if _height(part) < MAX_BASS_PITCH]
    chosen = max(named, key=lambda part: len(part.notes), default=None) or min(
        low, key=_height, default=Part(program=BASS_PROGRAMS[1])
    )
    mirrored = (replace(note, pitch=127 - note.pitch) for note in chosen.notes)
    line = tuple(replace(note, pitch=127 - note.pitch) for note in skyline(mirrored))
    return replace(chosen, notes=line)


def _height(part: Part) -> float:
    return sum(note.pitch for note in part.notes) / len(part.notes)


def skyline(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The highest voice of sorted notes: one at a time, each ended by the next.

    A note is left out under a higher one; a lower note that is struck while the
    higher one ends, in its last quarter, goes on as a legato melody does.
    """
    line: list[Note] = []
    for note in sorted(notes, key=lambda n: (n.start, -n.pitch)):
        last = line[-1] if line else None
        if last is None or last.end <= note.start:
            line.append(note)
        elif note.start > last.start and (note.pitch > last.pitch or _follows(note, last)):
            line[-1] = replace(last, duration=note.start - last.start)
            line.append(note)
    return tuple(line)


def _follows(note: Note, last: Note) -> bool:
    tail = max(1, last.duration // 4)
    return note.end > last.end and last.end - note.start <= tail


def melody_score(part: Part, share: float = 1.0) -> float:
    """How much a part moves as a melody does; `share` is that of the bars it plays in.

    See `score`.
    """
    if not part.notes:
        return 0.0
    line = [note.pitch for note in skyline(part.notes)]
    alone = len({note.start for note in part.notes}) / len(part.notes)
    return score_line(line, alone, share, part.program, part.name)


def score_line(line: Sequence[int], alone: float, share: float, program: int, name: str) -> float:
    """0 to 1 for what is sung, less for the rest: one note at a time, high, in small steps.

    Args:
        line: pitches of the highest voice, in order.
        alone: moments at which a note starts, for each note.
        share: of the bars in which anything is played, those in which this part plays.
        program, name: of the part.
    """
    leaps = [abs(b - a) for a, b in pairwise(line)]
    stepwise = sum(0 < leap <= 4 for leap in leaps) / max(1, len(leaps))
    height = sum(line) / len(line)
    high = min(1.0, max(0.0, (height - 48) / 24))
    variety = min(1.0, len(set(line)) / 8)
    length = min(1.0, len(line) / 16)
    found = 0.3 * alone + 0.2 * stepwise + 0.25 * high + 0.15 * variety + 0.1 * length
    found -= 0.6 * max(0.0, 0.5 - share)
    if program in BASS_PROGRAMS or program in PERCUSSIVE_PROGRAMS:
        found -= 0.5
    return found - (0.2 if ACCOMPANIMENT_NAMES.search(name) else 0.0)


def pitched_parts(phrase: Phrase) -> list[Part]:
    """The parts that play and are no drums; all that are no drums where nothing plays at all.

    Raises:
        RequestError: there is none.
    """
    parts = [part for part in phrase.parts if not part.is_drum]
    found = parts if phrase.is_silent else [part for part in parts if part.notes]
    if not found:
        raise RequestError("nothing pitched is played in it")
    return found


def find_part(phrase: Phrase, track: str | int) -> Part:
    """The part of that number, from 1, or of that name, or with that in its name.

    Raises:
        RequestError: there is none, or it has no notes.
    """
    parts = phrase.parts
    if isinstance(track, str) and track.isdecimal():
        track = int(track)
    if isinstance(track, int):
        found = list(parts[track - 1 : track]) if track > 0 else []
    else:
        exact = [part for part in parts if part.name.lower() == track.lower()]
        found = exact or [part for part in parts if track.lower() in part.name.lower()]
    found = [part for part in found if part.notes] or found
    if not found:
        names = ", ".join(f"{i} {part.name!r}" for i, part in enumerate(parts, 1))
        raise RequestError(f"there is no track {track!r} in it; there are: {names}")
    if not found[0].notes:
        raise RequestError(f"track {track!r} has no notes")
    return found[0]


def _best_candidate(phrase: Phrase) -> Part:
    pitched = pitched_parts(phrase)
    bar = phrase.meter.steps_per_bar
    bars = [{(note.start + phrase.lead_in) // bar for note in part.notes} for part in pitched]
    played = max(1, len(set().union(*bars)))
    shares = {id(part): len(those) / played for part, those in zip(pitched, bars, strict=True)}
    named = [
        part
        for part in pitched
        if MELODY_NAMES.search(part.name) and shares[id(part)] >= MIN_BAR_SHARE
    ]
    leading = [part for part in named if not ACCOMPANIMENT_NAMES.search(part.name)]
    return max(leading or named or pitched, key=lambda part: melody_score(part, shares[id(part)]))
