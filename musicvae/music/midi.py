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
from dataclasses import replace
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import MidiError
from ..files import write_whole
from .chords import chord_symbols, symbols
from .notes import Note, Part, Phrase, chord_map
from .quantise import MAX_BARS, tempo_map, to_phrases
from .recipe import parse_recipe
from .smf import DRUM_CHANNEL, MARKER, NotMidi, Score, Track, parse
from .units import RESOLUTION, Meter, steps_to_ticks, ticks_to_steps

SIGNATURE = "musicvae:"
RECIPE = "musicvae-recipe:"
CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)
MAX_BYTES = 64 * 2**20

Source = Path | str | bytes | BinaryIO

if TYPE_CHECKING:
    from mido import Message, MetaMessage

    Timed = tuple[int, Message | MetaMessage]


def read_midi(source: Source, *, bpm: float = 120.0) -> list[Phrase]:
    """Read a MIDI file: a phrase for each stretch of one meter, in order.

    Args:
        source: a path, the bytes of a file, or an open binary file.
        bpm: quarters per minute of a file that is timed in seconds (SMPTE division).

    Raises:
        MidiError: it cannot be read, or no note in it can be used; the sentence says why.
    """
    name, data = load(source)
    try:
        scores = parse(data, bpm)
    except NotMidi as error:
        raise MidiError(name, f"{error}.") from error
    own = _own(scores[0])
    if own is not None:
        return [own]
    phrases: list[Phrase] = []
    reasons: list[str] = []
    for score in scores:
        found, why = to_phrases(score)
        phrases += found
        reasons += why
    if not phrases:
        raise MidiError(name, reasons[0] if reasons else "there is no note in it.")
    return phrases


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
        return "The MIDI data", source
    if not isinstance(source, (str, Path)):
        return str(getattr(source, "name", "The MIDI data")), source.read()
    path = Path(source)
    try:
        about = path.stat()
        if not (S_ISREG(about.st_mode) or S_ISDIR(about.st_mode)):
            raise MidiError(path, "it is a device or a pipe, not a file.")
        if about.st_size > MAX_BYTES:
            raise MidiError(path, f"it is larger than {MAX_BYTES >> 20} MB; no MIDI file is.")
        return str(path), path.read_bytes()
    except FileNotFoundError:
        raise MidiError(path, "there is no such file.") from None
    except IsADirectoryError:
        raise MidiError(path, "it is a folder, not a MIDI file.") from None
    except OSError as error:
        raise MidiError(path, f"it cannot be read: {error.strerror or error}.") from error


def _own(score: Score) -> Phrase | None:
    """The phrase that we wrote, or None for the file of another, or one edited off its grid."""
    for words in score.texts:
        if words.text.startswith(SIGNATURE):
            try:
                return _rebuild(score, json.loads(words.text.removeprefix(SIGNATURE)))
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
                return None
    return None


def _rebuild(score: Score, about: dict[str, Any]) -> Phrase:
    """Raises ValueError where a note stands outside the phrase, or off the grid unmeant."""
    meter = Meter(*map(int, [*about["meter"], about["grid"]]))
    if score.meters != [(0, meter.numerator, meter.denominator)] or about["bars"] > MAX_BARS:
        raise ValueError("edited: the text is no longer about these notes")
    empty = Phrase(meter, int(about["bars"]), int(about["pickup"]))
    lead = empty.lead_in

    def step(tick: int) -> int:
        return ticks_to_steps(tick, score.resolution, meter.grid) - lead

    def off(tick: int) -> int:
        """Ticks of ours after the step, towards it."""
        ticks = tick - steps_to_ticks(step(tick) + lead, score.resolution, meter.grid)
        return int(ticks * RESOLUTION / score.resolution)

    def on(tick: int) -> int:
        if (tick * meter.grid) % score.resolution:
            raise ValueError("off the grid")
        return step(tick)

    def rebuild(track: Track) -> Part:
        at = step if about.get("offsets") else on
        notes = (
            Note(at(n.start), at(n.end) - at(n.start), n.pitch, n.velocity, off(n.start))
            for n in track.notes
        )
        return Part(tuple(notes), track.program, track.channel == DRUM_CHANNEL, track.name)

    tempos = tempo_map(((on(tick), tempo) for tick, tempo in score.tempos), empty.steps)
    marks = ((words.tick, words.text) for words in score.texts if words.kind == MARKER)
    chords = chord_map(((step(tick), chord) for tick, chord in chord_symbols(marks)), empty.steps)
    told = (w.text.removeprefix(RECIPE) for w in score.texts if w.text.startswith(RECIPE))
    recipe = next(map(parse_recipe, told), None)
    parts = tuple(map(rebuild, score.tracks))
    return replace(empty, tempos=tempos, parts=parts, chords=chords, recipe=recipe)
