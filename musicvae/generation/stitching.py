"""Where windows meet: notes held over the bar line, and the best line to go over at."""

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
    """A note of a part that sounds on over a bar line, at a step, and to which step."""

    part: int
    step: int
    pitch: int
    end: int


def find_tied_notes(phrase: Phrase, steps: Iterable[int]) -> tuple[TiedNote, ...]:
    """The notes that sound on over any of these steps; none where they are drums."""
    seams = sorted(set(steps))
    return tuple(
        TiedNote(number, step, note.pitch, note.end)
        for number, part in enumerate(phrase.parts)
        if not part.is_drum
        for note in part.notes
        for step in seams
        if note.start < step < note.end
    )


def tie_notes(phrase: Phrase, held: Sequence[TiedNote], codec: Codec) -> Phrase:
    """Notes that end at a seam, sounding on as they do elsewhere, till another takes their place.

    What had another pitch there, or ended before, stays as it is.
    """
    parts = [list(part.notes) for part in phrase.parts]
    for number, step, pitch, end in held:
        for place, note in enumerate(parts[number] if number < len(parts) else ()):
            if note.end == step and note.pitch == pitch and step < end <= phrase.steps:
                parts[number][place] = Note(note.start, end - note.start, pitch, note.velocity)
    longer = replace(
        phrase,
        parts=tuple(
            replace(part, notes=remove_overlaps(notes))
            for part, notes in zip(phrase.parts, parts, strict=True)
        ),
    )
    # the codec knows how many can sound at once: one voice ends where its next note begins
    return codec.decode(codec.encode(longer), phrase.meter) if held else phrase


def stitch_windows(pieces: Sequence[tuple[int, Codes]], codec: Codec, meter: Meter) -> Phrase:
    """Windows that begin at bars, end to end. Where two overlap, they go on as one.

    Of the bar lines that both know, it goes over at that around which they differ least.

    Args:
        pieces: first bar and codes of each, in order; none begins after the one before has ended.
    """
    runs: list[Codes] = []
    end = 0
    for first, codes in pieces:
        size = len(codes) // meter.steps_per_bar
        shared = end - first
        if runs and shared:
            left = runs.pop()
            kept = _best_line(
                left[len(left) - shared * meter.steps_per_bar :], codes, shared, meter
            )
            left = left[: len(left) - (shared - kept) * meter.steps_per_bar]
            codes = codec.canonicalize(np.concatenate([left, codes[kept * meter.steps_per_bar :]]))
        runs.append(codes)
        end = first + size
    return join_phrases([codec.decode(codes, meter) for codes in runs])


def _best_line(left: Codes, right: Codes, shared: int, meter: Meter) -> int:
    """After how many of the shared bars to go over; in the middle where all are as good."""
    both = shared * meter.steps_per_bar
    differs = (left[:both] != right[:both]).reshape(both, -1).any(axis=1)
    bars = np.pad(differs.reshape(shared, meter.steps_per_bar).sum(axis=1), 1)
    cost = bars[:-1] + bars[1:]
    return int(min(range(shared + 1), key=lambda line: (cost[line], abs(line - shared / 2))))
