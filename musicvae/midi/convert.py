"""Phrases and the rest of the Python world: pretty_midi objects and plain note tuples."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import MidiError
from ..score.phrase import DEFAULT_VELOCITY, Phrase
from ..theory.meter import RESOLUTION, TRIPLET, MeterLike, bpm_to_tempo, to_meter
from .parser import Score, TimedNote, Track
from .quantize import to_phrases
from .reader import read_midi
from .writer import midi_bytes, note_ticks

if TYPE_CHECKING:
    from pretty_midi import PrettyMIDI

NoteTuple = tuple[float, float, int, int]
"""Start and duration in quarters, pitch, velocity."""

_RESOLUTION = 960


def to_pretty_midi(phrase: Phrase) -> PrettyMIDI:
    """The phrase as a `pretty_midi.PrettyMIDI`, in seconds."""
    from pretty_midi import PrettyMIDI

    return PrettyMIDI(io.BytesIO(midi_bytes(phrase)))


def from_pretty_midi(midi: PrettyMIDI) -> list[Phrase]:
    """What `read_midi` finds in it.

    Raises:
        MidiError: there is no note in it that can be used.
    """
    buffer = io.BytesIO()
    midi.write(buffer)
    return read_midi(buffer.getvalue())


def to_tuples(phrase: Phrase) -> list[NoteTuple]:
    """The notes of all parts, in order; quarters count from the first step of the phrase.

    What is struck off the grid starts where it is struck.
    """
    notes = sorted(found for part in phrase.parts for found in note_ticks(part, phrase))
    return [
        (on / RESOLUTION, (off - on) / RESOLUTION, note.pitch, note.velocity)
        for note, on, off in notes
    ]


def from_tuples(
    notes: Iterable[tuple[float, float, int] | NoteTuple],
    meter: MeterLike = (4, 4),
    *,
    bpm: float = 120.0,
    program: int = 0,
) -> Phrase:
    """A phrase of one part that begins with the first bar line at or before the first note.

    Args:
        notes: (start, duration) in quarters, pitch, and velocity or nothing for 80.
        meter: a `Meter`, such as (6, 8), or "6/8"; the grid is found, but if triplets are
            asked for, as in "4/4t", they are taken.
        bpm: quarters per minute.
        program: General MIDI program, 0 to 127.

    Raises:
        MidiError: there are no notes, or one of them is no note.
        MeterError: the bar is longer than the grid allows.
        RequestError: tempo or program is out of range.
    """
    wanted = to_meter(meter)
    timed = [_timed(note) for note in notes]
    track = Track("", 0, program, sorted(timed))
    end = max((note.end for note in timed), default=0)
    sign = (0, wanted.numerator, wanted.denominator)
    score = Score(_RESOLUTION, [track], [(0, bpm_to_tempo(bpm))], [sign], [], end)
    phrases, reasons = to_phrases(score, triplets=wanted.steps_per_quarter == TRIPLET)
    if not phrases:
        raise MidiError("The notes", reasons[0] if reasons else "there are none.")
    return phrases[0]


def _timed(note: tuple[float, float, int] | NoteTuple) -> TimedNote:
    try:
        start, duration, pitch, velocity = note if len(note) == 4 else (*note, DEFAULT_VELOCITY)
        begin, lasting = round(start * _RESOLUTION), round(duration * _RESOLUTION)
        if min(begin, lasting) < 0 or not (0 <= pitch <= 127 and 1 <= velocity <= 127):
            raise ValueError
        return TimedNote(begin, begin + lasting, int(pitch), int(velocity))
    except (TypeError, ValueError, OverflowError):
        raise MidiError(
            "The notes", f"{note!r} is no (start, duration, pitch, velocity)."
        ) from None
