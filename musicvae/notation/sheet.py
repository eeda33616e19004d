"""A score as it is written: bars, parts, staves, voices, and the symbols in them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ..theory.chords import Chord
from ..theory.key_signature import KeySignature
from ..theory.meter import Meter
from .rhythm import Piece, bar_units, triplets, write_span
from .staves import Clef
from .voices import Sound


@dataclass(frozen=True)
class Bar:
    """A bar and what stands above it.

    Attributes:
        start: units from the start of the piece to where the bar begins, or would begin if its
            pick-up were whole.
        first: units from there to its first note or rest; above 0 in a pick-up.
        meter: of the bar.
        label: its number.
        signature: its key.
        tempos: units from `start`, and microseconds per quarter.
        chords: units from `start`, and the chord from there on.
    """

    start: int
    first: int
    meter: Meter
    label: str
    signature: KeySignature
    tempos: tuple[tuple[int, int], ...] = ()
    chords: tuple[tuple[int, Chord | None], ...] = ()

    @property
    def end(self) -> int:
        """Units from `start` to the end of the bar."""
        return bar_units(self.meter)


@dataclass(frozen=True)
class Symbol:
    """A note, a chord or a rest, in units from the start of its bar.

    Attributes:
        pitches: from low to high; none in a rest.
        tied_from, tied_to: True if it goes on from the symbol before, or in the one after.
        is_bar: True for the rest that fills a whole bar, and has no value of its own.
    """

    piece: Piece
    pitches: tuple[int, ...] = ()
    tied_from: bool = False
    tied_to: bool = False
    is_bar: bool = False


Voice = list[list[Symbol]]
"""The symbols of each bar; none where the voice is silent."""


@dataclass(frozen=True)
class Staff:
    """A clef and the voices below it, from the highest to the lowest; there is at least one."""

    clef: Clef
    voices: list[list[Sound]]


@dataclass(frozen=True)
class SheetPart:
    """A part.

    Attributes:
        name: as it stands before the first bar.
        channel: MIDI channel, from 1.
        program: General MIDI program at the start.
        programs: units from the start of the piece, and the program from there on.
    """

    name: str
    channel: int
    program: int
    is_drum: bool
    staves: list[Staff]
    programs: list[tuple[int, int]]

    def programs_in(self, bar: Bar) -> list[tuple[int, int]]:
        """Units from the start of a bar, and the program from there on."""
        low, high = (bisect_left(self.programs, (bar.start + at,)) for at in (bar.first, bar.end))
        return [(at - bar.start, program) for at, program in self.programs[low:high]]


@dataclass(frozen=True)
class Sheet:
    """A score."""

    title: str
    bars: list[Bar]
    parts: list[SheetPart]


def write_voice(
    sounds: Sequence[Sound], bars: Sequence[Bar], cuts: Sequence[Collection[int]] | None = None
) -> Voice:
    """The symbols of a voice in each bar: its sounds with ties over bar lines, and rests between.

    Args:
        cuts: places in each bar at which a symbol has to begin.
    """
    voice: Voice = []
    number = 0
    for index, bar in enumerate(bars):
        inside = []
        while number < len(sounds) and sounds[number].start < bar.start + bar.end:
            inside.append(sounds[number])
            if sounds[number].end > bar.start + bar.end:
                break
            number += 1
        voice.append(_write_bar(inside, bar, cuts[index] if cuts else ()))
    return voice


def silent_bar(bar: Bar) -> list[Symbol]:
    """The rest that fills a bar, or those of a pick-up, which no single sign stands for."""
    if not bar.first:
        return [Symbol(Piece(0, bar.end), is_bar=True)]
    return [Symbol(piece) for piece in write_span(bar.first, bar.end, (), bar.meter, is_rest=True)]


def _write_bar(sounds: Sequence[Sound], bar: Bar, cuts: Collection[int]) -> list[Symbol]:
    if not sounds and not cuts:
        return []
    spans = [part for span in _spans(sounds, bar) for part in _cut(span, cuts)]
    edges = (edge for start, end, _ in spans for edge in (start, end))
    groups = triplets(edges, bar.first, bar.meter)
    symbols: list[Symbol] = []
    for start, end, sound in spans:
        pieces = write_span(start, end, groups, bar.meter, is_rest=not sound)
        for piece in pieces:
            symbol = Symbol(piece)
            if sound:
                tied_from = bar.start + piece.start > sound.start
                tied_to = bar.start + piece.end < sound.end
                symbol = Symbol(piece, sound.pitches, tied_from, tied_to)
            symbols.append(symbol)
    return symbols


_Span = tuple[int, int, Sound | None]


def _spans(sounds: Sequence[Sound], bar: Bar) -> Iterator[_Span]:
    """The sounds within a bar, and the silence between them."""
    now = bar.first
    for sound in sounds:
        start = max(sound.start - bar.start, bar.first)
        end = min(sound.end - bar.start, bar.end)
        if start > now:
            yield now, start, None
        yield start, end, sound
        now = end
    if now < bar.end:
        yield now, bar.end, None


def _cut(span: _Span, cuts: Collection[int]) -> Iterator[_Span]:
    start, end, sound = span
    for cut in sorted(cut for cut in cuts if start < cut < end):
        yield start, cut, sound
        start = cut
    yield start, end, sound
