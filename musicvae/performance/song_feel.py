"""Humanize and swing the notes of a song where they stand, off the grid or on it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..midi.move_notes import Move, NoteLimits, move_notes, note_limits
from ..midi.song_events import SongNote, song_notes
from ..score.phrase import Phrase
from ..score.song import Place, Player, Song
from ..theory.drum_kit import DRUM_CLASS
from ..theory.meter import RESOLUTION
from .groove_template import GrooveTemplate, PlayedNote
from .humanize import Deviation, Onsets, draw_deviations, louder, player_of
from .swing import Swing, swing_of


@dataclass(frozen=True)
class Stretch:
    """What of a section of a song is played otherwise.

    Attributes:
        phrase: the section.
        place: where it stands.
        players: of those of the place, who play otherwise.
        steps: the steps in which they do.
    """

    phrase: Phrase
    place: Place
    players: Collection[Player]
    steps: range


class _Played(NamedTuple):
    """A note of a song on the grid of its section."""

    note: SongNote
    step: int


def change_feel(
    song: Song,
    stretches: Sequence[Stretch],
    amount: float,
    swing: float,
    seed: int | None,
    groove: GrooveTemplate | None = None,
) -> Song:
    """The song with notes that deviate from where they were as those of drummers do, or a groove.

    A note stays nearest to its step. Deviations are drawn for all notes and kept for those that are
    asked for, so parts that are humanized one after another with one seed play together.

    Args:
        stretches: all sections of the song that are on a grid, in order.
        amount, seed: see `humanize.humanize_phrase`.
        swing: see `swing`; every note and its end are moved along.
        groove: takes the place of drummers in general: notes go from where they were to where it
            has them, an amount of the way. Sections of other meters keep their feel.
    """
    if not amount and not swing:
        return song
    factor = song.factor_for(RESOLUTION, min(stretch.place.quarter for stretch in stretches))
    original, song = song, song.finer(factor)
    rng = np.random.default_rng(seed)
    moves: dict[int, dict[int, Move]] = defaultdict(dict)
    played = _notes_of_sections(song, stretches, factor)
    for stretch, of_players in zip(stretches, played, strict=True):
        place = stretch.place.finer(factor)
        section = _Section(stretch, place, amount, swing)
        deviations = None
        if amount and groove is None:
            deviations = _drawn(stretch, of_players, rng)
        elif amount and groove and groove.meter == stretch.phrase.meter:
            deviations = [
                [groove.deviation(note) for note in notes]
                for notes in _as_played(stretch, place, of_players)
            ]
        for number, notes in enumerate(of_players):
            player = stretch.place.players[number]
            if player in stretch.players:
                asked = [i for i, one in enumerate(notes) if one.step in stretch.steps]
                chosen = [notes[i] for i in asked]
                changes = [deviations[number][i] for i in asked] if deviations else []
                limits = note_limits(song.tracks[player.track], [one.note for one in chosen])
                is_drum = _is_drum(stretch, number)
                moves[player.track] |= section.moves(chosen, changes, limits, is_drum)
    if not any(moves.values()):
        return original
    tracks = (
        move_notes(track, moves[number]) if moves[number] else track
        for number, track in enumerate(song.tracks)
    )
    return Song(song.kind, song.division, tuple(tracks))


def learn_groove(song: Song, stretch: Stretch) -> GrooveTemplate:
    """The groove of a section of a song, in which there are notes."""
    (of_players,) = _notes_of_sections(song, [stretch], 1)
    played = _as_played(stretch, stretch.place, of_players)
    return GrooveTemplate.of(stretch.phrase.meter, [note for notes in played for note in notes])


def _as_played(
    stretch: Stretch, place: Place, of_players: Sequence[Sequence[_Played]]
) -> list[list[PlayedNote]]:
    """How the notes of each player are played."""
    meter, lead_in = stretch.phrase.meter, stretch.phrase.lead_in
    result = []
    for number, notes in enumerate(of_players):
        is_drum = _is_drum(stretch, number)
        drums = [DRUM_CLASS.get(one.note.pitch) if is_drum else None for one in notes]
        velocities: dict[int | None, list[int]] = defaultdict(list)
        for drum, one in zip(drums, notes, strict=True):
            velocities[drum].append(one.note.velocity)
        levels = {drum: sum(values) / len(values) for drum, values in velocities.items()}
        played = []
        for drum, (note, step) in zip(drums, notes, strict=True):
            late = note.start - place.tick(step, meter.steps_per_quarter)
            offset = late * meter.steps_per_quarter / place.quarter
            level = levels[drum]
            at = (step + lead_in) % meter.steps_per_bar
            played.append(PlayedNote(drum, at, offset, note.velocity, level))
        result.append(played)
    return result


def _drawn(
    stretch: Stretch, of_players: Sequence[Sequence[_Played]], rng: np.random.Generator
) -> list[list[Deviation]]:
    """Deviations of drummers for the notes of each player."""
    onsets = [
        Onsets(_is_drum(stretch, number), [(one.step, one.note.pitch) for one in notes])
        for number, notes in enumerate(of_players)
    ]
    return draw_deviations(onsets, stretch.phrase.meter, stretch.phrase.lead_in, rng)


def _is_drum(stretch: Stretch, number: int) -> bool:
    parts = stretch.phrase.parts
    return number < len(parts) and parts[number].is_drum


def _notes_of_sections(
    song: Song, stretches: Sequence[Stretch], factor: int
) -> list[list[list[_Played]]]:
    """The notes of each player of each section; a note is of the last section that has begun."""
    result: list[list[list[_Played]]] = [[[] for _ in s.place.players] for s in stretches]
    places = [stretch.place.finer(factor) for stretch in stretches]
    for player in dict.fromkeys(player for s in stretches for player in s.place.players):
        numbers = [i for i, place in enumerate(places) if player in place.players]
        for note in song_notes(song.tracks[player.track], player.channels):
            steps = [
                (i, places[i].step(note.start, stretches[i].phrase.meter.steps_per_quarter))
                for i in numbers
            ]
            begun = [(i, step) for i, step in steps if step >= 0]
            if begun and begun[-1][1] < stretches[begun[-1][0]].phrase.steps:
                number, step = begun[-1]
                result[number][places[number].players.index(player)].append(_Played(note, step))
    return result


class _Section:
    """Where the notes of a section go."""

    def __init__(self, stretch: Stretch, place: Place, amount: float, swing: float) -> None:
        self._phrase, self._place, self._steps = stretch.phrase, place, stretch.steps
        self._amount = amount
        self._swing = swing_of(stretch.phrase, swing) or Swing(0.0)

    def moves(
        self,
        notes: Sequence[_Played],
        deviations: Sequence[Deviation],
        limits: NoteLimits,
        is_drum: bool,
    ) -> dict[int, Move]:
        """The moves of the notes of one part; those of one player and step move together."""
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, one in enumerate(notes):
            groups[player_of(one.note.pitch, is_drum), one.step].append(i)
        result = {}
        for group in groups.values():
            change = deviations[group[0]] if deviations else Deviation(0.0, 0.0)
            ticks = round(self._amount * change.ticks * self._place.quarter / RESOLUTION)
            ticks = self._within_step([notes[i] for i in group], ticks, limits)
            for i in group:
                note = notes[i].note
                end = None if note.end is None else self._swung(note.end) + ticks
                velocity = note.velocity
                if deviations:
                    velocity = louder(velocity, self._amount, deviations[i])
                result[note.on] = Move(self._swung(note.start) + ticks, end, velocity)
        return result

    def _within_step(self, notes: Sequence[_Played], ticks: int, limits: NoteLimits) -> int:
        """A deviation that keeps notes of one step in it and in their limits; 0 if none does."""
        half = self._place.quarter / self._phrase.meter.steps_per_quarter / 2
        middle = self._place.start + 2 * notes[0].step * half
        first, end = (math.ceil(self._moved(middle + side)) for side in (-half, half))
        ranges = [
            (max(first, earliest) - start, min(end - 1, end if latest is None else latest) - start)
            for earliest, latest, start in self._with_limits(notes, limits)
        ]
        least, most = max(low for low, _ in ranges), min(high for _, high in ranges)
        return max(least, min(most, ticks)) if least <= most else 0

    def _with_limits(
        self, notes: Sequence[_Played], limits: NoteLimits
    ) -> Iterator[tuple[int, int | None, int]]:
        for one in notes:
            yield (*limits[one.note.on], self._swung(one.note.start))

    def _swung(self, tick: int) -> int:
        """The tick at which swing plays another; outside of the steps nothing moves."""
        grid = self._phrase.meter.steps_per_quarter
        if (
            self._place.tick(self._steps.start - 1, grid)
            <= tick
            <= self._place.tick(self._steps.stop, grid)
        ):
            return round(self._moved(tick))
        return tick

    def _moved(self, tick: float) -> float:
        """The same, unrounded and anywhere."""
        place = self._place
        lead = self._phrase.lead_in / self._phrase.meter.steps_per_quarter
        quarters = (tick - place.start) / place.quarter + lead
        return place.start + (self._swing.move(quarters) - lead) * place.quarter
