"""Piano rolls as text: rows are pitches, columns are steps, bars are separated."""

from __future__ import annotations

from itertools import pairwise

from ..theory.pitch import pitch_name
from .phrase import Part, Phrase
from .pianoroll import ONSET, SUSTAIN, part_to_roll

MARKS = {ONSET: "#", SUSTAIN: "="}


def draw_part(phrase: Phrase, part: Part, width: int = 80) -> str:
    """Draw the first bars of a part, as many as fit into `width` characters, at least one.

    >>> from .phrase import Note
    >>> from ..theory.meter import Meter
    >>> part = Part((Note(0, 2, 60), Note(2, 1, 64), Note(4, 4, 62)))
    >>> print(draw_part(Phrase(Meter(2, 4), 1, parts=(part,)), part))
    E4  |..#.....|
    D#4 |........|
    D4  |....#===|
    C#4 |........|
    C4  |#=......|
    """
    if not part.notes:
        return "(silent)"
    bar_lines = _bar_lines(phrase)
    ends = [end for end in bar_lines[1:] if end + len(bar_lines) + 5 <= width] or bar_lines[1:2]
    roll = part_to_roll(part, phrase.steps)[: ends[-1]]
    pitches = [note.pitch for note in part.notes if note.start < ends[-1]] or [60]
    rows = []
    for pitch in range(max(pitches), min(pitches) - 1, -1):
        row = "".join(MARKS.get(int(mark), ".") for mark in roll[:, pitch])
        bars = [row[start:end] for start, end in pairwise([0, *ends])]
        rows.append(f"{pitch_name(pitch):<4}|{'|'.join(bars)}|")
    hidden = len(bar_lines) - 1 - len(ends)
    return "\n".join(rows + ([f"... and {hidden} more bars"] if hidden else []))


def _bar_lines(phrase: Phrase) -> list[int]:
    """Steps of all bar lines, with the pick-up as the first bar."""
    first = [0, phrase.pickup] if phrase.pickup else [0]
    return first + [
        phrase.pickup + (bar + 1) * phrase.meter.steps_per_bar for bar in range(phrase.bars)
    ]
