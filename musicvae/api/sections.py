"""The sections of a file, one for each meter: what a model reads of each, and the file whole again.

All sections are read from the same track. A section in which the model's parts rest, or which is
shorter than a bar, stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..codecs.pitch_range import fit_range, move_back
from ..codecs.track_selection import MELODY_SELECTORS, Track
from ..engine import Player
from ..errors import RequestError
from ..generation.source import generated_parts
from ..presets import DRUM_MODEL
from ..score.melody_extraction import is_drums, melody_number, part_numbers
from ..score.phrase import Phrase
from .inputs import Opened, add_notices, naming, notices_of
from .songs import (
    ACCOMPANIMENT,
    Selection,
    number_parts,
    put_into_song,
    select_bars,
    unread_notes,
)


@dataclass(frozen=True)
class Section:
    """The parts of one section that a model reads.

    Attributes:
        phrase: within the pitches of the codec.
        moved: semitones by which each part was moved to be so; see `fit_range`.
        unread: part, step and pitch of the notes that it does not read.
        is_new: True if its parts are new, and silent until something is drawn for them.
    """

    phrase: Phrase
    moved: tuple[int, ...]
    unread: frozenset[tuple[int, int, int]] = frozenset()
    is_new: bool = False

    @property
    def has_music(self) -> bool:
        """True if there is a bar of music in it, or will be."""
        return self.phrase.bars > 0 and (self.is_new or not self.phrase.is_silent)


@dataclass(frozen=True)
class Sections:
    """All sections of some music in order, and the number of the main one, from 0."""

    items: tuple[Section, ...]
    main: int

    def join(self, phrases: Sequence[Phrase], main: int | None = None) -> Phrase:
        """The result of the main section, or of another, with the others before and after it.

        Parts that were moved by octaves are moved back; the recipe records it for `replay`.
        """
        results = [
            move_back(phrase, section.moved)
            for phrase, section in zip(phrases, self.items, strict=True)
        ]
        return join_sections(results, self.main if main is None else main % len(results))

    @property
    def to_work_on(self) -> list[tuple[Phrase, bool]]:
        """Each section, and whether a verb works on it: it has music or is the main one."""
        worked_on = [
            (section.phrase, number == self.main or section.has_music)
            for number, section in enumerate(self.items)
        ]
        # what is not worked on is not written into the song
        return [
            (phrase if works else replace(phrase, song=None), works) for phrase, works in worked_on
        ]

    @property
    def bars(self) -> int:
        """Bars of all sections."""
        return sum(section.phrase.bars for section in self.items)


def join_sections(phrases: Sequence[Phrase], main: int) -> Phrase:
    """One of the sections with the others before and after it, and the notices of all."""
    before, after = tuple(phrases[:main]), tuple(phrases[main + 1 :])
    return replace(phrases[main], before=before, after=after, notices=notices_of(phrases))


def select_main(player: Player, opened: Opened, selection: Selection) -> Section:
    """The parts of the section with most notes that a model reads; errors name the file.

    Raises:
        RequestError: there are no such bars or no such track, it has no notes, or no part is of the
            kind that the model reads.
    """
    with naming(opened):
        cut = select_bars(player.digest, opened, selection)
        asked = _Asked(_track_in_bars(player, opened, selection), selection.track is not None)
        section = _select(player, cut, cut.main, asked)
        others = [Section(phrase, (), unread_notes(phrase, Phrase(), ())) for phrase in cut.phrases]
        others[cut.main_number] = section
        return _into_song(player, cut, others, selection)[cut.main_number]


def select_sections(player: Player, opened: Opened, selection: Selection) -> Sections:
    """The parts of every section that a model reads, from the same track; see `select_main`."""
    with naming(opened):
        cut = select_bars(player.digest, opened, selection)
        asked = _Asked(_track_in_bars(player, opened, selection), selection.track is not None)
        number, main = _first_readable(player, cut, asked)
        main_phrase = cut.phrases[number]
        several = len(cut.phrases) > 1
        same = _same_track(player, main_phrase, asked.track) if several else None
        items = []
        for i, phrase in enumerate(cut.phrases):
            # the pieces of a type 2 file have other parts: a number means nothing in another one
            is_alike = _part_names(phrase) == _part_names(main_phrase)
            here = replace(asked, track=same) if is_alike else asked
            items.append(main if i == number else _read_or_rest(player, cut, phrase, here, main))
        return Sections(tuple(_into_song(player, cut, items, selection)), number)


@dataclass(frozen=True)
class _Asked:
    """The track to read, and whether the caller named it."""

    track: Track
    is_named: bool


def _track_in_bars(player: Player, opened: Opened, selection: Selection) -> Track:
    """The track to read; in some of the bars, the melody is the one of the whole music."""
    if selection.bars is None or selection.track is not None:
        return selection.track
    return _same_track(player, opened.main, None)


def _into_song(
    player: Player, opened: Opened, sections: Sequence[Section], selection: Selection
) -> list[Section]:
    """The sections with their song; see `songs.put_into_song`."""
    phrases = put_into_song(
        opened,
        [section.phrase for section in sections],
        [section.unread for section in sections],
        selection,
        player.codec.has_chords,
    )
    return [replace(s, phrase=phrase) for s, phrase in zip(sections, phrases, strict=True)]


def _first_readable(player: Player, opened: Opened, asked: _Asked) -> tuple[int, Section]:
    """Number and parts of the section with most notes, or of the next one that can be read.

    Raises:
        RequestError: none can be read; the error is about the one with most notes.
    """
    number = opened.main_number
    counts = [sum(len(part.notes) for part in phrase.parts) for phrase in opened.phrases]
    order = sorted(range(len(counts)), key=lambda i: (i != number, -counts[i]))
    errors = []
    for i in order:
        try:
            phrase = opened.main if i == number else opened.phrases[i]
            return i, _select(player, opened, phrase, asked)
        except RequestError as error:
            errors.append(error)
    raise errors[0]


def _select(player: Player, opened: Opened, phrase: Phrase, asked: _Asked) -> Section:
    """The parts that were asked for, of a section that has notes of them; see `select_main`."""
    section = _read(player, opened, phrase, asked)
    if asked.is_named and section.phrase.is_silent and not phrase.is_silent:
        raise RequestError(f"track {asked.track!r} has no notes")
    return section


def _read_or_rest(
    player: Player, opened: Opened, phrase: Phrase, asked: _Asked, main: Section
) -> Section:
    """The parts of a section other than the main one; silent if it has none of them."""
    try:
        return _read(player, opened, phrase, asked)
    except RequestError:
        return _silent(phrase, main)


def _read(player: Player, opened: Opened, phrase: Phrase, asked: _Asked) -> Section:
    """The parts of a track, or those that this model made unless the track was named."""
    if asked.is_named and asked.track is not None:
        _check_kind(player, phrase, asked.track)
    numbered = number_parts(phrase)
    made_here = None if asked.is_named else generated_parts(player, numbered)
    source = replace(made_here or numbered, notices=())
    selected = source if made_here else player.codec.select(source, asked.track)
    names = ACCOMPANIMENT if made_here and player.codec.has_chords else ()
    fitted, moved = fit_range(selected, player.codec)
    notices = add_notices(fitted, phrase.notices, opened.name)
    return Section(notices, moved, unread_notes(numbered, selected, names))


def _check_kind(player: Player, phrase: Phrase, track: str | int) -> None:
    """Raise RequestError if a track of drums was chosen for a model of pitches."""
    if player.codec.pitches and is_drums(phrase, track):
        raise RequestError(
            f"track {track!r} is drums, which this model does not read: take a model of drums, "
            f"such as {DRUM_MODEL} (--model {DRUM_MODEL})"
        )


def _silent(phrase: Phrase, main: Section) -> Section:
    """The parts of the main section, silent in another one, which has none of them."""
    parts = tuple(replace(part, notes=(), lost=()) for part in main.phrase.parts)
    silent = replace(phrase, parts=parts, chords=(), recipe=None)
    return Section(silent, (0,) * len(parts), unread_notes(phrase, silent, ()))


def _same_track(player: Player, main: Phrase, track: Track) -> Track:
    """The track to read in all sections, by numbers; None for codecs that read all parts."""
    if track is not None:
        return "+".join(map(str, part_numbers(main, track)))
    return melody_number(main) if player.codec.select in MELODY_SELECTORS else None


def _part_names(phrase: Phrase) -> list[str]:
    return [part.name for part in phrase.parts]
