"""Find the melody and the bass part of a phrase, and reduce them to one note at a time.

The skyline, the highest note at every moment: Uitdenbogerd and Zobel, Melodic Matching
Techniques for Large Music Databases, ACM Multimedia 1999.
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
"""A part with a melody name counts as one only if it plays in this share of the bars."""
BASS_PROGRAMS = range(32, 40)
PERCUSSIVE_PROGRAMS = range(112, 128)
MAX_BASS_PITCH = 52
"""Mean pitch below which an unnamed part may be the bass."""


def find_melody(phrase: Phrase, track: str | int | None = None) -> Part:
    """The melody part, reduced to its skyline.

    Args:
        track: number of a part, from 1, or (a part of) its name; default is a part with a
            melody name, else the one with the best `melody_score`.

    Raises:
        RequestError: there is no such track, it has no notes, or no part is pitched.
    """
    part = _best_candidate(phrase) if track is None else find_part(phrase, track)
    return replace(part, notes=skyline(part.notes))


def find_bass(phrase: Phrase, melody: Part) -> Part:
    """The bass part, reduced to the lowest note at every moment.

    Takes the part with a bass program or name and most notes, else the lowest part below
    `MAX_BASS_PITCH` other than the melody, else an empty part.
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
    low = [part for part in others if _mean_pitch(part) < MAX_BASS_PITCH]
    bass = max(named, key=lambda part: len(part.notes), default=None) or min(
        low, key=_mean_pitch, default=Part(program=BASS_PROGRAMS[1])
    )
    # The lowest line is the skyline of the part turned upside down.
    mirrored = (replace(note, pitch=127 - note.pitch) for note in bass.notes)
    line = tuple(replace(note, pitch=127 - note.pitch) for note in skyline(mirrored))
    return replace(bass, notes=line)


def _mean_pitch(part: Part) -> float:
    return sum(note.pitch for note in part.notes) / len(part.notes)


def skyline(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The highest line of some notes: one note at a time, each ended by the next.

    A note below a sounding higher one is dropped, unless it starts in the last quarter of that
    note and outlasts it, as in legato playing.
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
    """Return True if `note` continues the line legato below `last`."""
    tail = max(1, last.duration // 4)
    return note.end > last.end and last.end - note.start <= tail


def melody_score(part: Part, share: float = 1.0) -> float:
    """How much a part resembles a melody; see `score_line`.

    Args:
        part: any part.
        share: the share of the bars with music in which it plays.
    """
    if not part.notes:
        return 0.0
    line = [note.pitch for note in skyline(part.notes)]
    onset_ratio = len({note.start for note in part.notes}) / len(part.notes)
    return score_line(line, onset_ratio, share, part.program, part.name)


def score_line(
    line: Sequence[int], onset_ratio: float, share: float, program: int, name: str
) -> float:
    """Melody score: high for a part that plays one note at a time, high, in small intervals.

    It is 0 to 1, less for bass and percussive programs, accompaniment names and parts that
    rest in most bars.

    Args:
        line: pitches of the skyline, in order.
        onset_ratio: number of distinct onsets per note; 1 without chords.
        share: the share of the bars with music in which the part plays.
        program, name: of the part.
    """
    leaps = [abs(b - a) for a, b in pairwise(line)]
    stepwise = sum(0 < leap <= 4 for leap in leaps) / max(1, len(leaps))
    mean_pitch = sum(line) / len(line)
    height = min(1.0, max(0.0, (mean_pitch - 48) / 24))
    variety = min(1.0, len(set(line)) / 8)
    length = min(1.0, len(line) / 16)
    score = 0.3 * onset_ratio + 0.2 * stepwise + 0.25 * height + 0.15 * variety + 0.1 * length
    score -= 0.6 * max(0.0, 0.5 - share)
    if program in BASS_PROGRAMS or program in PERCUSSIVE_PROGRAMS:
        score -= 0.5
    return score - (0.2 if ACCOMPANIMENT_NAMES.search(name) else 0.0)


def pitched_parts(phrase: Phrase) -> list[Part]:
    """The pitched parts that have notes; all pitched parts of a silent phrase.

    Raises:
        RequestError: there is none.
    """
    parts = [part for part in phrase.parts if not part.is_drum]
    sounding = parts if phrase.is_silent else [part for part in parts if part.notes]
    if not sounding:
        raise RequestError("nothing pitched is played in it")
    return sounding


def find_part(phrase: Phrase, track: str | int) -> Part:
    """The part with that number, from 1, that name, or that text in its name.

    Of several matches, the first with notes.

    Raises:
        RequestError: no part matches, or it has no notes.
    """
    parts = phrase.parts
    if isinstance(track, str) and track.isdecimal():
        track = int(track)
    if isinstance(track, int):
        matches = list(parts[track - 1 : track]) if track > 0 else []
    else:
        exact = [part for part in parts if part.name.lower() == track.lower()]
        matches = exact or [part for part in parts if track.lower() in part.name.lower()]
    matches = [part for part in matches if part.notes] or matches
    if not matches:
        names = ", ".join(f"{i} {part.name!r}" for i, part in enumerate(parts, 1))
        raise RequestError(f"there is no track {track!r} in it; there are: {names}")
    if not matches[0].notes:
        raise RequestError(f"track {track!r} has no notes")
    return matches[0]


def _best_candidate(phrase: Phrase) -> Part:
    pitched = pitched_parts(phrase)
    bar = phrase.meter.steps_per_bar
    bars = [{(note.start + phrase.lead_in) // bar for note in part.notes} for part in pitched]
    total = max(1, len(set().union(*bars)))
    shares = {id(part): len(played) / total for part, played in zip(pitched, bars, strict=True)}
    named = [
        part
        for part in pitched
        if MELODY_NAMES.search(part.name) and shares[id(part)] >= MIN_BAR_SHARE
    ]
    leading = [part for part in named if not ACCOMPANIMENT_NAMES.search(part.name)]
    return max(leading or named or pitched, key=lambda part: melody_score(part, shares[id(part)]))
