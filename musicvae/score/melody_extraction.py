"""Find the melody and the bass part of a phrase, and reduce them to one note at a time.

The skyline, the highest note at every moment: Uitdenbogerd and Zobel, Melodic Matching
Techniques for Large Music Databases, ACM Multimedia 1999.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain, pairwise

from ..arguments import quote
from ..errors import RequestError
from .phrase import Note, Part, Phrase, remove_overlaps

MELODY_NAMES = re.compile(
    r"melod|m(é|e\u0301)lod|vocal|vo[ck]ais|[wv]okal|\bvoice|\bvox\b|\b(lead|solo|soloist)\s*\d*\b"
    r"|singer|sing(stimme|ing)|soprano|\btune\b|\btheme\b|\btop ?line\b|gesang|oberstimme"
    r"|chant\b|\bvoix\b|\bcant(o|ante)\b|\bvoce\b|\bvoz\b|\bzang\b|\bsång\b|\bsang\b|\blaulu\b"
    r"|śpiew|zpěv|\bdallam\b|ének|мелоди|вокал|голос|μελωδ|φων[ήη]"
    r"|メロデ|旋律|ボーカル|ヴォーカル|歌|主唱|人[声聲]|멜로디|보컬|노래",
    re.IGNORECASE,
)
"""Names of a melody part in the languages of most files."""
ACCOMPANIMENT_NAMES = re.compile(
    r"bass|\bbajo\b|\bbaixo\b|drum|perc|schlagzeug|batter[iy]|bater[ií]a|chord|akkord|a[ck]{1,2}ord[es]?\b"
    r"|piano|klavier|accomp|begleit|\bback(ing|ground)|guitar|gitarr|guitarra|chitarra|string|streicher"
    r"|pad\b|harmon|tenor|\balto\b|бас|гитар|аккорд"  # noqa: RUF001
    r"|ベース|ギター|ドラム|ピアノ|コード|伴奏|和弦|반주",
    re.IGNORECASE,
)
MIN_BAR_SHARE = 0.1
"""A part with a melody name counts as one only if it plays in this share of the bars."""
MAX_DIGITS = 9
"""Longest text that is read as the number of a track."""
BASS_PROGRAMS = range(32, 40)
PERCUSSIVE_PROGRAMS = range(112, 128)
MAX_BASS_PITCH = 52
"""Mean pitch below which an unnamed part may be the bass."""


def find_melody(phrase: Phrase, track: str | int | None = None) -> Part:
    """The melody part, reduced to its skyline.

    Args:
        track: see `part_numbers`; default is a part with a melody name, else the one with
            the best `melody_score`.

    Raises:
        RequestError: there is no such track, or no part is pitched.
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
    named = [part for part in others if is_named_bass(part)]
    low = [part for part in others if is_bass(part)]
    bass = max(named, key=lambda part: len(part.notes), default=None) or min(
        low, key=_mean_pitch, default=Part(program=BASS_PROGRAMS[1], name="Bass")
    )
    # The lowest line is the skyline of the part turned upside down.
    mirrored = (replace(note, pitch=127 - note.pitch) for note in bass.notes)
    line = tuple(replace(note, pitch=127 - note.pitch) for note in skyline(mirrored))
    return replace(bass, notes=line)


def is_bass(part: Part) -> bool:
    """True if a part with notes can be a bass: by program, by name, or by a low mean pitch."""
    return is_named_bass(part) or _mean_pitch(part) < MAX_BASS_PITCH


def is_named_bass(part: Part) -> bool:
    """True if a part has a bass's program or name."""
    return part.program in BASS_PROGRAMS or bool(re.search("bass", part.name, re.IGNORECASE))


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
    line = skyline(part.notes)
    pitches, starts = [note.pitch for note in line], [note.start for note in line]
    onset_ratio = len({note.start for note in part.notes}) / len(part.notes)
    return score_line(pitches, starts, onset_ratio, share, part.program, part.name)


