"""The parts that a model reads, at their place in their file, so that it can be written whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ..errors import RequestError
from ..midi.own_format import BASS, CHORDS, SIGNATURE
from ..midi.reader import main_phrase, read_midi_data
from ..midi.song_events import read_song, song_notes
from ..midi.writer import midi_bytes
from ..score.bar_range import BarRange, BarsLike, parse_bars
from ..score.phrase import Phrase
from ..score.song import Key, Place, Player, Song
from ..score.windows import cut_phrase, first_bars
from .inputs import Music, Opened
from .inputs import open as open_music

ACCOMPANIMENT = (CHORDS, BASS)


@dataclass(frozen=True)
class Selection:
    """What of some music is read, and what of it comes back.

    Attributes:
        track: the parts to read; see `melody_extraction.part_numbers`. None leaves it to the model.
        bars: the bars to read; None for all.
        only: True if the new part comes back alone, without the rest of its file.
        again: True if the part that this model made last is read again, where it stands.
        in_song: True if the part goes into its file even if the model reads all of it.
    """

    track: str | int | None = None
    bars: BarRange | None = None
    only: bool = False
    again: bool = True
    in_song: bool = False

    @classmethod
    def of(
        cls,
        track: str | int | None,
        bars: BarsLike | None = None,
        only: bool = False,
        again: bool = True,
    ) -> Selection:
        """A selection from the options of a verb.

        Raises:
            RequestError: the bars are no range.
        """
        return cls(track, None if bars is None else parse_bars(bars), only, again)


def select_bars(model: str, opened: Opened, selection: Selection) -> Opened:
    """The music with the bars of a selection alone, or with the part that a model made last.

    Args:
        model: its digest.

    Raises:
        RequestError: it does not have these bars.
    """
    if not selection.only and (selection.bars or any(phrase.song for phrase in opened.phrases)):
        opened = as_file(opened)
    if selection.bars:
        return _cut(opened, selection.bars)
    made = opened.new_parts if selection.again and selection.track is None else ()
    if made and all(_is_made_by(model, phrase) for phrase in made):
        phrases = tuple(replace(phrase, notices=opened.notices) for phrase in made)
        return replace(opened, phrases=phrases, main=main_phrase(phrases))
    return opened


def _is_made_by(model: str, phrase: Phrase) -> bool:
    recipe = phrase.recipe
    return recipe is not None and recipe.model == model and recipe.notes == phrase.fingerprint


def as_file(opened: Opened) -> Opened:
    """The music as it is read from its file, or from the one that it would be written as."""
    if opened.data is not None:
        return opened
    return open_music(midi_bytes(_whole(opened)), name=opened.name)


def open_song(source: Music, only: bool, bpm: float) -> Opened:
    """Some music; a part in a song is read from the file that it makes, unless it is alone."""
    opened = open_music(source, bpm=bpm)
    if not only and any(phrase.song for phrase in opened.phrases):
        opened = as_file(opened)
    return opened


def _whole(opened: Opened) -> Phrase:
    """The main phrase with the others before and after it."""
    number = opened.main_number
    before, after = opened.phrases[:number], opened.phrases[number + 1 :]
    return replace(opened.main, before=before, after=after)


def _cut(opened: Opened, bars: BarRange) -> Opened:
    """The bars of some music, in each of its sections that has some of them."""
    phrases = [
        _cut_phrase(phrase, steps)
        for phrase, steps in zip(opened.phrases, steps_of_bars(opened, bars), strict=True)
        if steps
    ]
    return replace(opened, phrases=tuple(phrases), main=main_phrase(phrases))


def steps_of_bars(opened: Opened, bars: BarRange) -> list[range]:
    """The steps of each section that are in some bars.

    Raises:
        RequestError: the music does not have all of the bars.
    """
    places = [phrase.place or Place(0, 1, ()) for phrase in opened.phrases]
    ends = [place.bar + p.bars - 1 for p, place in zip(opened.phrases, places, strict=True)]
    if bars[1] > max(ends):
        text = f"{bars[0]}-{bars[1]}" if bars[0] < bars[1] else bars[0]
        raise RequestError(f"There are no bars {text} in it: it has {max(ends):,}.")
    steps = []
    for phrase, place, end in zip(opened.phrases, places, ends, strict=True):
        first, last = max(bars[0], place.bar), min(bars[1], end)
        bar = phrase.meter.steps_per_bar
        start, stop = (phrase.pickup + (n - place.bar) * bar for n in (first, last + 1))
        steps.append(range(start, stop))
    if not any(steps):
        raise RequestError(f"Bars {bars[0]} to {bars[1]} are in a meter that cannot be read.")
    return steps


def _cut_phrase(phrase: Phrase, steps: range) -> Phrase:
    """Whole bars of a section, at their place."""
    place = phrase.place or Place(0, 1, ())
    cut = cut_phrase(phrase, steps.start + phrase.lead_in, steps.stop + phrase.lead_in)
    bar = place.bar + (steps.start - phrase.pickup) // phrase.meter.steps_per_bar
    tick = place.tick(steps.start, phrase.meter.steps_per_quarter)
    moved = replace(place, start=tick, bar=bar, tempo=cut.tempos[0].microseconds)
    return replace(cut, notices=phrase.notices, place=moved)


_Unread = frozenset[tuple[int, int, int]]
"""Part, step and pitch of notes."""


def number_parts(phrase: Phrase) -> Phrase:
    """The phrase with its parts numbered as sources; unchanged if it knows them from its song."""
    if phrase.song:
        return phrase
    parts = (replace(part, sources=(number,)) for number, part in enumerate(phrase.parts))
    return replace(phrase, parts=tuple(parts))


def unread_notes(phrase: Phrase, selected: Phrase, accompaniment: Collection[str]) -> _Unread:
    """The notes of a phrase that are in no selected part.

    Args:
        accompaniment: names of parts that belong to the selected ones.
    """
    read = {
        (source, note.start, note.pitch)
        for part in selected.parts
        for source in part.sources
        for note in part.notes
    }
    return (
        frozenset(
            (number, note.start, note.pitch)
            for number, part in enumerate(phrase.parts)
            for note in part.notes
            if part.name not in accompaniment
        )
        - read
    )


def put_into_song(
    opened: Opened,
    selected: Sequence[Phrase],
    unread: Sequence[_Unread],
    selection: Selection,
    has_chords: bool,
) -> list[Phrase]:
    """Selected phrases, each with the song and its place in it, if there is more in the song.

    Args:
        selected: what a model reads of each phrase of the music.
        unread: the notes of each phrase that it does not read.
        has_chords: True if the model reads chords, and writes others.
    """
    if selection.only or any(phrase.song for phrase in opened.phrases):
        return [*selected]
    data, phrases = opened.data, opened.phrases
    is_all = not (selection.bars or selection.in_song or any(unread))
    if is_all and (data is None or data == midi_bytes(_whole(opened))):
        return [*selected]
    if data is None:
        data = midi_bytes(_whole(opened))
        phrases = tuple(read_midi_data("The music", data))
    song = read_song(data)
    added = _accompaniment(opened)
    placed = []
    for phrase, chosen, left in zip(phrases, selected, unread, strict=True):
        place = phrase.place or Place(0, 1, ())
        numbers = (
            (name, number) for number, one in enumerate(place.players) if (name := added.get(one))
        )
        place = replace(
            place,
            kept=_kept(song, place, chosen, left),
            accompaniment=tuple(numbers),
            has_chords=has_chords,
        )
        notices = (*chosen.notices, *_merged(chosen, opened.name))
        whole = first_bars(chosen, _whole_bars(chosen, place))
        placed.append(replace(whole, song=song, place=place, notices=notices))
    return placed


def _whole_bars(phrase: Phrase, place: Place) -> int:
    """Bars of a phrase that are complete before the meter changes; the rest of a bar stays."""
    meter = phrase.meter
    steps = phrase.steps
    if place.end is not None:
        steps = min(steps, place.step(place.end, meter.steps_per_quarter))
    return max(0, steps - phrase.pickup) // meter.steps_per_bar


def _merged(selected: Phrase, name: str | None) -> Iterator[str]:
    """A notice for each part that was read from several tracks, and so is written into one."""
    for part in selected.parts:
        first, *others = (str(source + 1) for source in part.sources or (0,))
        if others:
            head = f"{name}: " if name else ""
            tracks = f"{', '.join([first, *others[:-1]])} and {others[-1]}"
            yield f"{head}tracks {tracks} were read as one part, which now stands in track {first}"


def _accompaniment(opened: Opened) -> dict[Player, str]:
    """Names of the parts that musicvae added to the parts of a model, by their players."""
    if made := opened.new_parts:
        places = [phrase.place for phrase in made if phrase.place]
        return {place.players[n]: name for place in places for name, n in place.accompaniment}
    if opened.data and SIGNATURE.encode() not in opened.data:
        return {}
    return {
        player: part.name
        for phrase in opened.phrases
        if phrase.place
        for part, player in zip(phrase.parts, phrase.place.players, strict=False)
        if part.name in ACCOMPANIMENT
    }


def _kept(song: Song, place: Place, selected: Phrase, unread: _Unread) -> frozenset[Key]:
    """The notes of the song that the selected parts share a player with, and that stay."""
    sources = {source for part in selected.parts for source in part.sources}
    grid = selected.meter.steps_per_quarter
    kept: set[Key] = set()
    for source in sources & {number for number, _, _ in unread}:
        player = place.players[source]
        for note in song_notes(song.tracks[player.track], player.channels):
            if (source, place.step(note.start, grid), note.pitch) in unread:
                kept.add((player.track, note.channel, note.start, note.pitch))
    return frozenset(kept)
