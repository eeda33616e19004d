"""Write phrases as MIDI files that `read_midi` reads back the same."""

from __future__ import annotations

import io
import json
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..arguments import check_arguments
from ..atomic_files import SCORE_ENDINGS, write_atomic
from ..errors import RequestError
from ..score.phrase import Part, Phrase
from ..score.song import Song
from ..theory.chords import symbols
from ..theory.meter import RESOLUTION, Meter, steps_to_ticks
from .drum_tracks import DRUM_CHANNEL
from .note_ticks import note_ticks
from .own_format import RECIPE, SIGNATURE, section_marker
from .song_events import song_bytes
from .song_writer import write_into_song

if TYPE_CHECKING:
    from mido import Message, MetaMessage

    TimedMessage = tuple[int, Message | MetaMessage]


CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)
"""Channels of pitched parts."""


@check_arguments
def write_midi(phrase: Phrase | Song, path: Path | str) -> None:
    """Write a phrase or a song to a MIDI file atomically; an existing file is replaced.

    Raises:
        OutputError: the file cannot be written.
        RequestError: the path is none, or has the name of a score.
    """
    if Path(path).suffix.lower() in SCORE_ENDINGS:
        raise RequestError(
            f"{path} is named like a score, which musicvae.convert(music, path) writes."
        )
    write_atomic(path, midi_bytes(phrase))


def midi_bytes(phrase: Phrase | Song) -> bytes:
    """A phrase as a Standard MIDI File: its song with the phrase in it, if it has one.

    A song alone is written as it is. A phrase without one is a file of type 1: a track of meta
    events, then one per part. The sections `before` and `after` it stand before and after it, each
    with its own meter. A pick-up is padded with rests to a whole bar, so that bar lines are right
    in any editor.

    Raises:
        RequestError: no channel of the song is free for a new part.
    """
    import mido

    if isinstance(phrase, Song):
        return song_bytes(phrase)
    sections = phrase.sections
    if any(section.song for section in sections):
        return write_into_song(sections)
    ends = accumulate(_ticks(s.steps + s.lead_in, s.meter) for s in sections)
    *starts, length = (0, *ends)
    tracks: list[list[TimedMessage]] = [[]]
    for section, start in zip(sections, starts, strict=True):
        written = [_meta_track(section, section.lead_in, several=len(sections) > 1)]
        for number, part in enumerate(section.parts):
            channel = DRUM_CHANNEL if part.is_drum else CHANNELS[number % len(CHANNELS)]
            is_named = number + 1 < len(tracks)
            written.append(_note_track(part, channel, section)[is_named:])
        tracks += [[] for _ in written[len(tracks) :]]
        for track, events in zip(tracks, written, strict=False):
            track += [(start + tick, message) for tick, message in events]
    file = mido.MidiFile(type=1, ticks_per_beat=RESOLUTION, charset="utf-8")
    for track in tracks:
        end = mido.MetaMessage("end_of_track")
        timed = [*sorted(track, key=lambda event: event[0]), (length, end)]
        messages, now = mido.MidiTrack(), 0
        for tick, message in timed:
            message.time = tick - now
            messages.append(message)
            now = tick
        file.tracks.append(messages)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _meta_track(phrase: Phrase, lead: int, several: bool) -> list[TimedMessage]:
    from mido import MetaMessage

    meter = phrase.meter
    about: dict[str, Any] = {
        "version": 1,
        "meter": [meter.numerator, meter.denominator],
        "grid": meter.steps_per_quarter,
        "bars": phrase.bars,
        "pickup": phrase.pickup,
    }
    if any(note.offset for part in phrase.parts for note in part.notes):
        about["offsets"] = True
    if several:  # the last tracks may be parts of other sections only
        about["parts"] = len(phrase.parts)
    track: list[TimedMessage] = [
        (0, MetaMessage("text", text=SIGNATURE + json.dumps(about))),
        (
            0,
            MetaMessage("time_signature", numerator=meter.numerator, denominator=meter.denominator),
        ),
    ]
    if signature := phrase.key_signature:
        key = signature.tonic + "m" * signature.is_minor
        track.append((0, MetaMessage("key_signature", key=key)))
    if phrase.recipe:
        track.append((0, MetaMessage("text", text=RECIPE + phrase.recipe.to_text())))
    for tempo in phrase.tempos:
        tick = _ticks(tempo.step + lead, meter) if tempo.step else 0
        track.append((tick, MetaMessage("set_tempo", tempo=tempo.microseconds)))
    for step, signature in phrase.key_changes:
        if step < phrase.steps:
            key = signature.tonic + "m" * signature.is_minor
            track.append((_ticks(step + lead, meter), MetaMessage("key_signature", key=key)))
    for step, name in phrase.section_names:
        if step < phrase.steps:
            text = section_marker(name)
            track.append((_ticks(step + lead, meter), MetaMessage("marker", text=text)))
    names = symbols(change.chord for change in phrase.chords)
    for change, name in zip(phrase.chords, names, strict=True):
        track.append((_ticks(change.step + lead, meter), MetaMessage("marker", text=name)))
    return track


def _note_track(part: Part, channel: int, phrase: Phrase) -> list[TimedMessage]:
    from mido import Message, MetaMessage

    track: list[TimedMessage] = [
        (0, MetaMessage("track_name", name=part.name)),
        (0, Message("program_change", channel=channel, program=part.program)),
    ]
    ends: list[TimedMessage] = []
    starts: list[TimedMessage] = []
    lead = _ticks(phrase.lead_in, phrase.meter)
    for step, program in part.program_changes:
        change = Message("program_change", channel=channel, program=program)
        track.append((lead + _ticks(step, phrase.meter), change))
    for note, start, end in note_ticks(part, phrase):
        on = Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
        starts.append((lead + start, on))
        ends.append((lead + end, Message("note_off", channel=channel, note=note.pitch, velocity=0)))
    return track + ends + starts  # at one tick, notes end before others start


def _ticks(steps: int, meter: Meter) -> int:
    return steps_to_ticks(steps, RESOLUTION, meter.steps_per_quarter)
