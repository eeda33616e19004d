"""A tune, its accompaniment, and a file of them: what the cases are built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import smf
from .smf import Event, Line, body, file, play


@dataclass(frozen=True)
class Case:
    """A file and what is right.

    Attributes:
        name: what is particular to it; it names the file.
        data: the bytes of the file.
        right: what `scripts/check_cases.py` compares, by key.
        ending: of the file's name.
    """

    name: str
    data: bytes
    right: dict[str, Any]
    ending: str = ".mid"


def line(*notes: tuple[float, int], start: float = 0) -> list[tuple[float, float, int]]:
    """Notes one after the other, from (length, pitch); pitch 0 is a rest."""
    result = []
    for length, pitch in notes:
        result += [(start, length, pitch)] if pitch else []
        start += length
    return result


# fmt: off
TUNE = line(
    (1, 67), (.5, 71), (.5, 72), (1, 74), (1, 76),      (1.5, 74), (.5, 72), (1, 71), (1, 69),
    (.5, 67), (.5, 69), (.5, 71), (.5, 67), (2, 72),    (1, 76), (1, 74), (1, 72), (1, 71),
    (1, 69), (.5, 67), (.5, 66), (1, 67), (1, 74),
    (1, 76), (.5, 79), (.5, 78), (1, 76), (1, 74),
    (.5, 72), (.5, 74), (1, 71), (1, 69), (1, 66),      (4, 67),
)
"""A tune of eight bars of 4/4, in quarters and eighths."""
# fmt: on
TRIADS = ((55, 59, 62), (52, 55, 59), (48, 52, 55), (50, 54, 57))
CHORDS: Line = [(4 * bar, 4, pitch) for bar in range(8) for pitch in TRIADS[bar % len(TRIADS)]]
"""Whole notes below the tune."""
BASS: Line = [(2 * half, 1, (43, 40, 36, 38)[half // 2 % 4]) for half in range(16)]
BEAT: Line = [
    (half / 2, 0.25, pitch)
    for half in range(64)
    for pitch in ((42,), (42, 36), (42,), (42, 38))[(half + 1) % 4]
]
"""Eight bars of drums: hi-hat in eighths, kick and snare in turn."""

SONG: list[Event] = [(0, smf.tempo(90)), (0, smf.meter(4, 2))]
RIGHT: dict[str, Any] = {"melody": TUNE, "bpm": 90, "meter": "4/4", "program": 73}


def tune(channel: int = 0, notes: Line = TUNE, title: str = "Flute") -> list[Event]:
    """A track with the tune on the flute."""
    return [(0, smf.name(title)), (0, smf.program(channel, 73)), *play(notes, channel)]


def chords(channel: int = 1) -> list[Event]:
    """A track with the chords on the piano."""
    return [(0, smf.name("Comping")), (0, smf.program(channel, 0)), *play(CHORDS, channel)]


def tune_with(*events: Event, notes: Line = TUNE, end: int = 0) -> bytes:
    """A file with tempo and meter, and a track of the tune and more events."""
    return file([body(SONG), body([*tune(notes=notes), *events], end)])


BODIES = (body(SONG), body(chords()), body(tune()))
