"""Limits on what is read of a MIDI file, so that no file can exhaust memory or time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The most that a MIDI file may have; a file with more is refused.

    Attributes:
        bytes: size of the file.
        tracks: tracks of the file.
        events: events of all tracks together.
        notes: notes of all tracks together.
        text: bytes of all names, lyrics and other texts together.
        meters: time signatures.
        tempos: tempo changes.
    """

    bytes: int = 64 * 2**20
    tracks: int = 1_000
    events: int = 500_000
    notes: int = 200_000
    text: int = 8 * 2**20
    meters: int = 3_000
    tempos: int = 100_000


DEFAULT_LIMITS = Limits()
