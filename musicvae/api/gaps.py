"""Bars of a song in which something new is drawn, in all its sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..errors import RequestError
from ..generation.infill import Steps
from ..performance.render import Rendering, render
from ..score.bar_range import BarRange
from ..score.phrase import Part, Phrase
from ..score.song import Place
from .inputs import Opened, naming
from .sections import Sections

Draw = Callable[[Phrase, Sequence[Steps]], list[Phrase]]
"""Alternatives of a phrase with other music in some of its bars."""


@dataclass(frozen=True)
class OpenSong:
    """Some music, and the bars of it in which something is drawn.

    Attributes:
        sections: what a model reads of it.
        gaps: bars of each section, in order.
    """

    opened: Opened
    sections: Sections
    gaps: tuple[tuple[Steps, ...], ...]

    @classmethod
    def create(
        cls, opened: Opened, sections: Sections, ranges: Sequence[BarRange] | None
    ) -> OpenSong:
        """The gaps of ranges of bars; None for all.

        Raises:
            RequestError: the music has no such bars, or they are in a meter that is not read.
        """
        phrases = [phrase for phrase, _ in sections.to_work_on]
        if ranges is None:
            ends = [phrase.steps + phrase.lead_in for phrase in phrases]
            return cls(opened, sections, tuple(((0, end),) if end else () for end in ends))
        with naming(opened):
            _check_ranges(phrases, ranges)
        return cls(opened, sections, tuple(_gaps(phrase, ranges) for phrase in phrases))

    def with_part(self, part: Part) -> OpenSong:
        """The same with a new part in place of those that were read, which stay as they are."""
        items = (
            replace(section, phrase=replace(section.phrase, parts=(part,)), moved=(0,))
            for section in self.sections.items
        )
        return replace(self, sections=replace(self.sections, items=tuple(items)))

    def draw(self, draw: Draw, n: int) -> list[list[Phrase]]:
        """Alternatives of all sections, as many as there are of each; errors name the file."""
        with naming(self.opened):
            drawn = [
                draw(replace(phrase, recipe=None), gaps)
                if gaps
                else [replace(phrase, recipe=None, song=None)] * n
                for (phrase, _), gaps in zip(self.sections.to_work_on, self.gaps, strict=True)
            ]
        return [[*row] for row in zip(*drawn, strict=False)]

    def beside(self, phrase: Phrase) -> Phrase:
        """The phrase with a notice about pitched parts that are not read, and play on beside it."""
        names: dict[str, None] = {}
        for whole, section in zip(self.opened.phrases, self.sections.items, strict=True):
            for number in sorted({number for number, _, _ in section.unread}):
                part = whole.parts[number]
                if not part.is_drum:
                    names[part.name or f"track {number + 1}"] = None
        if not names:
            return phrase
        head = f"{self.opened.name}: " if self.opened.name else ""
        notice = f"{head}the new chords are played beside what {', '.join(names)} plays"
        return replace(phrase, notices=(*phrase.notices, notice))

    def put_in(
        self, phrases: Sequence[Phrase], given: tuple[int, ...] = (), has_chords: bool = False
    ) -> Phrase:
        """One alternative, of which the gaps alone are written into the song.

        Args:
            given: numbers of parts that stay as they are.
            has_chords: True if chords and accompaniment are new, too.
        """
        placed = []
        for phrase, gaps in zip(phrases, self.gaps, strict=True):
            if not has_chords:
                phrase = render(phrase, Rendering())  # nothing but what was drawn
            if phrase.place and gaps:
                lead = phrase.lead_in
                new = tuple((max(0, start - lead), stop - lead) for start, stop in gaps)
                place = replace(phrase.place, new=new, given=given)
                if not has_chords:
                    place = replace(place, has_chords=False, accompaniment=())
                phrase = replace(phrase, place=place)
            placed.append(phrase)
        filled = [number for number, gaps in enumerate(self.gaps) if gaps]
        main = self.sections.main if self.gaps[self.sections.main] else filled[0]
        return self.sections.join(placed, main)


def _check_ranges(phrases: Sequence[Phrase], ranges: Sequence[BarRange]) -> None:
    """Raise RequestError if some bars are in none of the phrases."""
    last_bar = max(_first_bar(phrase) + phrase.bars - 1 for phrase in phrases)
    if ranges[-1][1] > last_bar:
        raise RequestError(
            f"there is no bar {ranges[-1][1]} in it: it has {last_bar:,} (extend adds bars)"
        )
    for bars in ranges:
        if not any(_gaps(phrase, [bars]) for phrase in phrases):
            raise RequestError(f"bars {bars[0]} to {bars[1]} are in a meter that cannot be read")


def _first_bar(phrase: Phrase) -> int:
    return (phrase.place or Place(0, 1, ())).bar


def _gaps(phrase: Phrase, ranges: Sequence[BarRange]) -> tuple[Steps, ...]:
    """The steps of the bars that a phrase has of some ranges."""
    first_bar, bar = _first_bar(phrase), phrase.meter.steps_per_bar
    zero = first_bar - bool(phrase.pickup)
    gaps = []
    for first, last in ranges:
        start, stop = max(first, first_bar), min(last + 1, first_bar + phrase.bars)
        if start < stop:
            gaps.append(((start - zero) * bar, (stop - zero) * bar))
    return tuple(gaps)
