"""Conversion between phrases and pretty_midi objects or note tuples."""

from __future__ import annotations

import io
from collections.abc import Iterable
from copy import copy
from typing import TYPE_CHECKING, Any

from ..arguments import check_whole, quote
from ..errors import MidiError
from ..score.melody_extraction import part_numbers
from ..score.phrase import DEFAULT_VELOCITY, Phrase
from ..theory.meter import RESOLUTION, TRIPLET, MeterLike, bpm_to_tempo, to_meter
from .channel_notes import TimedNote
from .note_ticks import note_ticks
from .parser import Score, Track
from .quantize import to_phrases
from .reader import read_midi
from .writer import midi_bytes

if TYPE_CHECKING:
    from pretty_midi import PrettyMIDI

NoteTuple = tuple[float, float, int, int]
"""Start and duration in quarters, pitch, velocity."""

_RESOLUTION = 960
"""Ticks per quarter that tuples are rounded to."""

MAX_TICKS = 2**40
"""Latest time of a tuple; music of so many bars is refused later, with the number of its bars."""


def to_pretty_midi(phrase: Phrase) -> PrettyMIDI:
    """Convert a phrase to a `pretty_midi.PrettyMIDI`, in seconds."""
    from pretty_midi import PrettyMIDI

    return PrettyMIDI(io.BytesIO(midi_bytes(phrase)))


def from_pretty_midi(midi: PrettyMIDI) -> list[Phrase]:
    """Convert a `PrettyMIDI` to the phrases that `read_midi` finds in its file.

    Raises:
        MidiError: it has no note that can be used, or numbers that no MIDI file can hold.
    """
    return read_midi(pretty_midi_bytes(midi))


def pretty_midi_bytes(midi: PrettyMIDI) -> bytes:
    """The file that a `PrettyMIDI` writes.

    Raises:
        MidiError: it has numbers that no MIDI file can hold.
    """
    buffer = io.BytesIO()
    try:
        _with_latin_1(midi).write(buffer)
    except Exception as error:  # whatever stands in it, pretty_midi and mido check little of it
        reason = f"it cannot be written as a MIDI file: {type(error).__name__}."
        raise MidiError("The PrettyMIDI", reason) from error
    return buffer.getvalue()


def _with_latin_1(midi: PrettyMIDI) -> PrettyMIDI:
    """A copy whose names and texts are the bytes of UTF-8, as characters of Latin-1.

    `PrettyMIDI.write` encodes them in Latin-1, which many names do not fit; `read_midi` decodes
    UTF-8 first.
    """

    def copied(items: Iterable[Any], field: str) -> list[Any]:
        copies = [copy(item) for item in items]
        for item in copies:
            data = getattr(item, field).encode(errors="replace")
            setattr(item, field, data.decode("latin-1"))
        return copies

    result = copy(midi)
    result.instruments = copied(midi.instruments, "name")
    result.lyrics = copied(midi.lyrics, "text")
    result.text_events = copied(midi.text_events, "text")
    return result


def to_tuples(phrase: Phrase, *, track: str | int | None = None) -> list[NoteTuple]:
    """The notes of a phrase, sorted; times count from its first step.

    Those of a new part in a song count from the start of the song. Starts include the offsets of
    notes off the grid.

    Args:
        track: the part, by number (from 1) or name, or several: "2+3"; None for all together.

    Raises:
        RequestError: there is no such part.
    """
    place = phrase.place if phrase.song else None
    start = place.start / place.quarter if place else 0.0
    numbers = range(1, len(phrase.parts) + 1) if track is None else part_numbers(phrase, track)
    parts = (phrase.parts[number - 1] for number in numbers)
    notes = sorted(note for part in parts for note in note_ticks(part, phrase))
    return [
        (start + on / RESOLUTION, (off - on) / RESOLUTION, note.pitch, note.velocity)
        for note, on, off in notes
    ]


def from_tuples(
    notes: Iterable[tuple[float, float, int] | NoteTuple],
    meter: MeterLike = (4, 4),
    *,
    bpm: float = 120.0,
    program: int = 0,
) -> Phrase:
    """Convert note tuples to a phrase of one part that begins at 0; see `read_midi` about the grid.

    Args:
        notes: start and duration in quarters, pitch, and velocity, by default 80.
        meter: a `Meter`, (6, 8) or "6/8". The grid is chosen from the notes, unless the meter
            has the triplet grid, as "4/4t" has.
        bpm: quarters per minute.
        program: General MIDI program, 0 to 127.

    Raises:
        MidiError: there are no notes, or one of the tuples is not a note.
        MeterError: the meter does not fit the grid.
        RequestError: tempo or program is out of range.
    """
    meter = to_meter(meter)
    program = check_whole("program", program)
    if not isinstance(notes, Iterable):
        raise MidiError("The notes", f"{quote(notes)} is no list of them.")
    timed_notes = [_to_timed_note(note) for note in notes]
    track = Track("", 0, program, sorted(timed_notes))
    end = max((note.end for note in timed_notes), default=0)
    signature = (0, meter.numerator, meter.denominator)
    score = Score(_RESOLUTION, [track], [(0, bpm_to_tempo(bpm))], [signature], [], end)
    phrases, reasons = to_phrases(score, triplets=meter.steps_per_quarter == TRIPLET)
    if not phrases:
        raise MidiError("The notes", reasons[0] if reasons else "there are none.")
    return phrases[0]


def _to_timed_note(note: tuple[float, float, int] | NoteTuple) -> TimedNote:
    try:
        start, duration, pitch, velocity = note if len(note) == 4 else (*note, DEFAULT_VELOCITY)
        ticks, length = round(start * _RESOLUTION), round(duration * _RESOLUTION)
        in_time = 0 <= min(ticks, length) <= max(ticks, length) <= MAX_TICKS
        if not (in_time and 0 <= pitch <= 127 and 1 <= velocity <= 127):
            raise ValueError
        return TimedNote(ticks, ticks + length, int(pitch), int(velocity))
    except (TypeError, ValueError, OverflowError):
        raise MidiError(
            "The notes", f"{quote(note)} is not a (start, duration, pitch, velocity)."
        ) from None
