"""Random songs as files: what other programs write beside notes, and how it is read again."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable

from musicvae.midi.song_events import read_song
from musicvae.midi.song_text import SONG

from . import smf

BARS = 8
PPQ = 480

Events = dict[tuple[int, int], list[bytes]]
"""Events other than notes by track and tick."""


def song_file(seed: int, kind: int = 1, ppq: int = PPQ, players: int = 3) -> bytes:
    """A song of eight bars of 4/4: a melody, a bass with chords in its track, drums, and the rest.

    Its tracks hold lyrics, markers, system messages, bends, aftertouch, controllers, program
    changes and unknown meta events; the tempo changes often.
    """
    rng = random.Random(seed)
    conductor = [(0, smf.meter(4, 2)), (0, smf.tempo(100))]
    conductor += [(rng.randrange(32 * ppq), smf.tempo(rng.randint(60, 160))) for _ in range(9)]
    conductor += [(bar * 4 * ppq, smf.meta(0x06, f"part {bar}".encode())) for bar in range(BARS)]
    conductor += [(0, smf.meta(0x59, bytes([0, 0]))), (ppq, smf.meta(0x60, b"?"))]
    lines = [melody(rng), bass(rng), drums(rng)][:players]
    names, programs, channels = ("Lead", "Bass", "Drums"), (73, 33, 0), (0, 1, 9)
    tracks = [conductor]
    for line, name, program, channel in zip(lines, names, programs, channels, strict=False):
        events = [(0, smf.name(name)), (0, smf.program(channel, program))]
        events += smf.play(line, channel, ppq, rng.randint(50, 110))
        tracks.append(events + decoration(rng, channel, ppq))
    if kind == 0:
        tracks = [[event for track in tracks for event in track if event[1][:2] != b"\xff\x03"]]
    return smf.file([smf.body(track, end=33 * ppq) for track in tracks], kind, ppq)


def melody(rng: random.Random) -> smf.Line:
    """A line that moves by steps, with rests, on the grid of eighths; it never stops for a bar."""
    line, at, pitch = [], 0.0, 72
    while at < 4 * BARS:
        length = rng.choice((0.5, 0.5, 1.0, 1.5))
        pitch = min(86, max(64, pitch + rng.choice((-2, -1, 1, 2))))
        line.append((at, min(length, 4 * BARS - at), pitch))
        at += length + rng.choice((0.0, 0.0, 0.0, 0.5))
    return line


def bass(rng: random.Random) -> smf.Line:
    """Roots and fifths above them, in halves."""
    roots = [rng.randrange(36, 48) for _ in range(2 * BARS)]
    return [(2.0 * i, 2.0, root + up) for i, root in enumerate(roots) for up in (0, 7)]


def drums(rng: random.Random) -> smf.Line:
    """Kick, snare and hi-hat."""
    kit = [(0.5 * i, 0.25, 42) for i in range(8 * BARS)]
    return kit + [(i, 0.25, rng.choice((36, 38))) for i in range(4 * BARS)]


def decoration(rng: random.Random, channel: int, ppq: int) -> list[smf.Event]:
    """What is no note, at any tick."""

    def tick() -> int:
        return rng.randrange(32 * ppq)

    def byte() -> int:
        return rng.randrange(128)

    events = [
        *((tick(), bytes([0xB0 | channel, rng.choice((1, 7, 10, 11)), byte()])) for _ in range(9)),
        *((tick(), bytes([0xE0 | channel, byte(), byte()])) for _ in range(5)),
        *((tick(), bytes([0xA0 | channel, byte(), byte()])) for _ in range(5)),
        *((tick(), bytes([0xD0 | channel, byte()])) for _ in range(5)),
        *((tick(), smf.meta(0x05, rng.choice((b"la", "föö".encode("latin-1"))))) for _ in range(5)),
        (tick(), bytes([0xF0, 4, 0x7D, 1, 2, 0xF7])),
        (tick(), smf.meta(0x7F, b"\x00\x01\x02")),
    ]
    if channel != 9:
        events.append((17 * ppq, smf.program(channel, byte())))
    return events


def other_events(data: bytes) -> Events:
    """All events but notes and the text about the new part, by track and tick, in order."""
    events: Events = defaultdict(list)
    for number, track in enumerate(read_song(data).tracks):
        for tick, event in track[:-1]:
            is_own = SONG.encode() in event
            if event[0] >> 4 not in (8, 9) and not is_own:
                events[number, tick].append(event)
    return dict(events)


def note_events(data: bytes, channels: Iterable[int], first: int, end: int) -> list[object]:
    """Note-ons and note-offs of some channels from the tick `first` until before `end`."""
    return [
        (number, tick, event[0] & 0x0F, event[1], event[2] if event[0] >> 4 == 9 else 0)
        for number, track in enumerate(read_song(data).tracks)
        for tick, event in track[:-1]
        if event[0] >> 4 in (8, 9) and event[0] & 0x0F in {*channels} and first <= tick < end
    ]
