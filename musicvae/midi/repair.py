"""Corrections to files of other programs: stuck notes are ended, and drums are found."""

from __future__ import annotations

from .drum_tracks import is_named_drums, may_be_drums, strikes_a_kit
from .parser import Score, Track, name_notes, note_columns
from .stuck_notes import LONG_QUARTERS, end_stuck_notes


def repair(score: Score) -> None:
    """End the stuck notes of a score, and mark the parts that are drums on another channel."""
    for part in score.tracks:
        if part.notes:
            _end_stuck_notes(score, part)
            _find_drums(score, part)


def _end_stuck_notes(score: Score, part: Track) -> None:
    longest = max(note.end - note.start for note in part.notes)
    if longest < LONG_QUARTERS * score.resolution:
        return
    ends, is_stuck = end_stuck_notes(*note_columns(part.notes), score.resolution)
    stuck = [note for note, flag in zip(part.notes, is_stuck.tolist(), strict=True) if flag]
    if stuck:
        timed = zip(part.notes, ends.tolist(), strict=True)
        part.notes = sorted(note._replace(end=end) for note, end in timed)
        score.notices.append(
            f"{name_notes(stuck)} ended at the next onset: so long above all others, it is stuck"
        )


def _find_drums(score: Score, part: Track) -> None:
    if part.is_drum or not may_be_drums(part.name, part.program):
        return
    start, end, pitch = note_columns(part.notes)
    if part.is_alone and is_named_drums(part.name, part.program, pitch):
        part.is_drum = True
    elif strikes_a_kit(part.name, part.program, start, end, pitch, score.resolution):
        part.is_drum = True
        score.notices.append(
            f"a nameless part on channel {part.channel + 1} was read as drums, for its strokes"
        )
