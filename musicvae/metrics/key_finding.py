"""The key of a phrase by its key signature, if the notes agree, or else by its notes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..score.phrase import Note, Phrase
from ..theory.key_signature import KeySignature, signature_with_root
from .cadence import estimate_key

UNASKED = KeySignature()
"""What many programs write into every file: it says nothing about the key."""

MAX_LOSS = 0.05
"""A key signature is wrong if the key that fits best has so much more of the notes, by time."""


@dataclass(frozen=True)
class FoundKey:
    """The key of some music.

    Attributes:
        signature: of the key.
        is_written: True if it was read, False if it was estimated from the notes.
    """

    signature: KeySignature
    is_written: bool

    def __str__(self) -> str:
        origin = "by its key signature" if self.is_written else "by its notes"
        return f"{self.signature.key} ({origin})"


def find_key(phrase: Phrase) -> FoundKey:
    """The key signature of a phrase, or the key that fits its notes best.

    A signature counts if it has sharps or flats, or says minor, and the notes do not contradict it.
    """
    notes = [note for part in phrase.parts if not part.is_drum for note in part.notes]
    # without chord symbols, which may be reduced, or recognized from these notes
    fitting = signature_with_root(*estimate_key(replace(phrase, chords=()), notes))
    written = phrase.key_signature
    if (
        written
        and written != UNASKED
        and _share(notes, fitting) - _share(notes, written) <= MAX_LOSS
    ):
        return FoundKey(written, is_written=True)
    return FoundKey(fitting, is_written=written == fitting)


def _share(notes: list[Note], signature: KeySignature) -> float:
    """Share of the time of notes that lies in the scale of a key signature."""
    tones = KeySignature(signature.sharps).key.tones
    inside = sum(note.duration for note in notes if note.pitch % 12 in tones)
    return inside / max(1, sum(note.duration for note in notes))
