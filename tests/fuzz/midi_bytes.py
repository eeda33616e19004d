"""MIDI files taken apart to chunks and events, changed, and put together again."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field, replace
from random import Random

from musicvae.midi.writer import midi_bytes
from musicvae.score.provenance import Recipe
from musicvae.theory.meter import Meter

from ..midi import smf
from ..midi.cases import CASES
from ..miniatures import little_piece
from .values import mutate_json, to_json

EDGES = (0, 1, 2, 3, 24, 64, 95, 96, 127, 128, 129, 192, 200, 254, 255)
"""Bytes at which something changes."""

DELTAS = tuple(smf.number(n) for n in (0, 1, 59, 120, 127, 128, 480, 16383, 1 << 21, (1 << 28) - 1))
DELTAS += (b"\x80\x80\x80\x80\x00", b"\xff\xff\xff\xff\x7f", b"\x80", b"")
DIVISIONS = (0, 1, 2, 3, 24, 96, 480, 960, 32767, 32768, 40000, 0xE728, 0xE250, 0x8000, 65535)
TEXTS = (
    *("C", "Am7", "F#m7b5", "Bb13/F", "A", "Verse", "N.C.", "C+9+9+9+9+9+9+9+9!", "la", "C" * 60),
    *("musicvae:", 'musicvae: {"meter": [4, 4]}', "musicvae-recipe:{}", "[" * 900, "\x1b[2J", "\0"),
    *("Drums", "Melody", "ボーカル", "é" * 40),
)


@dataclass
class Chunk:
    """A chunk: events as (delta, message) in bytes, and an error of its stated length."""

    kind: bytes
    events: list[tuple[bytes, bytes]] = field(default_factory=list)
    error: int = 0

    def to_bytes(self) -> bytes:
        """The chunk as it stands in a file."""
        body = b"".join(delta + message for delta, message in self.events)
        return self.kind + (max(0, len(body) + self.error) & 0xFFFFFFFF).to_bytes(4) + body


def split_events(body: bytes) -> list[tuple[bytes, bytes]]:
    """The events of a track as (delta, message); what is no event comes last, as one."""
    events: list[tuple[bytes, bytes]] = []
    at = running = 0
    while at < len(body):
        start = at
        while at < len(body) - 1 and body[at] & 0x80 and at - start < 3:
            at += 1
        at += 1
        message = at
        status = body[at] if at < len(body) else 0
        running, at = (status, at + 1) if status & 0x80 else (running, at)
        if running >= 0xF0:
            at += running == 0xFF
            size = 0
            while at < len(body):
                size, at = size << 7 | body[at] & 0x7F, at + 1
                if body[at - 1] < 0x80 or size > len(body):
                    break
            at += size
        else:
            at += 1 if running >> 4 in (0xC, 0xD) else 2
        if at > len(body) or not running:
            return [*events, (b"", body[start:])]
        events.append((body[start:message], body[message:at]))
    return events


def take_apart(data: bytes) -> list[Chunk]:
    """The chunks of a file without faults in its lengths."""
    chunks, at = [], 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8])
        body = data[at + 8 : at + 8 + size]
        events = split_events(body) if data[at : at + 4] == b"MTrk" else [(b"", body)]
        chunks.append(Chunk(data[at : at + 4], events))
        at += 8 + size
    return chunks


@functools.cache
def seeds() -> tuple[bytes, ...]:
    """Files to begin with: every case that people met, and files of our own."""
    met = (case.data for cases in CASES.values() for case in cases if len(case.data) < 3000)
    own = [
        little_piece(codec, Meter(6, 8), 1) for codec in ("melody", "drums", "trio", "leadsheet")
    ]
    recipe = Recipe("0" * 64, "vary", "0" * 64, 2, bytes(16), {"wishes": {"key": "C"}})
    return (*met, *(midi_bytes(replace(phrase, recipe=recipe)) for phrase in own * 10))


def random_event(random: Random) -> bytes:
    """An event of any kind, with data at its edges."""
    edge = random.choice(EDGES)
    kind = random.randrange(9)
    if kind == 0:
        text = random.choice(TEXTS) * random.choice((1, 1, 1, 2, 50))
        return smf.meta(random.choice((1, 3, 4, 5, 6)), text.encode())
    if kind == 1:
        return smf.meta(0x51, random.choice((bytes(3), b"\xff\xff\xff", b"\1", b"", b"\7\xa1\x20")))
    if kind == 2:
        return smf.meter(random.choice((0, 1, 2, 3, 4, 5, 7, 13, 64, 255)), random.choice(range(9)))
    if kind == 3:
        return smf.meta(random.choice((0x20, 0x21, 0x2F, 0x54, 0x59, 0x7F, edge)), bytes([edge]))
    if kind == 4:
        return bytes([random.choice((0xF0, 0xF7))]) + smf.number(edge) + bytes(edge)
    if kind == 5:
        return bytes([edge])
    status = random.choice((0x80, 0x90, 0x90, 0xA0, 0xB0, 0xC0, 0xD0, 0xE0))
    first, second = random.choice((60, 64, 120, 123, edge)), random.choice((0, 64, 127, edge))
    return bytes([status | random.choice((0, 0, 1, 9, 15)), first, second])


def change_events(random: Random, events: list[tuple[bytes, bytes]], other: Chunk) -> None:
    """Change the events of a track in one way."""
    if random.random() < 0.004:  # what grows with the square of the number of events
        few = [(random.choice(DELTAS[:5]), random_event(random)) for _ in range(2)]
        events[0:0] = few * random.choice((500, 5000, 5000, 200_000))
        return
    at = random.randrange(len(events) + 1)
    to = at + random.choice((1, 1, 2, 5, 20))
    delta, message = events[at % len(events)] if events else (b"\0", b"")
    kind = random.randrange(9)
    if kind == 0:
        del events[at:to]
    elif kind == 1:
        events[at:at] = events[at:to] * random.choice((1, 2, 30))
    elif kind == 2:
        random.shuffle(events)
    elif kind == 3:
        events[at:at] = other.events[at:to]
    elif kind in (4, 5):
        events.insert(at, (random.choice(DELTAS[:4]), random_event(random)))
    elif kind == 6 and events:
        events[at % len(events)] = (random.choice(DELTAS), message)
    elif kind == 7 and b'{"' in message:
        events[at % len(events)] = (delta, change_json(random, message))
    elif kind == 7 and message:
        place = random.randrange(len(message))
        changed = message[:place] + bytes([random.choice(EDGES)]) + message[place + 1 :]
        events[at % len(events)] = (delta, changed)
    elif events:
        events[at % len(events)] = (delta, message[1:])


def change_json(random: Random, message: bytes) -> bytes:
    """A text event that ends in JSON, as musicvae writes, with one value in it changed."""
    start, at = message.find(b"musicvae"), message.index(b'{"')
    try:
        changed = to_json(mutate_json(random, json.loads(message[at:])))
    except ValueError:  # it was changed before, to what is no JSON
        return message
    return smf.meta(message[1], message[max(3, start) : at] + changed.encode())


def mutate(random: Random) -> bytes:
    """A file of `seeds`, changed a few times: chunks, events, and sometimes raw bytes."""
    chunks = take_apart(random.choice(seeds())) or [Chunk(b"MThd")]
    others = take_apart(random.choice(seeds())) or chunks
    for _ in range(random.choice((1, 1, 2, 4, 10))):
        chunk = random.choice(chunks)
        kind = random.randrange(12)
        if kind == 0:
            chunk.error = random.choice((-100_000, -5, -1, 1, 5, 1000, 1 << 31))
        elif kind == 1:
            chunks.insert(random.randrange(len(chunks)), random.choice([*chunks, *others]))
        elif kind == 2 and len(chunks) > 1:
            chunks.remove(chunk)
        elif kind == 3:
            header = (random.choice((0, 1, 2, 3, 65535)), random.choice((0, 1, 2, 65535)))
            numbers = (*header, random.choice(DIVISIONS))
            chunks[0].events = [(b"", b"".join(n.to_bytes(2) for n in numbers))]
        elif kind == 4:
            chunk.kind = random.choice((b"MTrk", b"MThd", b"RIFF", b"XFIH"))
        else:
            change_events(random, chunk.events, random.choice(others))
    data = b"".join(chunk.to_bytes() for chunk in chunks)
    return change_bytes(random, data) if random.random() < 0.25 else data


def change_bytes(random: Random, data: bytes) -> bytes:
    """Bytes changed in one way, whatever they mean."""
    at = random.randrange(len(data) + 1)
    kind = random.randrange(5)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + bytes([random.choice(EDGES)]) + data[at + 1 :]
    if kind == 2:
        return data[:at] + random.randbytes(random.choice((1, 4, 100))) + data[at:]
    if kind == 3:
        return data[:at] + data[at + random.choice((1, 4, 100)) :]
    other = random.choice(seeds())
    return data[:at] + other[random.randrange(len(other)) :]