def score_line(
    line: Sequence[int],
    starts: Sequence[int],
    onset_ratio: float,
    share: float,
    program: int,
    name: str,
) -> float:
    """Melody score: high for a part that plays one note at a time, high, in small intervals.

    It is 0 to 1, less for bass and percussive programs, accompaniment names, parts that
    rest in most bars and broken chords.

    Args:
        line, starts: pitches and steps of the skyline, in order.
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
    score -= 0.6 * max(0.0, 0.5 - share) + 0.5 * max(0.0, _figuration(leaps, starts) - 0.5)
    if program in BASS_PROGRAMS or program in PERCUSSIVE_PROGRAMS:
        score -= 0.5
    return score - (0.2 if ACCOMPANIMENT_NAMES.search(name) else 0.0)


def _figuration(leaps: Sequence[int], starts: Sequence[int]) -> float:
    """How much a line is a broken chord: 1 if all notes are equally long and leap by thirds.

    A tune has notes of several lengths, or moves by steps.
    """
    gaps = Counter(b - a for a, b in pairwise(starts))
    if not gaps:
        return 0.0
    regular = max(gaps.values()) / gaps.total()
    return regular * sum(leap >= 3 for leap in leaps) / len(leaps)


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
    """The part that a track names, or the parts that it names with "+" between them, merged.

    Raises:
        RequestError: no part matches.
    """
    return merge_parts([phrase.parts[number - 1] for number in part_numbers(phrase, track)])


def part_numbers(phrase: Phrase, track: str | int) -> list[int]:
    """Numbers, from 1, of the parts that a track names.

    Args:
        track: a number; a name, or a text in it, of which the first part with notes is taken;
            or several of them with "+" between them: "2+3", "RH+LH".

    Raises:
        RequestError: no part matches.
    """
    if isinstance(track, bool) or not isinstance(track, (int, str)):
        raise RequestError(f"A track is a number or a name, not {quote(track)}")
    names = {number: part.name.lower() for number, part in enumerate(phrase.parts, 1)}
    if isinstance(track, str) and track.strip().isdecimal() and len(track) < MAX_DIGITS:
        track = int(track)
    if isinstance(track, int):
        matches = [track] if track in names else []
    elif "+" in track and track.lower() not in names.values():
        pieces = [part_numbers(phrase, piece) for piece in track.split("+")]
        return list(dict.fromkeys(chain(*pieces)))
    else:
        wanted = track.strip().lower()
        exact = [number for number, name in names.items() if name == wanted]
        matches = exact or [n for n, name in names.items() if wanted and wanted in name]
    if not matches:
        raise RequestError(
            f"there is no track {quote(track)} in it; there are: {list_parts(phrase)}"
        )
    return [next((n for n in matches if phrase.parts[n - 1].notes), matches[0])]


def is_drums(phrase: Phrase, track: str | int) -> bool:
    """Return True if one of the parts that a track names is drums; see `part_numbers`."""
    return any(phrase.parts[number - 1].is_drum for number in part_numbers(phrase, track))


def list_parts(phrase: Phrase) -> str:
    """Number and name of each part: `1 'Flute', 2 'Piano'`."""
    return ", ".join(f"{number} {part.name!r}" for number, part in enumerate(phrase.parts, 1))


def merge_parts(parts: Sequence[Part]) -> Part:
    """All notes without overlaps, with program and name of the first part; one part unchanged."""
    if len(parts) == 1:
        return parts[0]
    return replace(
        parts[0],
        notes=remove_overlaps(note for part in parts for note in part.notes),
        lost=tuple(sorted(step for part in parts for step in part.lost)),
        sources=tuple(dict.fromkeys(source for part in parts for source in part.sources)),
    )


def melody_number(phrase: Phrase) -> int:
    """Number, from 1, of the part that `find_melody` takes.

    Raises:
        RequestError: no part is pitched.
    """
    best = _best_candidate(phrase)
    return next(number for number, part in enumerate(phrase.parts, 1) if part is best)


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
