"""Cases whose bytes are wrong: chunks, lengths, divisions, deltas, files cut off."""

from __future__ import annotations

from . import smf
from .case_base import BODIES, RIGHT, SONG, TUNE, Case, tune
from .smf import PPQ, body, chunk, file, header, meta, play


def track_lengths() -> list[Case]:
    """The header of one track, or of all, gives a wrong length."""
    places = {"first": [0], "middle": [1], "last": [2], "all": [0, 1, 2]}
    cases = []
    for place, wrong in places.items():
        for error in (1, 5, 1000, -1, -5, -100_000):
            errors = [error if i in wrong else 0 for i in range(3)]
            data = header(3) + b"".join(map(chunk, BODIES, errors))
            size = "zero" if error == -100_000 else f"{error:+}"
            cases.append(Case(f"{size} in {place}", data, RIGHT))
    return cases


def bytes_between_chunks() -> list[Case]:
    """Bytes that belong to no chunk stand before a track or at the end."""
    strays = {
        "zero": b"\0",
        "newline": b"\r\n",
        "odd": bytes(7),
        "tempos": b"\0" + smf.tempo(200) + b"\x60" + smf.tempo(210),
        "MTr": b"MTr",
        "long": bytes(range(1, 65)) * 16,
    }
    cases = []
    for name, stray in strays.items():
        for place in range(4):
            chunks = [*map(chunk, BODIES)]
            chunks.insert(place, stray)
            cases.append(Case(f"{name} before {place}", header(4) + b"".join(chunks), RIGHT))
    return cases


def bytes_before_header() -> list[Case]:
    """Something stands before the header: MacBinary, a byte order mark, mail headers."""
    starts = {
        "one byte": b"\0",
        "byte order mark": b"\xef\xbb\xbf",
        "MacBinary": b"\0\x09tune.midi".ljust(128, b"\0"),
        "mail": b"Content-Type: audio/midi\r\n\r\n",
        "kilobyte": bytes(1024),
    }
    return [Case(name, start + file(BODIES), RIGHT) for name, start in starts.items()]


def riff() -> list[Case]:
    """A RIFF file around the MIDI file, with its chunks in any order."""

    def part(kind: bytes, data: bytes, error: int = 0) -> bytes:
        size = (len(data) + error).to_bytes(4, "little")
        return kind + size + data + b"\0" * (len(data) % 2)

    data, info = part(b"data", file(BODIES)), part(b"LIST", b"INFOINAM\4\0\0\0Tune")
    odd = part(b"DISP", b"\1\0\0\0abc")
    orders = {
        "alone": data,
        "info first": info + data,
        "info last": data + info,
        "odd size first": odd + data,
        "both first": odd + info + data,
        "data length 0": part(b"data", file(BODIES), -len(file(BODIES))),
    }
    return [
        Case(name, part(b"RIFF", b"RMID" + inside), RIGHT, ".rmi")
        for name, inside in orders.items()
    ]


def divisions() -> list[Case]:
    """Ticks per quarter that, read as signed, would be negative but are no SMPTE rate."""
    return [
        Case(
            str(ppq),
            file([body(SONG), body([(0, smf.program(0, 73)), *play(TUNE, ppq=ppq)])], 1, ppq),
            RIGHT,
        )
        for ppq in (24, 1000, 32767, 32768, 33248, 38400, 40000, 65000)
    ]


def timed_in_seconds() -> list[Case]:
    """SMPTE rates: with the right tempo the notes are on their beats, and seconds are mentioned."""
    cases = []
    for frames, ticks, rate in ((24, 100, 24), (25, 40, 25), (29, 80, 30 / 1.001), (30, 80, 30)):
        per_quarter = rate * ticks * 60 / 90
        notes = [
            (round(start * per_quarter), message)
            for start, message in ((tick / PPQ, message) for tick, message in play(TUNE))
        ]
        data = file([body([(0, smf.program(0, 73)), *notes])], 0, (256 - frames) << 8 | ticks)
        asked = {"args": ["--bpm", "90"], "notice": "second"}
        cases.append(Case(f"{frames} times {ticks}", data, RIGHT | asked))
    return cases


def cut_off() -> list[Case]:
    """The file ends in the middle of the tune: the notes up to there, and it is said."""
    cases = []
    for count in (4, 12, 20, 33):
        for rest in (b"", b"\0", b"\0\x90", b"\0\x90\x43"):  # pieces of the next note
            data = chunk(body(tune(notes=TUNE[:count]), None) + rest, 1000)
            right = {"melody": TUNE[:count], "notice": "cut|end|incomplete|missing"}
            name = f"after {count} notes and {len(rest)} bytes"
            cases.append(Case(name, header(2) + chunk(body(SONG)) + data, right))
    return cases


def illegal_deltas() -> list[Case]:
    """A delta of five bytes or more in the tune: what follows is read, or it is said."""
    cases = []
    for size in (5, 6, 8):
        for bar in (2, 5):
            first = [note for note in TUNE if note[0] < 4 * bar]
            rest = [(s - 4 * bar, n, p) for s, n, p in TUNE if s >= 4 * bar]
            delta = b"\x80" * (size - 1)  # leading zeros: the number is the same, its form illegal
            data = body(tune(notes=first), None) + delta + body(play(rest))
            right = RIGHT | {"or_notice": "delta|damage|unreadable|invalid"}
            cases.append(Case(f"{size} bytes in bar {bar}", file([body(SONG), data]), right))
    return cases


def legal_but_odd() -> list[Case]:
    """Odd bytes that a reader may meet in any file: nothing is lost."""
    whole = tune(notes=TUNE)
    offs = [event for event in whole if event[1][0] >> 4 == 8]
    before = {
        "tempo of 0": [(0, meta(0x51, bytes(3))), (0, meta(0x51, b""))],
        "unknown key": [(0, meta(0x59, bytes([7, 9])))],
        "data over 127": [(0, bytes([0xB0, 0xC7, 0xFF]))],
        "unknown meta": [(0, meta(0x77, bytes(300)))],
        "system exclusive": [(0, b"\xf0\x05\x7e\x7f\x09\x01\xf7"), (0, b"\xf0\x00")],
    }
    cases = [
        Case(name, file([body([*events, *SONG]), body(whole)]), RIGHT)
        for name, events in before.items()
    ]
    alien = chunk(b"alien", kind=b"XFIH")
    long_header = b"MThd\0\0\0\x0a" + header(2)[8:] + bytes(4)
    body_of = body(whole)
    return [
        *cases,
        Case("no end of track", file([body(SONG, None), body(whole, None)]), RIGHT),
        Case("offs twice", file([body(SONG), body([*whole, *offs])]), RIGHT),
        Case("alien chunk", header(2) + alien + chunk(body(SONG)) + alien + chunk(body_of), RIGHT),
        Case("long header", long_header + chunk(body(SONG)) + chunk(body_of), RIGHT),
        Case("division 0", file([body(SONG), body_of], division=0), RIGHT),
        Case("meter in the last track", file([body_of, body(SONG)]), RIGHT),
    ]


def impossible_meters() -> list[Case]:
    """The only time signature cannot be one: the tune is in 4/4, for `prepare` as well."""
    signs = [(2, 33), (3, 7), (4, 32), (4, 34), (1, 255), (0, 2)]
    song = [(0, smf.tempo(90))]
    return [
        Case(
            f"{numerator} over 2 to {power}",
            file([body([*song, (0, smf.meter(numerator, power))]), body(tune())]),
            RIGHT,
        )
        for numerator, power in signs
    ]
