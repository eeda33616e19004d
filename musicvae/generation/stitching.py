"""Join windows to a piece: ties across their boundaries, and overlaps merged at a bar line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..codecs.base import Codec, Codes
from ..score.phrase import Note, Phrase, remove_overlaps
from ..score.windows import join_phrases
from ..theory.meter import Meter


class TiedNote(NamedTuple):
    """A note that sounds on across a bar line.

    Attributes:
        part: index of its part.
        step: of the bar line.
        pitch: MIDI note number.
        end: step at which it ends.
    """

    part: int
    step: int
    pitch: int
    end: int


def find_tied_notes(phrase: Phrase, steps: Iterable[int]) -> tuple[TiedNote, ...]:
    """The notes that sound on across any of these steps; drums are skipped."""
    boundaries = sorted(set(steps))
    return tuple(
        TiedNote(index, boundary, note.pitch, note.end)
        for index, part in enumerate(phrase.parts)
        if not part.is_drum
        for note in part.notes
        for boundary in boundaries
        if note.start < boundary < note.end
    )


def tie_notes(phrase: Phrase, ties: Sequence[TiedNote], codec: Codec) -> Phrase:
    """Restore ties across window boundaries.

    A note that ends at the boundary with the pitch of a tie is lengthened to the tie's end, or
    to the next note where the codec allows one note at a time. Other notes stay as they are.
    """
    if not ties:
        return phrase
    notes_of = [list(part.notes) for part in phrase.parts]
    for part_index, step, pitch, end in ties:
        notes = notes_of[part_index] if part_index < len(notes_of) else []
        for i, note in enumerate(notes):
            if note.end == step and note.pitch == pitch and step < end <= phrase.steps:
                notes[i] = Note(note.start, end - note.start, pitch, note.velocity)
    tied = replace(
        phrase,
        parts=tuple(
            replace(part, notes=remove_overlaps(notes))
            for part, notes in zip(phrase.parts, notes_of, strict=True)
        ),
    )
    # a monophonic codec ends the lengthened note where the next one begins
    return codec.decode(codec.encode(tied), phrase.meter)


def stitch_windows(windows: Sequence[tuple[int, Codes]], codec: Codec, meter: Meter) -> Phrase:
    """Place windows on a timeline and join them to a phrase.

    Two windows that overlap are cut at the shared bar line around which they differ least, and
    joined there.

    Args:
        windows: first bar and codes of each, in order, without gaps.
    """
    runs: list[Codes] = []
    end = 0
    for first, codes in windows:
        bars = len(codes) // meter.steps_per_bar
        shared = end - first
        if runs and shared:
            left = runs.pop()
            overlap = left[len(left) - shared * meter.steps_per_bar :]
            from_left = _best_bar_line(overlap, codes, shared, meter)
            left = left[: len(left) - (shared - from_left) * meter.steps_per_bar]
            right = codes[from_left * meter.steps_per_bar :]
            codes = codec.canonicalize(np.concatenate([left, right]))
        runs.append(codes)
        end = first + bars
    return join_phrases([codec.decode(codes, meter) for codes in runs])


def _best_bar_line(left: Codes, right: Codes, shared: int, meter: Meter) -> int:
    """The number of shared bars to take from the left window.

    The cost of a bar line is the number of steps that differ in the bars on both sides of it;
    of equal costs, the bar line nearest the middle wins.
    """
    steps = shared * meter.steps_per_bar
    differs = (left[:steps] != right[:steps]).reshape(steps, -1).any(axis=1)
    # a bar of zeros on both sides: outside the overlap nothing differs
    per_bar = np.pad(differs.reshape(shared, meter.steps_per_bar).sum(axis=1), 1)
    cost = per_bar[:-1] + per_bar[1:]
    return int(min(range(shared + 1), key=lambda line: (cost[line], abs(line - shared / 2))))
