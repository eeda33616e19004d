"""Chord symbols among the texts of a foreign file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from ..theory.chords import Chord, find_chord_symbols
from .events import LYRIC, MARKER, TEXT
from .parser import Score, TextEvent

SECTION_NAME = re.compile(
    r"intro|vers|chorus|refrain|bridge|outro|coda|solo|interlude|ending|\bend\b|hook|break|theme"
    r"|part|section|strophe|tag\b|loop|start|fine\b|segno|[A-Za-z]\d*[_-]|\d",
    re.IGNORECASE,
)
"""How the name of a section begins; such a text says nothing against the chords beside it."""

WORD = re.compile(r"[A-G][o2]")
"""A word like "Go" or the name of a section like "A2", although both may mean a chord."""

MAX_TEXTS = 20_000
"""Texts of one kind; no song has so many chords, and looking at each takes time."""

MAX_OFF_BEAT = 1 / 16
"""Chord symbols stand on an eighth, or at most so many quarters from it."""


def chord_events(score: Score) -> list[tuple[int, Chord | None]]:
    """Chords of the score as (tick, chord): its own, else those in markers, texts or lyrics."""
    return score.chords or [(event.tick, chord) for event, chord in chord_texts(score)]


def chord_texts(score: Score) -> list[tuple[TextEvent, Chord | None]]:
    """The markers, or else texts or lyrics, of the score that are chord symbols, and the chords.

    Texts of one kind hold chords if there are as many chord symbols as words beside names of
    sections, and most of them are on an eighth. A single letter may be a word, or the name of a
    section: it counts only in a row of symbols of which another has more than a letter.
    """
    for kind in (MARKER, TEXT, LYRIC):
        events = [event for event in score.texts if event.kind == kind]
        if len(events) > MAX_TEXTS:
            continue
        events = [event for event in events if not SECTION_NAME.match(event.text.strip())]
        chords = dict(find_chord_symbols((i, event.text) for i, event in enumerate(events)))
        found = _in_rows(events, chords)
        on_beat = sum(_is_on_eighth(events[i].tick, score.resolution) for i in found)
        if found and 2 * on_beat > len(found) >= len(events) - len(chords):
            return [(events[i], chords[i]) for i in found]
    return []


def _in_rows(events: Sequence[TextEvent], chords: dict[int, Chord | None]) -> list[int]:
    """Indices of the symbols in rows of symbols of which at least one is clearly a chord."""
    clear = {i for i in chords if _is_clear(events[i].text)}
    clear_ticks = {events[i].tick for i in clear}
    found: list[int] = []
    for is_chord, group in groupby(range(len(events)), key=chords.__contains__):
        row = list(group)
        if is_chord and not clear.isdisjoint(row):
            # a letter at the tick of a chord names the section that begins there
            found += [i for i in row if i in clear or events[i].tick not in clear_ticks]
    return found


def _is_clear(text: str) -> bool:
    """Return True if a chord symbol can hardly be a letter or a word."""
    text = text.strip()
    return len(text) > 1 and not WORD.fullmatch(text)


def _is_on_eighth(tick: int, resolution: int) -> bool:
    eighths = 2 * tick / resolution
    return abs(eighths - round(eighths)) <= 2 * MAX_OFF_BEAT
