"""Reading files that musicvae wrote, and detecting edits by other programs.

Text events in the file store meter, grid, bars and pick-up, and the recipe of a generated phrase.
Other programs keep these events when they save a file, even if its notes were edited.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from ..score.chord_recognition import recognize_chords, to_chord_changes
from ..score.phrase import (
    ChordChange,
    Note,
    Part,
    Phrase,
    chord_map,
    program_map,
    remove_overlaps,
)
from ..score.provenance import Recipe, parse_recipe
from ..score.song import Place
from ..theory.chords import find_chord_symbols, pitch_classes
from ..theory.meter import RESOLUTION, Meter, steps_to_ticks, ticks_to_steps
from .chord_symbols import SECTION_NAME
from .events import MARKER
from .parser import Score, Track
from .quantize import tempo_map
from .sections import MAX_SEGMENT_BARS

SIGNATURE = "musicvae:"
"""Prefix of the text event with the grid, as JSON."""
RECIPE = "musicvae-recipe:"
"""Prefix of the text event with the recipe."""
SECTION = "Section "
"""Prefix of a marker with the name of a section that could be taken for a chord symbol."""
CHORDS, BASS = "Chords", "Bass"
"""Names of the parts that play the chords; see `accompaniment.accompany`."""

EDITED = "it was edited since it was made, and is read as it is now"
"""The notice about a clip that another program has changed."""

MAX_MODEL_PARTS = 16
"""Most parts that a recipe is compared with; no model makes more."""


def section_marker(name: str) -> str:
    """The marker of a section: a name that tells, such as Intro, or else Section A."""
    return name if SECTION_NAME.match(name) else SECTION + name


def read_written_phrases(score: Score) -> list[tuple[Phrase, Score]]:
    """The sections as written, each with the part of the score that it was read from.

    Empty for a foreign file, or one whose texts no longer fit its notes.
    """
    texts = [
        (event.tick, event.text.removeprefix(SIGNATURE))
        for event in score.texts
        if event.text.startswith(SIGNATURE)
    ]
    try:
        grids = [(tick, json.loads(text)) for tick, text in texts]
        sections = [score] if len(grids) == 1 else _split(score, grids)
        phrases = [
            _rebuild(section, about) for section, (_, about) in zip(sections, grids, strict=True)
        ]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return []
    starts = [0] if len(grids) == 1 else [tick for tick, _ in grids]
    return [*zip(_with_places(phrases, sections, starts), sections, strict=True)]


def _with_places(
    phrases: Sequence[Phrase], sections: Sequence[Score], starts: Sequence[int]
) -> Iterator[Phrase]:
    """The phrases with their places; each section starts at a tick with a whole bar."""
    bar = 1
    for phrase, score, start in zip(phrases, sections, starts, strict=True):
        bar += bool(phrase.pickup and start)
        lead = steps_to_ticks(phrase.lead_in, score.resolution, phrase.meter.steps_per_quarter)
        players = tuple(track.player for track in score.tracks[: len(phrase.parts)])
        tempo = phrase.tempos[0].microseconds
        place = Place(start + lead, score.resolution, players, bar, tempo)
        yield replace(phrase, place=place)
        bar += phrase.bars


def _split(score: Score, grids: Sequence[tuple[int, dict[str, Any]]]) -> list[Score]:
    """The score of each section, whose ticks count from its start.

    Raises:
        ValueError: a section does not begin where the one before it ends.
    """
    sections = []
    end = 0
    for start, about in grids:
        if start != end:
            raise ValueError("edited: the sections do not follow each other")
        phrase = _empty_phrase(about)
        grid = phrase.meter.steps_per_quarter
        end += steps_to_ticks(phrase.steps + phrase.lead_in, score.resolution, grid)
        sections.append(_cut(score, start, end))
    if any(note.start >= end for track in score.tracks for note in track.notes):
        raise ValueError("edited: there are notes after the last section")
    return sections


def _cut(score: Score, start: int, end: int) -> Score:
    """The events of a score from `start` until before `end`, in ticks from `start`."""

    def inside(events: list[Any]) -> list[Any]:
        first, stop = (bisect_left(events, tick, key=itemgetter(0)) for tick in (start, end))
        return events[first:stop]

    tracks = []
    for track in score.tracks:
        notes = inside(track.notes)
        moved = [note._replace(start=note.start - start, end=note.end - start) for note in notes]
        programs = [(tick - start, program) for tick, program in inside(track.programs)]
        tracks.append(replace(track, notes=moved, programs=programs))
    return replace(
        score,
        tracks=tracks,
        tempos=[(tick - start, tempo) for tick, tempo in inside(score.tempos)],
        meters=[(tick - start, *meter) for tick, *meter in inside(score.meters)],
        texts=[event._replace(tick=event.tick - start) for event in inside(score.texts)],
        key_signatures=[(tick - start, key) for tick, key in inside(score.key_signatures)],
        end=end - start,
    )


def find_recipe(score: Score) -> Recipe | None:
    """The recipe in the first text event of a score that has the prefix of one."""
    text = next((event.text for event in score.texts if event.text.startswith(RECIPE)), None)
    return None if text is None else parse_recipe(text.removeprefix(RECIPE))


def has_grid_text(score: Score) -> bool:
    """True if musicvae wrote the file, whether or not its grid text still fits the notes."""
    return any(event.text.startswith(SIGNATURE) for event in score.texts)


def attach_recipe(phrase: Phrase, recipe: Recipe | None, fits: bool) -> Phrase:
    """The phrase with the recipe of its file, and `edited` set if another program changed it.

    It was edited if its grid text does not fit the notes, or if the recipe matches no leading
    parts (parts added after them are accompaniment). The markers of an edited file may be
    outdated: if its accompaniment does not play them, chords are recognized from the notes.

    Args:
        fits: True if the file has no grid text, or one that fits the notes; see
            `read_written_phrases`.
    """
    phrase = replace(phrase, recipe=recipe)
    if fits and (recipe is None or _matches(phrase, recipe)):
        return phrase
    outdated = phrase.chords and not _is_played(phrase.chords, phrase.parts)
    chords = _recognize(phrase) if outdated else phrase.chords
    notices = (*phrase.notices, EDITED)
    return replace(phrase, chords=chords, edited=True, notices=notices)


def _matches(phrase: Phrase, recipe: Recipe) -> bool:
    """Return True if the recipe has the fingerprint of all parts or of the first few."""
    return recipe.notes in phrase.leading_fingerprints(MAX_MODEL_PARTS)


def _is_played(chords: Sequence[ChordChange], parts: Sequence[Part]) -> bool:
    """Return True if a part named `CHORDS` has notes, all of them tones of the current chord."""
    steps = [change.step for change in chords]
    notes = [note for part in parts if part.name == CHORDS for note in part.notes]
    for note in notes:
        index = bisect_right(steps, note.start) - 1
        chord = chords[index].chord if index >= 0 else None
        if chord is None or note.pitch % 12 not in pitch_classes(chord):
            return False
    return bool(notes)


def _recognize(phrase: Phrase) -> tuple[ChordChange, ...]:
    """Recognize chords from the accompaniment, or from all pitched parts if there is none."""
    pitched = [part for part in phrase.parts if not part.is_drum]
    accompaniment = [part for part in pitched if part.name in (CHORDS, BASS)]
    has_chords = any(part.name == CHORDS and part.notes for part in accompaniment)
    sources = accompaniment if has_chords else pitched
    merged = Part(remove_overlaps(note for part in sources for note in part.notes))
    codes = recognize_chords(replace(phrase, parts=(merged,), chords=()))
    return to_chord_changes(codes, phrase.meter, phrase.lead_in)


@dataclass(frozen=True)
class _WrittenGrid:
    """Conversion of ticks of a file that musicvae wrote to steps of its phrase.

    Attributes:
        meter: of the phrase.
        resolution: ticks per quarter of the file; other programs may have changed it.
        lead_in: `Phrase.lead_in`.
    """

    meter: Meter
    resolution: int
    lead_in: int

    def nearest_step(self, tick: int) -> int:
        """The step nearest to a tick."""
        step = ticks_to_steps(tick, self.resolution, self.meter.steps_per_quarter)
        return step - self.lead_in

    def exact_step(self, tick: int) -> int:
        """The step at a tick; a tick off the grid raises ValueError."""
        if (tick * self.meter.steps_per_quarter) % self.resolution:
            raise ValueError("off the grid")
        return self.nearest_step(tick)

    def offset(self, tick: int) -> int:
        """Distance from the nearest step in ticks of 1/480 quarter, rounded towards zero."""
        step = self.nearest_step(tick) + self.lead_in
        ticks = tick - steps_to_ticks(step, self.resolution, self.meter.steps_per_quarter)
        return int(ticks * RESOLUTION / self.resolution)


def _rebuild(score: Score, about: dict[str, Any]) -> Phrase:
    """The phrase described by the grid text.

    Raises:
        ValueError: a note is outside the phrase, or off the grid in a file without offsets.
    """
    empty = _empty_phrase(about)
    meter = empty.meter
    if set(score.meters) != {(0, meter.numerator, meter.denominator)}:
        raise ValueError("edited: the text does not fit the notes")
    grid = _WrittenGrid(meter, score.resolution, empty.lead_in)
    tempos = ((grid.exact_step(tick), tempo) for tick, tempo in score.tempos)
    markers = [(event.tick, event.text) for event in score.texts if event.kind == MARKER]
    found = dict(find_chord_symbols((i, text) for i, (_, text) in enumerate(markers)))
    chords = ((grid.nearest_step(markers[i][0]), chord) for i, chord in found.items())
    first = score.key_signatures[0][1] if score.key_signatures else None
    return replace(
        empty,
        tempos=tempo_map(tempos, empty.steps),
        parts=_to_parts(score.tracks, grid, about, empty.steps),
        chords=chord_map(chords, empty.steps),
        key_signature=first,
        key_changes=tuple((grid.nearest_step(t), key) for t, key in score.key_signatures[1:]),
        section_names=tuple(
            (grid.nearest_step(tick), text.removeprefix(SECTION))
            for i, (tick, text) in enumerate(markers)
            if i not in found
        ),
    )


def _empty_phrase(about: dict[str, Any]) -> Phrase:
    """A phrase without parts in the meter and of the length that a grid text describes.

    Raises:
        ValueError: it is longer than any that is read.
    """
    meter = Meter(*map(int, [*about["meter"], about["grid"]]))
    if about["bars"] > MAX_SEGMENT_BARS:
        raise ValueError("edited: the text does not fit the notes")
    return Phrase(meter, int(about["bars"]), int(about["pickup"]))


def _to_parts(
    tracks: Sequence[Track], grid: _WrittenGrid, about: dict[str, Any], steps: int
) -> tuple[Part, ...]:
    """The parts of the tracks; one section among several may lack the last of them."""
    has_offsets = bool(about.get("offsets"))
    count = int(about.get("parts", len(tracks)))
    if any(track.notes for track in tracks[count:]):
        raise ValueError("edited: a part has been added")
    return tuple(_to_part(track, grid, has_offsets, steps) for track in tracks[:count])


def _to_part(track: Track, grid: _WrittenGrid, has_offsets: bool, steps: int) -> Part:
    step = grid.nearest_step if has_offsets else grid.exact_step
    notes = (
        Note(step(n.start), step(n.end) - step(n.start), n.pitch, n.velocity, grid.offset(n.start))
        for n in track.notes
    )
    changes = ((grid.nearest_step(tick), program) for tick, program in track.programs)
    program, changes_inside = program_map(0, changes, steps)
    return Part(tuple(notes), program, track.is_drum, track.name, program_changes=changes_inside)
