"""MIDI files: any of them in, as phrases; phrases out, so that they read back the same.

    read_midi(midi_bytes(phrase)) == [phrase]

Our own files carry meter, grid, bars and pick-up in a text event, which other
software ignores, the recipe of what a model made in another, and chords as markers,
which it shows; there stands too whether notes are off the grid on purpose. Files of
others are put on a grid; see `quantise`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import MidiError
from ..files import write_whole
from .chords import symbols
from .notes import Note, Part, Phrase
from .own_format import RECIPE, SIGNATURE, own_phrase, with_origin
from .quantise import to_phrases
from .smf import DRUM_CHANNEL, NotMidi, parse
from .units import RESOLUTION, Meter, steps_to_ticks

CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)
MAX_BYTES = 64 * 2**20
"""No MIDI file is larger, however it is given."""

BLOCK = 2**20
"""Bytes that are read at once."""

Source = Path | str | bytes | BinaryIO

if TYPE_CHECKING:
    from mido import Message, MetaMessage

    Timed = tuple[int, Message | MetaMessage]


def read_midi(source: Source, *, bpm: float = 120.0) -> list[Phrase]:
    """Read a MIDI file: a phrase for each stretch of one meter, in order.

    Args:
        source: a path, the bytes of a file, or an open binary file.
        bpm: quarters per minute of a file that is timed in seconds (SMPTE division).

    A phrase of a file that a model made knows its recipe; one of a file of ours that was edited
    elsewhere is marked as `edited`, and has the chords that its notes play, not stale markers.

    Raises:
        MidiError: it cannot be read, or no note in it can be used; the sentence says why.
    """
    name, data = load(source)
    try:
        scores = parse(data, bpm)
    except NotMidi as error:
        raise MidiError(name, f"{error}.") from error
    own = own_phrase(scores[0])
    phrases = [own] if own else []
    reasons: list[str] = []
    for score in () if own else scores:
        found, why = to_phrases(score)
        phrases += found
        reasons += why
    if not phrases:
        raise MidiError(name, reasons[0] if reasons else "there is no note in it.")
    return [with_origin(phrase, scores[0], fits=own is not None) for phrase in phrases]


def main_phrase(phrases: Sequence[Phrase]) -> Phrase:
    """The phrase with most pitched notes, of those that a file with changes of meter gives.

    Where nothing pitched is played, that with most drums.
    """

    def notes(phrase: Phrase) -> tuple[int, int]:
        pitched = sum(len(part.notes) for part in phrase.parts if not part.is_drum)
        return pitched, sum(len(part.notes) for part in phrase.parts)

    return max(phrases, key=notes)


def write_midi(phrase: Phrase, path: Path | str) -> None:
    """Write a phrase to a file, whole or not at all; an older file is replaced.

    Raises:
        OutputError: the place cannot be written.
    """
    write_whole(path, midi_bytes(phrase))


def midi_bytes(phrase: Phrase) -> bytes:
    """A phrase as a Standard MIDI File of type 1: a track for the meter, then one a part.

    A pick-up is filled up with rests, so that bar lines stand right in any editor.
    """
    import mido

    lead = phrase.lead_in
    tracks = [_conductor(phrase, lead)]
    for number, part in enumerate(phrase.parts):
        channel = DRUM_CHANNEL if part.is_drum else CHANNELS[number % len(CHANNELS)]
        tracks.append(_player(part, channel, phrase))
    length = _ticks(phrase.steps + lead, phrase.meter)
    file = mido.MidiFile(type=1, ticks_per_beat=RESOLUTION, charset="utf-8")
    for track in tracks:
        end = mido.MetaMessage("end_of_track")
        timed = [*sorted(track, key=lambda event: event[0]), (length, end)]
        messages, now = mido.MidiTrack(), 0
        for tick, message in timed:
            messages.append(message.copy(time=tick - now))
            now = tick
        file.tracks.append(messages)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _conductor(phrase: Phrase, lead: int) -> list[Timed]:
    from mido import MetaMessage

    meter = phrase.meter
    about: dict[str, Any] = {
        "version": 1,
        "meter": [meter.numerator, meter.denominator],
        "grid": meter.grid,
        "bars": phrase.bars,
        "pickup": phrase.pickup,
    }
    if any(note.offset for part in phrase.parts for note in part.notes):
        about["offsets"] = True
    sign = MetaMessage("time_signature", numerator=meter.numerator, denominator=meter.denominator)
    track: list[Timed] = [(0, MetaMessage("text", text=SIGNATURE + json.dumps(about))), (0, sign)]
    if phrase.recipe:
        track.append((0, MetaMessage("text", text=RECIPE + phrase.recipe.text())))
    for tempo in phrase.tempos:
        at = _ticks(tempo.step + lead, meter) if tempo.step else 0
        track.append((at, MetaMessage("set_tempo", tempo=tempo.microseconds)))
    names = symbols(change.chord for change in phrase.chords)
    for change, name in zip(phrase.chords, names, strict=True):
        track.append((_ticks(change.step + lead, meter), MetaMessage("marker", text=name)))
    return track


def struck(part: Part, phrase: Phrase) -> list[tuple[Note, int, int]]:
    """The notes of a part of a phrase, and from which tick to which they sound; 0 is step 0.

    A note struck off its step ends as late or early, but no later than the phrase, or
    than its pitch is struck again.
    """
    end = phrase.steps * phrase.meter.step_ticks
    again: dict[int, int] = {}
    found = []
    for note in reversed(part.notes):
        on = note.start * phrase.meter.step_ticks + note.offset
        off = on + note.duration * phrase.meter.step_ticks
        found.append((note, on, min(off, again.get(note.pitch, end))))
        again[note.pitch] = on
    return found[::-1]


def _player(part: Part, channel: int, phrase: Phrase) -> list[Timed]:
    from mido import Message, MetaMessage

    track: list[Timed] = [
        (0, MetaMessage("track_name", name=part.name)),
        (0, Message("program_change", channel=channel, program=part.program)),
    ]
    ends: list[Timed] = []
    starts: list[Timed] = []
    lead = _ticks(phrase.lead_in, phrase.meter)
    for note, start, end in struck(part, phrase):
        on = Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
        starts.append((lead + start, on))
        ends.append((lead + end, Message("note_off", channel=channel, note=note.pitch, velocity=0)))
    return track + ends + starts  # sorted by time, a note ends before another starts


def _ticks(steps: int, meter: Meter) -> int:
    return steps_to_ticks(steps, RESOLUTION, meter.grid)


def load(source: Source) -> tuple[str, bytes]:
    """A name to speak of, and the bytes.

    Raises:
        MidiError: they cannot be read.
    """
    if isinstance(source, bytes):
        return "The MIDI data", _limited("The MIDI data", source)
    if not isinstance(source, (str, Path)):
        name = str(getattr(source, "name", "The MIDI data"))
        return name, _read(name, source)
    path = Path(source)
    try:
        about = path.stat()
        if not (S_ISREG(about.st_mode) or S_ISDIR(about.st_mode)):
            raise MidiError(path, "it is a device or a pipe, not a file.")
        with path.open("rb") as file:
            return str(path), _read(str(path), file)
    except FileNotFoundError:
        raise MidiError(path, "there is no such file.") from None
    except IsADirectoryError:
        raise MidiError(path, "it is a folder, not a MIDI file.") from None
    except OSError as error:
        raise MidiError(path, f"it cannot be read: {error.strerror or error}.") from error


def _read(name: str, file: BinaryIO) -> bytes:
    """All of an open file; a byte beyond the limit is enough to refuse it."""
    data = bytearray()
    while len(data) <= MAX_BYTES and (block := file.read(min(BLOCK, MAX_BYTES + 1 - len(data)))):
        if not isinstance(block, bytes):
            raise MidiError(name, "it is opened as text; open it with mode 'rb'.")
        data += block
    return _limited(name, bytes(data))


def _limited(name: str, data: bytes) -> bytes:
    """Raises MidiError where they are more than a MIDI file has."""
    if len(data) > MAX_BYTES:
        raise MidiError(name, f"it is larger than {MAX_BYTES >> 20} MB; no MIDI file is.")
    return data
