"""Figures about notes: how alike two phrases are."""

from __future__ import annotations

from collections.abc import Iterable

from .notes import Note


def note_f1(truth: Iterable[Note], guess: Iterable[Note]) -> float:
    """Harmonic mean of precision and recall of notes, right if onset and pitch are.

    Two silences agree: 1.0.
    """
    there = {(note.start, note.pitch) for note in truth}
    found = {(note.start, note.pitch) for note in guess}
    if not there and not found:
        return 1.0
    return 2 * len(there & found) / (len(there) + len(found))
