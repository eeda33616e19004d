"""Quantization of foreign files: find bars, choose a grid, move notes from ticks to steps."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Generic, TypeVar

import numpy as np

from ..errors import MeterError
from ..score.phrase import DEFAULT_TEMPO, Note, Part, Phrase, Tempo, chord_map, program_map
from ..score.song import Place
from ..theory.chords import Chord
from ..theory.meter import STRAIGHT, steps_to_ticks, ticks_to_steps
from .chord_symbols import chord_events
from .meter_segments import MeterSegment, meter_segments
from .note_arrays import NoteArrays
from .notices import cut_notice, section_notices, unread_notice
from .parser import Score, Track
from .sections import Section, notes_by_segment, quantize_section, segment_of

_Value = TypeVar("_Value")


def to_phrases(score: Score, triplets: bool = False) -> tuple[list[Phrase], list[str]]:
    """Quantize each meter segment with notes to a phrase; also returns why others failed.

    Bars of rest before the first note and after the last belong to the phrase, up to
    `sections.MAX_SILENT_BARS` of each. Notices about a section stand on its phrase; those about
    segments that gave no phrase stand on every phrase. With `triplets` all segments get the triplet
    grid.
    """
    notes = _note_arrays(score)
    if not len(notes.start):
        return [], []
    is_drum = np.array([track.is_drum for track in score.tracks])
    segments = meter_segments(score, int(notes.end.max()))
    tempos = _Timed(score.tempos)
    chords = _Timed(chord_events(score))
    signatures = _Timed(score.key_signatures)
    programs = [_Timed(track.later_programs) for track in score.tracks]
    unread = _Unread()
    phrases: list[Phrase] = []
    for segment, inside in notes_by_segment(segments, notes, score.resolution):
        if not len(inside.start):
            unread.add(segment, 0, "")
            continue
        try:
            section = quantize_section(segment, inside, is_drum, score.resolution, triplets)
        except MeterError as error:
            unread.add(segment, len(inside.start), str(error))
            continue
        phrase = _to_phrase(score, section, tempos, chords, programs)
        if phrase.place and segment is not segments[-1]:
            end = round(segment.end / score.scale)
            phrase = replace(phrase, place=replace(phrase.place, end=end))
        signature = next((value for _, value in signatures.of(segment)), None)
        phrases.append(replace(phrase, key_signature=signature))
    notices = unread.notices(score.resolution, int(notes.start.max()))
    notices += _cut_notes(segments, notes, score.resolution)
    phrases = [replace(phrase, notices=(*phrase.notices, *notices)) for phrase in phrases]
    return phrases, list(unread.reasons)


class _Unread:
    """The segments that give no phrase, together if they have one meter and one reason."""

    def __init__(self) -> None:
        self._segments: dict[tuple[int, int, str], list[MeterSegment]] = {}
        self._notes: dict[tuple[int, int, str], int] = {}

    def add(self, segment: MeterSegment, notes: int, reason: str) -> None:
        """Add a segment; without notes it has no reason."""
        key = (segment.numerator, segment.denominator, reason)
        self._segments.setdefault(key, []).append(segment)
        self._notes[key] = self._notes.get(key, 0) + notes

    @property
    def reasons(self) -> Iterator[str]:
        """Why segments with notes were not read."""
        return (reason for _, _, reason in self._segments if reason)

    def notices(self, resolution: int, last_onset: int) -> list[str]:
        """A notice for each meter and reason; silence after the music is not worth one."""
        notices = []
        for key, segments in self._segments.items():
            before = [segment for segment in segments if segment.start <= last_onset]
            if before:
                notices.append(unread_notice(before, self._notes[key], key[2], resolution))
        return notices


class _Timed(Generic[_Value]):
    """Values at ticks, in order, of which each segment takes its own."""

    def __init__(self, values: Sequence[tuple[int, _Value]]) -> None:
        self._values = values
        self._ticks = [tick for tick, _ in values]

    def of(self, segment: MeterSegment) -> Sequence[tuple[int, _Value]]:
        """The values of a segment, after the last one before it."""
        low = max(0, bisect_right(self._ticks, segment.start) - 1)
        return self._values[low : bisect_left(self._ticks, segment.end)]


def _note_arrays(score: Score) -> NoteArrays:
    """The notes of all tracks, in the order of the tracks."""
    columns = np.array(
        [note for track in score.tracks for note in track.notes], dtype=np.int64
    ).reshape(-1, 4)
    start, end, pitch, velocity = columns.T
    counts = [len(track.notes) for track in score.tracks]
    return NoteArrays(np.repeat(np.arange(len(counts)), counts), pitch, start, end, velocity)


def _to_phrase(
    score: Score,
    section: Section,
    tempos: _Timed[int],
    chords: _Timed[Chord | None],
    programs: Sequence[_Timed[int]],
) -> Phrase:
    """The phrase of a section, with what its segment has of the tempos, chords and programs."""
    meter, segment, resolution = section.meter, section.segment, score.resolution

    def step(tick: int) -> int:
        grid_step = ticks_to_steps(tick - segment.start, resolution, meter.steps_per_quarter)
        return grid_step - section.first

    steps = section.pickup + section.bars * meter.steps_per_bar
    changes = [[(step(tick), program) for tick, program in timed.of(segment)] for timed in programs]
    in_force = tempos.of(segment)
    tempo = in_force[0][1] if in_force else DEFAULT_TEMPO
    map_of_tempos = tempo_map(((step(tick), tempo) for tick, tempo in in_force), steps)
    return Phrase(
        meter,
        section.bars,
        section.pickup,
        map_of_tempos,
        tuple(_parts(score.tracks, section, changes, steps)),
        chord_map(((step(tick), chord) for tick, chord in chords.of(segment)), steps),
        notices=tuple(section_notices(section, resolution, tempo)),
        place=_place(score, section, map_of_tempos[0].microseconds),
    )


def _place(score: Score, section: Section, tempo: int) -> Place:
    """Where the first step of a section stands in its file, in ticks of the file."""
    segment, meter = section.segment, section.meter
    first, bar = (
        steps_to_ticks(steps, score.resolution, meter.steps_per_quarter)
        for steps in (section.first, section.first + section.pickup)
    )
    bars_before = round((bar - segment.pickup) / segment.bar_ticks(score.resolution))
    return Place(
        max(0, round((segment.start + first + section.grid.latency) / score.scale)),
        score.resolution / score.scale,
        tuple(track.player for track in score.tracks if track.notes),
        segment.first_bar + bars_before,
        tempo,
    )


def _parts(
    tracks: Sequence[Track],
    section: Section,
    programs: Sequence[Sequence[tuple[int, int]]],
    steps: int,
) -> Iterator[Part]:
    """Yield a part for each track with notes, so that a number means one part in all sections.

    Args:
        programs: (step, program) of the later programs of each track; see `program_map`.
    """
    notes = section.notes
    lost_tracks, lost_steps = section.played.track[section.lost], section.steps[section.lost]
    bounds = np.searchsorted(notes.track, np.arange(len(tracks) + 1)).tolist()
    for number, (track, (low, high)) in enumerate(zip(tracks, pairwise(bounds), strict=True)):
        if not track.notes:
            continue
        columns = (array[low:high].tolist() for array in notes[1:])
        played = tuple(
            Note(start, end - start, pitch, velocity)
            for pitch, start, end, velocity in zip(*columns, strict=True)
        )
        name = " ".join(track.name.replace("\0", " ").split())  # a name may hold line breaks
        lost = tuple(sorted(lost_steps[lost_tracks == number].tolist()))
        program, later = program_map(track.program, programs[number], steps)
        yield Part(played, program, track.is_drum, name, lost, later)


def _cut_notes(segments: list[MeterSegment], notes: NoteArrays, resolution: int) -> list[str]:
    """The notice about notes that sound on in the next segment by a step or more, if there are."""
    index = segment_of(segments, notes, resolution)
    ends = np.array([*(segment.start for segment in segments[1:]), np.iinfo(np.int64).max])[index]
    cut = notes.end - ends >= resolution // STRAIGHT
    if not cut.any():
        return []
    bars = (
        segments[i].bar_at(tick, resolution)
        for i, tick in zip(index[cut].tolist(), notes.start[cut].tolist(), strict=True)
    )
    return [cut_notice(int(cut.sum()), bars)]


def tempo_map(changes: Iterable[tuple[int, int]], steps: int) -> tuple[Tempo, ...]:
    """Tempo map of a phrase from (step, microseconds) in order.

    The last tempo at or before step 0 moves to step 0; repeats of the same tempo are dropped.

    >>> tempo_map([(-8, 400_000), (4, 500_000)], steps=16)
    (Tempo(step=0, microseconds=400000), Tempo(step=4, microseconds=500000))
    """
    tempos = {0: DEFAULT_TEMPO}
    for step, microseconds in changes:
        if step < max(1, steps):
            tempos[max(0, step)] = microseconds
    result: list[Tempo] = []
    for step in sorted(tempos):
        if not result or result[-1].microseconds != tempos[step]:
            result.append(Tempo(step, tempos[step]))
    return tuple(result)
