"""Files beyond the limits are refused; each limit is tested at its edge."""

from __future__ import annotations

import time

import pytest

from musicvae.errors import MidiError
from musicvae.midi.limits import DEFAULT_LIMITS, Limits
from musicvae.midi.reader import read_midi
from musicvae.midi.symusic_parser import MAX_BYTES

from ..cpu import no_hang
from .test_parser import END, NOTE, smf

METER, TEMPO, TEXT = "00 ff 58 04 03 02 18 08", "00 ff 51 03 07 a1 20", "00 ff 01 02 61 62"
BEND = "00 e0 00 40"


@pytest.mark.parametrize(
    ("limits", "event", "reason"),
    [
        (Limits(events=6), BEND, "6 events"),
        (Limits(notes=4), NOTE, "4 notes"),
        (Limits(text=6), TEXT, "6 bytes of text"),
        (Limits(meters=3), METER, "3 meters"),
        (Limits(tempos=3), TEMPO, "3 tempos"),
    ],
)
def test_one_more_than_the_limit_is_refused(limits: Limits, event: str, reason: str) -> None:
    """Three events, two of a note and one for the end are within the limits; four are not."""
    read_midi(smf(f"{event * 3} {NOTE} {END}"), limits=limits)
    with pytest.raises(MidiError, match=f"it has more than {reason}"):
        read_midi(smf(f"{event * 4} {NOTE} {END}"), limits=limits)


def test_the_limit_on_bytes_is_configurable() -> None:
    """As the others are."""
    data = smf(f"{NOTE} {END}")
    read_midi(data, limits=Limits(bytes=len(data)))
    with pytest.raises(MidiError, match="larger than"):
        read_midi(data, limits=Limits(bytes=len(data) - 1))


MANY = 600_000
HEADER, LAST = b"MThd\0\0\0\x06\0\x01\0\x01\x01\xe0", b"\0\xff\x2f\0"
REPEATED = {
    "notes": b"\x01\x90\x3c\0\x01\x3c\x40",
    "bends": b"\0\xe0\0\0",
    "meters": b"\x60\xff\x58\x04\x03\x02\x18\x08",
    "tempos": b"\x01\xff\x51\x03\x07\xa1\x20",
    "texts": b"\x01\xff\x05\x01a",
    "tracks": b"MTrk\0\0\0\0",
    "tracks without end": b"MTrk\xff\xff\xff\xff",
    "chunks": b"abcd\0\0\0\0",
}
"""What is in a hostile file again and again."""

HOSTILE = (*REPEATED, "name", "riff", "a wrong length")
"""Kinds of hostile files."""


def hostile(kind: str) -> bytes:
    """A file of several MB with far too much of something."""
    if kind == "riff":
        return b"RIFF\0\0\0\0RMID" + bytes(8 * MANY)
    if kind == "name":
        body = b"\0\xff\x03\x84\x80\x80\x01" + bytes((4 << 21) + 1)
    else:
        body = REPEATED["notes" if kind == "a wrong length" else kind] * MANY
    if kind in ("tracks", "tracks without end", "chunks"):
        return HEADER + body
    length = 0 if kind == "a wrong length" else len(body) + len(LAST)
    return HEADER + b"MTrk" + length.to_bytes(4) + body + LAST


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_without_a_hang(kind: str) -> None:
    """With one sentence; scripts/bench/limits.py prints how soon."""
    data = hostile(kind)
    with no_hang(), pytest.raises(MidiError):
        read_midi(data)


def test_held_notes_within_the_limits_are_no_square() -> None:
    """Ten times the notes of one pitch that sound together take less than forty times as long."""

    def seconds(count: int) -> float:
        body = b"\0\x90\x3c\x40" + b"\1\x3c\x40" * count + b"\1\x3c\0" * count + b"\0\xff\x2f\0"
        start = time.process_time()
        read_midi(smf(body.hex()))
        return time.process_time() - start

    assert seconds(10_000) < 40 * max(seconds(1_000), 0.01)


def test_the_fast_path_never_reads_what_is_refused() -> None:
    """Its size limit is below what any other limit needs."""
    limits = DEFAULT_LIMITS
    assert min(2 * limits.events, 3 * limits.notes, limits.text, 6 * limits.tempos) >= MAX_BYTES
