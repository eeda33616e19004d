"""Music as JSON, as `page.music_json` writes it, back as a MIDI file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ..arguments import check_number, check_text, check_whole, quote
from ..errors import RequestError
from ..midi.drum_tracks import DRUM_CHANNEL
from ..midi.events import (
    END_OF_TRACK,
    MARKER,
    NOTE_OFF,
    NOTE_ON,
    PROGRAM_CHANGE,
    SET_TEMPO,
    TIME_SIGNATURE,
    TRACK_NAME,
)
from ..midi.own_format import section_marker
from ..midi.song_events import meta_event, song_bytes
from ..midi.writer import CHANNELS
from ..score.phrase import DEFAULT_VELOCITY
from ..score.song import Event, Song
from ..theory.meter import DENOMINATORS, RESOLUTION, bpm_to_tempo, parse_meter

MAX_QUARTERS = 100_000.0
"""Latest time that is read."""

MAX_PICKUP = 4
"""Whole notes of the longest pick-up."""


def midi_of(music: Mapping[str, Any]) -> bytes:
    """The MIDI file of some music as JSON: its parts, tempos, meters, chords and sections.

    Only `parts` is needed, and `notes` of each part: onset and length in quarters, pitch, and
    velocity if it is not 80.

    Raises:
        RequestError: a field has another form.
    """
    parts = _list("parts", music.get("parts"))
    events = [*_time_signatures(music), *_tempos(music), *_markers(music)]
    tracks = [events, *(_part(number, part) for number, part in enumerate(parts))]
    end = max(time for track in tracks for time, _ in track)
    end = max(end, _time("quarters", music.get("quarters", 0)))
    return song_bytes(Song(1, RESOLUTION, tuple(_track(track, end) for track in tracks)))


_Timed = tuple[float, bytes]
"""Time in quarters, and an event of a track."""


def _track(events: Sequence[_Timed], end: float) -> tuple[Event, ...]:
    ticks = [(round(time * RESOLUTION), event) for time, event in events]
    ordered = sorted(ticks, key=lambda event: event[0])
    return (*ordered, (round(end * RESOLUTION), meta_event(END_OF_TRACK, b"")))


def _part(number: int, part: object) -> list[_Timed]:
    """The events of a part; notes end before others begin."""
    part = _object("parts", part)
    is_drum = part.get("drum", False) is True
    channel = DRUM_CHANNEL if is_drum else CHANNELS[number % len(CHANNELS)]
    name = check_text("name", part.get("name", ""))
    events = [(0.0, meta_event(TRACK_NAME, name.encode(errors="replace")))]
    programs = part.get("programs") or [[0, part.get("program", 0)]]
    for time, program in _pairs("programs", programs):
        event = bytes([PROGRAM_CHANGE | channel, _byte("program", program)])
        events.append((_time("programs", time), event))
    starts, ends = [], []
    for note in _list("notes", part.get("notes")):
        start, length, pitch, velocity = _note(note)
        starts.append((start, bytes([NOTE_ON | channel, pitch, velocity])))
        ends.append((start + length, bytes([NOTE_OFF | channel, pitch, 0])))
    return events + ends + starts


def _note(note: object) -> tuple[float, float, int, int]:
    """Onset and length in quarters, pitch and velocity."""
    values = _list("notes", note)
    if len(values) not in (3, 4):
        raise RequestError(f"A note is [start, length, pitch, velocity], not {quote(note)}.")
    start, length = (_time("notes", value) for value in values[:2])
    pitch = _byte("pitch", values[2])
    velocity = _byte("velocity", values[3]) if len(values) == 4 else DEFAULT_VELOCITY
    return start, max(length, 1 / RESOLUTION), pitch, max(1, velocity)


def _time_signatures(music: Mapping[str, Any]) -> Iterator[_Timed]:
    """Each meter from its first whole bar on; a pick-up is a bar with a meter of its own."""
    pickup = _time("pickup", music.get("pickup", 0))
    length = Fraction(pickup).limit_denominator(DENOMINATORS[-1]) / 4
    if 0 < length < MAX_PICKUP and length.denominator in DENOMINATORS:
        yield 0.0, _time_signature(length.numerator, length.denominator)
    rows = music.get("meters") or [[pickup, music.get("meter", "4/4")]]
    for row in _list("meters", rows):
        values = _list("meters", row)
        if len(values) < 2:
            raise RequestError(f"A change of meter is [time, meter], not {quote(row)}.")
        text = check_text("meter", values[1]).replace(" triplets", "t")  # as it is written
        meter = parse_meter(text)
        yield _time("meters", values[0]), _time_signature(meter.numerator, meter.denominator)


def _time_signature(numerator: int, denominator: int) -> bytes:
    data = bytes([numerator, denominator.bit_length() - 1, 24, 8])
    return meta_event(TIME_SIGNATURE, data)


def _tempos(music: Mapping[str, Any]) -> Iterator[_Timed]:
    rows = music.get("tempos") or [[0, music.get("bpm", 120.0)]]
    for time, bpm in _pairs("tempos", rows):
        tempo = bpm_to_tempo(check_number("bpm", bpm))
        yield _time("tempos", time), meta_event(SET_TEMPO, tempo.to_bytes(3, "big"))


def _markers(music: Mapping[str, Any]) -> Iterator[_Timed]:
    """Chord symbols, and the names of sections."""
    for time, name in _pairs("sections", music.get("sections") or []):
        text = section_marker(check_text("section", name))
        yield _time("sections", time), meta_event(MARKER, text.encode(errors="replace"))
    for time, symbol in _pairs("chords", music.get("chords") or []):
        text = check_text("chord", symbol)
        yield _time("chords", time), meta_event(MARKER, text.encode(errors="replace"))


def _pairs(name: str, rows: object) -> Iterator[tuple[Any, Any]]:
    for row in _list(name, rows):
        if not isinstance(row, list) or len(row) != 2:
            raise RequestError(f"{name} are [time, value] each, not {quote(row)}.")
        yield row[0], row[1]


def _list(name: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise RequestError(f"{name} is a list, not {quote(value)}.")
    return value


def _object(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RequestError(f"{name} are objects with notes, not {quote(value)}.")
    return value


def _time(name: str, value: object) -> float:
    time = float(check_number(name, value))
    if not math.isfinite(time) or not 0 <= time <= MAX_QUARTERS:
        raise RequestError(f"A time is from 0 to {MAX_QUARTERS:,.0f} quarters, not {quote(value)}.")
    return time


def _byte(name: str, value: object) -> int:
    number = check_whole(name, value)
    if not 0 <= number <= 127:
        raise RequestError(f"{name} is from 0 to 127, not {quote(value)}.")
    return number
