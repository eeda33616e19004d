"""The method that writes drums into a song, after the rhythm of its other parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ..arguments import check_arguments
from ..arrays import IntArray
from ..config import SampleConfig
from ..constraints.parse import DensityLike
from ..engine import Player
from ..errors import RequestError
from ..generation.follow_rhythm import rhythm_of
from ..generation.seeding import check_request
from ..score.bar_range import BarRangesLike, parse_bar_ranges
from ..score.melody_extraction import part_numbers, pitched_parts
from ..score.phrase import Part, Phrase
from ..theory.drum_kit import DRUM_CLASS
from ..verbs import drumify
from .base import ConstraintOptions, ModelBase, sampling_of
from .gaps import OpenSong
from .inputs import Music, Opened, naming
from .sections import Section, Sections, select_sections
from .songs import Selection, open_song, put_into_song

DRUMS = Part(is_drum=True, name="Drums")
"""The new part."""


class DrummingVerbs(ModelBase):
    """drumify."""

    @check_arguments
    def drumify(
        self,
        source: Music,
        n: int = 1,
        *,
        bars: BarRangesLike | None = None,
        track: str | int | None = None,
        replace: bool = False,
        only: bool = False,
        temperature: float = SampleConfig.temperature,
        seed: int | None = None,
        bpm: float = 120.0,
        density: DensityLike | None = None,
    ) -> list[Phrase]:
        """Write drums that follow the rhythm of some music, as a part of their own.

        Strokes fall where notes begin, kicks and snares where they are loud and long or begin in
        several parts at once, and bars of one rhythm have much the same drums.

        Args:
            source: music of any kind.
            n: number of alternatives; the likeliest comes first.
            bars: the bars that get drums, as for `fill`; None for all.
            track: the parts whose rhythm the drums follow, by number (from 1) or name, or several:
                "2+3"; None for all parts that are not drums.
            replace: True if the new drums take the place of those of the music.
            only: return the drums alone.
            temperature, seed, bpm: as for `fill`.
            density: strokes in each bar, as for `generate`.

        Raises:
            MidiError, RequestError: the input cannot be used, it has no such bars or track, a
                number is out of range, or the model plays no drums.
        """
        sampling = sampling_of(temperature, seed, ConstraintOptions(density=density))
        check_request(self.player, "drumify", n, temperature)
        ranges = None if bars is None else parse_bar_ranges(bars)
        opened = open_song(source, only, bpm)
        with naming(opened):
            rhythms = _rhythms(opened, track)
        open_drums = _old_drums if replace else _new_drums
        sections = open_drums(self.player, opened, only)
        song = OpenSong.create(opened, sections, ranges)
        draws = [
            partial(drumify.drumify, self.player, n=n, sampling=sampling, rhythm=rhythm)
            for rhythm in rhythms
        ]
        results = [song.put_in(row) for row in song.draw_each(draws, n)]
        if replace or only:
            return results
        return [_with_notice_of_drums(opened, result) for result in results]


def _rhythms(opened: Opened, track: str | int | None) -> list[IntArray]:
    """The rhythm of some parts in each section, from the bar line before it.

    Raises:
        RequestError: there are no such parts, or they have no notes.
    """
    if track is None:
        pitched_parts(opened.main)  # an error if there are none
        played = [_of_pitched(phrase) for phrase in opened.phrases]
    else:
        numbers = part_numbers(opened.main, track)
        played = [_of_numbers(phrase, numbers) for phrase in opened.phrases]
    if all(phrase.is_silent for phrase in played):
        raise RequestError("there are no notes that drums could follow")
    return [rhythm_of(phrase) for phrase in played]


def _of_pitched(phrase: Phrase) -> Phrase:
    parts = (part for part in phrase.parts if not part.is_drum)
    return replace(phrase, parts=tuple(parts))


def _of_numbers(phrase: Phrase, numbers: Sequence[int]) -> Phrase:
    parts = (part for number in numbers for part in phrase.parts[number - 1 : number])
    return replace(phrase, parts=tuple(parts))


def _has_drums(opened: Opened) -> bool:
    parts = [part for phrase in opened.phrases for part in phrase.parts if part.is_drum]
    return any(note.pitch in DRUM_CLASS for part in parts for note in part.notes)


def _old_drums(player: Player, opened: Opened, only: bool) -> Sections:
    """The drums of some music; new ones if it has none."""
    if not _has_drums(opened):
        return _new_drums(player, opened, only)
    selection = Selection(only=only, again=False, in_song=True)
    sections = select_sections(player, opened, selection)
    # drums are written, too, into the sections that had none
    items = tuple(replace(section, is_new=True) for section in sections.items)
    return replace(sections, items=items)


def _new_drums(player: Player, opened: Opened, only: bool) -> Sections:
    """A silent part of drums in each section of some music.

    Raises:
        RequestError: the channel of drums is taken in the only track of its file.
    """
    silent = [replace(phrase, parts=(DRUMS,), chords=()) for phrase in opened.phrases]
    selection = Selection(only=only, in_song=True)
    nothing_unread: list[frozenset[tuple[int, int, int]]] = [frozenset()] * len(silent)
    placed = put_into_song(opened, silent, nothing_unread, selection, has_chords=False)
    has_one_track = any(phrase.song and phrase.song.kind != 1 for phrase in placed)
    if has_one_track and _has_drums(opened):
        with naming(opened):
            raise RequestError(
                "there is no room for new drums beside its own: put them in their place "
                "(--replace), or write them alone (--only)"
            )
    items = (Section(phrase, (0,), is_new=True) for phrase in placed)
    return Sections(tuple(items), opened.main_number)


def _with_notice_of_drums(opened: Opened, phrase: Phrase) -> Phrase:
    """The phrase with a notice about drums that play on beside the new ones."""
    if not _has_drums(opened):
        return phrase
    head = f"{opened.name}: " if opened.name else ""
    notice = f"{head}its drums play on beside the new ones; --replace puts these in their place"
    return replace(phrase, notices=(*phrase.notices, notice))
