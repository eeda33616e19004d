"""Our own files, read back: what we told of the grid, the recipe, and whether both still hold.

Text events carry meter, grid, bars and pick-up, and the recipe of what a model made. Other
software keeps them when it saves a file, also where somebody has changed the notes in between.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..score.chord_recognition import recognize_chords, to_chord_changes
from ..score.phrase import ChordChange, Note, Part, Phrase, chord_map, remove_overlaps
from ..score.provenance import Recipe, parse_recipe
from ..theory.chords import find_chord_symbols, pitch_classes
from ..theory.meter import RESOLUTION, Meter, steps_to_ticks, ticks_to_steps
from .parser import DRUM_CHANNEL, MARKER, Score, Track
from .quantize import MAX_BARS, tempo_map

SIGNATURE = "musicvae:"
RECIPE = "musicvae-recipe:"
CHORDS, BASS = "Chords", "Bass"
"""Names of the parts that render chords; see `accompaniment.accompany`."""

MAX_MADE = 16
"""Parts that a recipe is compared with; no model makes more."""


def own_phrase(score: Score) -> Phrase | None:
    """The phrase that we wrote, or None for the file of another, or one edited off its grid."""
    signature = _told(score, SIGNATURE)
    try:
        return None if signature is None else _rebuild(score, json.loads(signature))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def with_origin(phrase: Phrase, score: Score, fits: bool) -> Phrase:
    """The phrase with the recipe that its file carries; marked if it was edited since we wrote it.

    It was if our text is there and does not fit, or if no leading parts of it are those that the
    recipe made; what follows them renders their chords. The markers of an edited file may be
    older than its notes: where these play other chords, they are recognised anew.

    Args:
        fits: the notes are as our text tells; see `own_phrase`.
    """
    told = _told(score, RECIPE)
    recipe = None if told is None else parse_recipe(told)
    phrase = replace(phrase, recipe=recipe)
    fits = fits or _told(score, SIGNATURE) is None
    if fits and (recipe is None or _is_as_made(phrase, recipe)):
        return phrase
    stale = phrase.chords and not _is_played(phrase.chords, phrase.parts)
    chords = _recognised(phrase) if stale else phrase.chords
    return replace(phrase, chords=chords, edited=True)


def _told(score: Score, prefix: str) -> str | None:
    """The rest of the first text that begins so."""
    texts = (words.text for words in score.texts if words.text.startswith(prefix))
    return next((text.removeprefix(prefix) for text in texts), None)


def _is_as_made(phrase: Phrase, recipe: Recipe) -> bool:
    """True if its parts, or the first few of them, are those that the recipe made."""
    counts = range(min(MAX_MADE, len(phrase.parts)) + 1)
    leading = (replace(phrase, parts=phrase.parts[:count]) for count in counts)
    return any(part.fingerprint == recipe.notes for part in leading)


def _is_played(chords: Sequence[ChordChange], parts: Sequence[Part]) -> bool:
    """True if there is an accompaniment, and each note of it is a tone of the chord told there."""
    steps = [change.step for change in chords]
    notes = [note for part in parts if part.name == CHORDS for note in part.notes]
    for note in notes:
        place = bisect_right(steps, note.start) - 1
        chord = chords[place].chord if place >= 0 else None
        if chord is None or note.pitch % 12 not in pitch_classes(chord):
            return False
    return bool(notes)


def _recognised(phrase: Phrase) -> tuple[ChordChange, ...]:
    """The chords that fit its accompaniment, or all its notes where it has none."""
    pitched = [part for part in phrase.parts if not part.is_drum]
    rendered = [part for part in pitched if part.name in (CHORDS, BASS)]
    players = rendered if any(part.name == CHORDS and part.notes for part in rendered) else pitched
    together = Part(remove_overlaps(note for part in players for note in part.notes))
    heard = recognize_chords(replace(phrase, parts=(together,), chords=()))
    return to_chord_changes(heard, phrase.meter, phrase.lead_in)


def _rebuild(score: Score, about: dict[str, Any]) -> Phrase:
    """Raises ValueError where a note stands outside the phrase, or off the grid unmeant."""
    meter = Meter(*map(int, [*about["meter"], about["grid"]]))
    if set(score.meters) != {(0, meter.numerator, meter.denominator)} or about["bars"] > MAX_BARS:
        raise ValueError("edited: the text is no longer about these notes")
    empty = Phrase(meter, int(about["bars"]), int(about["pickup"]))
    lead = empty.lead_in

    def step(tick: int) -> int:
        return ticks_to_steps(tick, score.resolution, meter.steps_per_quarter) - lead

    def off(tick: int) -> int:
        """Ticks of ours after the step, towards it."""
        ticks = tick - steps_to_ticks(step(tick) + lead, score.resolution, meter.steps_per_quarter)
        return int(ticks * RESOLUTION / score.resolution)

    def on(tick: int) -> int:
        if (tick * meter.steps_per_quarter) % score.resolution:
            raise ValueError("off the grid")
        return step(tick)

    def rebuild(track: Track) -> Part:
        at = step if about.get("offsets") else on
        notes = (
            Note(at(n.start), at(n.end) - at(n.start), n.pitch, n.velocity, off(n.start))
            for n in track.notes
        )
        return Part(tuple(notes), track.program, track.channel == DRUM_CHANNEL, track.name)

    tempos = tempo_map(((on(tick), tempo) for tick, tempo in score.tempos), empty.steps)
    marks = ((words.tick, words.text) for words in score.texts if words.kind == MARKER)
    chords = chord_map(
        ((step(tick), chord) for tick, chord in find_chord_symbols(marks)), empty.steps
    )
    parts = tuple(map(rebuild, score.tracks))
    return replace(empty, tempos=tempos, parts=parts, chords=chords)
