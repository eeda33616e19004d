"""Parts outside the pitches of a codec: moved in by octaves, and back.

A part is moved as a whole where one shift brings all its notes into range, so that its line stays
as it is. Notes that are still outside are moved one by one by `Codec.encode`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..score.phrase import Part, Phrase, remove_overlaps
from ..theory.pitch import pitch_name
from .base import Codec

OCTAVE = 12
MAX_PITCH = 127


def octave_shift(lowest: int, highest: int, pitches: range) -> int:
    """Semitones that bring a part into range: the fewest octaves, or 0 if no shift fits.

    >>> octave_shift(9, 30, range(21, 109)), octave_shift(5, 108, range(21, 109))
    (12, 0)
    """
    up = max(0, -(-(pitches.start - lowest) // OCTAVE)) * OCTAVE
    down = max(0, -(-(highest - pitches.stop + 1) // OCTAVE)) * OCTAVE
    fits = not up or highest + up < pitches.stop
    fits &= not down or lowest - down >= pitches.start
    return up - down if fits else 0


def fit_range(phrase: Phrase, codec: Codec) -> tuple[Phrase, tuple[int, ...]]:
    """Move each part into the pitches of its codec by whole octaves, where that fits.

    Returns the phrase and the semitones by which each part was moved; `move_parts` with their
    negatives moves them back. Notes that stay outside are counted in `notices`.
    """
    moved = [0] * len(phrase.parts)
    outside = 0
    codecs = [part_codec for part_codec in codec.parts if not part_codec.has_chords]
    for number, (part, part_codec) in enumerate(zip(phrase.parts, codecs, strict=False)):
        pitches = [note.pitch for note in part.notes]
        if pitches and part_codec.pitches:
            moved[number] = octave_shift(min(pitches), max(pitches), part_codec.pitches)
            outside += len(folded_notes(part, part_codec)) if not moved[number] else 0
    if outside:
        low, high = pitch_name(codec.pitches[0]), pitch_name(codec.pitches[-1])
        notes = "1 note" if outside == 1 else f"{outside:,} notes"
        notice = f"{notes} outside {low} to {high} moved into it by octaves"
        phrase = replace(phrase, notices=(*phrase.notices, notice))
    return move_parts(phrase, moved), tuple(moved)


def folded_notes(part: Part, codec: Codec) -> list[int]:
    """Steps of the notes of a part that `encode` moves by octaves."""
    pitches = codec.pitches
    return [note.start for note in part.notes if pitches and note.pitch not in pitches]


def move_parts(phrase: Phrase, semitones: Sequence[int]) -> Phrase:
    """Move the first parts of a phrase; a note that would leave MIDI's range moves by octaves less.

    A recipe that covers these parts goes on to match them.
    """
    if not any(semitones):
        return phrase
    first = [_move(part, by) for part, by in zip(phrase.parts, semitones, strict=False)]
    moved = replace(phrase, parts=(*first, *phrase.parts[len(first) :]))
    covered, recipe = slice(len(semitones)), phrase.recipe
    if recipe and recipe.notes == replace(phrase, parts=phrase.parts[covered]).fingerprint:
        notes = replace(moved, parts=moved.parts[covered]).fingerprint
        moved = replace(moved, recipe=replace(recipe, notes=notes))
    return moved


def move_back(phrase: Phrase, moved: Sequence[int]) -> Phrase:
    """Undo `move_parts`; the recipe records it in the option `moved`."""
    back = move_parts(phrase, [-semitones for semitones in moved])
    if not any(moved) or back.recipe is None:
        return back
    options = {**back.recipe.options, "moved": [*moved]}
    return replace(back, recipe=replace(back.recipe, options=options))


def _move(part: Part, semitones: int) -> Part:
    def move(pitch: int) -> int:
        pitch += semitones
        while pitch > MAX_PITCH:
            pitch -= OCTAVE
        while pitch < 0:
            pitch += OCTAVE
        return pitch

    notes = (replace(note, pitch=move(note.pitch)) for note in part.notes)
    return replace(part, notes=remove_overlaps(notes)) if semitones else part
