"""The text about the new part of a song, from which `replay` knows where it is.

It stands in the file once for each section that was replaced: its place, grid and length, who
plays its parts, and the recipe. The notes are read from the file.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from ..score.phrase import ChordChange, Note, Part, Phrase, Tempo
from ..score.provenance import parse_recipe
from ..score.song import Place, Player, Song
from ..theory.chords import find_chord_symbols, parse_chord, symbol
from ..theory.meter import RESOLUTION, Meter
from .events import MARKER, TEXT
from .own_format import MAX_MODEL_PARTS
from .sections import MAX_SEGMENT_BARS
from .song_events import SongNote, meta_data, song_notes
from .song_notes import TrackEditor
from .text import decode_text

SONG = "musicvae-song:"
"""Prefix of the text event, before its JSON."""

MAX_NOTES = 200_000
"""Most notes of all new parts together, as many as a file may have."""

MAX_TICK = 2**40
"""Latest start of a new part; no file is so long."""

_About = Mapping[str, Any]


def is_chord_symbol(event: bytes) -> bool:
    """Return True for a marker with a chord symbol."""
    data = meta_data(event, MARKER)
    return data is not None and bool(find_chord_symbols([(0, decode_text(data))]))


def song_text(
    section: Phrase,
    place: Place,
    playing: Sequence[Player | None],
    tracks: Sequence[TrackEditor],
) -> str:
    """The text about a phrase that was put into a song.

    Args:
        playing: the player of each part; None for a silent part that was not added.
        tracks: the events of the song, without the new notes.
    """
    assert section.recipe is not None
    prints = section.leading_fingerprints(MAX_MODEL_PARTS)
    made = next((n for n, text in enumerate(prints) if text == section.recipe.notes), 0)
    pairs = [*zip(section.parts, playing, strict=True)]
    accompaniment = {name: place.players[number] for name, number in place.accompaniment}
    accompaniment |= {part.name: player for part, player in pairs[made:] if player}
    given = [
        [[n.start, n.duration, n.pitch, n.velocity, n.offset] for n in part.notes]
        for part in section.parts[:made]
    ]
    about = {
        "version": 1,
        "meter": [section.meter.numerator, section.meter.denominator],
        "grid": section.meter.steps_per_quarter,
        "bars": section.bars,
        "pickup": section.pickup,
        "tempo": section.tempos[0].microseconds,
        "chords": [[change.step, symbol(change.chord)] for change in section.chords],
        "offsets": any(note.offset for part in section.parts for note in part.notes),
        "start": place.start,
        "quarter": float(place.quarter),
        "new": place.new,
        "given_parts": place.given,
        "has_chords": place.has_chords,
        "parts": [_about_part(part, player, place) for part, player in pairs[:made]],
        "accompaniment": [
            [name, [player.track, player.channels]] for name, player in accompaniment.items()
        ],
        "kept": sorted(place.kept & _present(place, tracks)) if place.kept else [],
        "given": [
            [n for n in notes if number in place.given or not place.is_new(n[0])]
            for number, notes in enumerate(given)
        ],
        "recipe": json.loads(section.recipe.to_text()),
    }
    return SONG + json.dumps(about, separators=(",", ":"), sort_keys=True)


def _about_part(part: Part, player: Player | None, place: Place) -> _About:
    """A part and its players: the one that plays it first, then those that it was read from."""
    read = [place.players[source] for source in part.sources]
    players = read or ([player] if player else [])
    return {
        "name": part.name,
        "program": part.program,
        "changes": part.program_changes,
        "drums": part.is_drum,
        "players": [[one.track, one.channels] for one in players],
    }


def _present(place: Place, tracks: Sequence[TrackEditor]) -> set[tuple[int, int, int, int]]:
    """The notes that the players of a place have among the events that were kept."""
    return {
        (player.track, note.channel, note.start, note.pitch)
        for player in place.players
        for note in song_notes(tracks[player.track].kept, player.channels)
    }


def read_new_parts(song: Song) -> list[Phrase]:
    """The new parts of a song, with their recipes and places; empty if it has none.

    A text that cannot be read is passed over.
    """
    texts = (meta_data(event, TEXT) for track in song.tracks[:1] for _, event in track)
    prefix = SONG.encode()
    notes = _Notes(song)
    phrases = []
    for text in texts:
        if text is None or not text.startswith(prefix):
            continue
        try:
            phrases.append(_read(song, json.loads(text.removeprefix(prefix)), notes))
        except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
            continue
    return phrases


class _Notes:
    """The notes of all tracks of a song, of which so many are given out."""

    def __init__(self, song: Song) -> None:
        self._song = song
        self._notes: dict[int, list[SongNote]] = {}
        self._left = MAX_NOTES

    def of(self, player: Player, first: int, end: int) -> list[SongNote]:
        """The notes of a player that begin from the tick `first` until before `end`.

        Raises:
            ValueError: too many notes were asked for.
        """
        if player.track not in self._notes:
            self._notes[player.track] = song_notes(self._song.tracks[player.track], range(16))
        notes = self._notes[player.track]
        low, high = (bisect_left(notes, (tick,)) for tick in (first, end))
        self._left -= high - low
        if self._left < 0:
            raise ValueError
        return [note for note in notes[low:high] if note.channel in player.channels]


def _read(song: Song, about: _About, notes: _Notes) -> Phrase:
    """The phrase that a text is about.

    Raises:
        ValueError and others: the text is damaged, or does not fit the notes.
    """
    meter = Meter(*map(int, [*about["meter"], about["grid"]]))
    recipe = parse_recipe(json.dumps(about["recipe"]))
    if recipe is None or about["version"] != 1 or not 0 <= about["bars"] <= MAX_SEGMENT_BARS:
        raise ValueError
    parts_players = [[_player(song, one) for one in part["players"]] for part in about["parts"]]
    others = [(str(name), _player(song, player)) for name, player in about["accompaniment"]]
    players = [one for part_players in parts_players for one in part_players]
    place = Place(
        start=int(about["start"]),
        quarter=float(about["quarter"]),
        players=(*players, *(player for _, player in others)),
        tempo=int(about["tempo"]),
        new=_ranges(about["new"]),
        given=tuple(map(int, about["given_parts"])),
        kept=frozenset((int(t), int(c), int(tick), int(p)) for t, c, tick, p in about["kept"]),
        accompaniment=tuple((name, len(players) + i) for i, (name, _) in enumerate(others)),
        has_chords=bool(about["has_chords"]),
        is_written=True,
    )
    is_in_range = 0 <= place.start < MAX_TICK and 0.5 <= place.quarter < MAX_TICK
    if not is_in_range:
        raise ValueError
    empty = Phrase(meter, int(about["bars"]), int(about["pickup"]))
    parts: list[Part] = []
    numbers = iter(range(len(players)))
    for number, (part, part_players, given) in enumerate(
        zip(about["parts"], parts_players, about["given"], strict=True)
    ):
        old = (Note(*map(int, note)) for note in given)
        read = () if number in place.given else part_players
        new = _new_notes(empty, place, read, notes, has_offsets=bool(about["offsets"]))
        sources = tuple(islice(numbers, len(part_players)))
        parts.append(replace(_empty_part(part), notes=(*old, *new), sources=sources))
    return replace(
        empty,
        parts=tuple(parts),
        tempos=(Tempo(0, place.tempo),),
        chords=tuple(ChordChange(int(step), parse_chord(text)) for step, text in about["chords"]),
        recipe=recipe,
        place=place,
        song=song,
    )


def _ranges(about: Any) -> tuple[tuple[int, int], ...] | None:
    """Ranges of steps."""
    return None if about is None else tuple((int(start), int(stop)) for start, stop in about)


def _empty_part(about: _About) -> Part:
    changes = tuple((int(step), int(program)) for step, program in about["changes"])
    name, program = str(about["name"]), int(about["program"])
    return Part((), program, bool(about["drums"]), name, program_changes=changes)


def _player(song: Song, about: Any) -> Player:
    """A player of a song from its track and channels.

    Raises:
        ValueError: the song has no such track.
    """
    track, channels = int(about[0]), tuple(int(channel) for channel in about[1])
    if not 0 <= track < len(song.tracks) or not all(0 <= channel < 16 for channel in channels):
        raise ValueError
    if not channels:
        raise ValueError
    return Player(track, channels)


def _new_notes(
    phrase: Phrase, place: Place, players: Sequence[Player], notes: _Notes, *, has_offsets: bool
) -> Iterable[Note]:
    """The notes of a part in the steps that are new, without those that were kept."""
    meter = phrase.meter
    half = place.quarter / meter.steps_per_quarter
    first, end = (round(place.start + step * half) for step in (-1, phrase.steps + 1))
    for player in players:
        for note in notes.of(player, first, end):
            step = place.step(note.start, meter.steps_per_quarter)
            key = player.track, note.channel, note.start, note.pitch
            if not 0 <= step < phrase.steps or not place.is_new(step):
                continue
            if key in place.kept or note.end is None:
                continue
            stop = max(step + 1, place.step(note.end, meter.steps_per_quarter))
            ticks = round((note.start - place.start) * RESOLUTION / place.quarter)
            offset = ticks - step * meter.step_ticks if has_offsets else 0
            yield Note(step, stop - step, note.pitch, note.velocity, offset)
