"""Bars of a song in which something new is drawn, in all its sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..errors import RequestError
from ..generation.infill import Steps
from ..performance.render import Rendering
from ..score.bar_range import BarRange
from ..score.phrase import Part, Phrase
from ..score.song import Place
from .base import render, with_notice_of_silence
from .inputs import Opened, naming
from .sections import Sections
from .songs import steps_of_bars

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
            RequestError: the music has no such bars, they are in a meter that is not read, or the
                meter changes before their end.
        """
        phrases = [phrase for phrase, _ in sections.to_work_on]
        ends = [phrase.steps + phrase.lead_in for phrase in phrases]
        if ranges is None:
            return cls(opened, sections, tuple(((0, end),) if end else () for end in ends))
        with naming(opened):
            steps = zip(*(steps_of_bars(opened, bars) for bars in ranges), strict=True)
        gaps = []
        for phrase, end, of_phrase in zip(phrases, ends, steps, strict=True):
            starts = [
                (one.start + phrase.lead_in, one.stop + phrase.lead_in) for one in of_phrase if one
            ]
            gaps.append(tuple((start, min(stop, end)) for start, stop in starts if start < end))
        if not any(gaps):
            with naming(opened):
                raise RequestError("A change of meter cuts these bars short: ask for others.")
        return cls(opened, sections, tuple(gaps))

    def with_part(self, part: Part) -> OpenSong:
        """The same with a new part in place of those that were read, which stay as they are."""
        items = []
        for section in self.sections.items:
            phrase = replace(section.phrase, parts=(part,))
            if phrase.place:  # the new part shares no player with notes that stay
                phrase = replace(phrase, place=replace(phrase.place, kept=frozenset()))
            items.append(replace(section, phrase=phrase, moved=(0,), is_new=True))
        return replace(self, sections=replace(self.sections, items=tuple(items)))

    def played_parts(self) -> dict[int, str]:
        """Number, from 0, of each part that is read and begins a note in a gap, and its track."""
        played: dict[int, str] = {}
        for whole, section, gaps in zip(
            self.opened.phrases, self.sections.items, self.gaps, strict=True
        ):
            lead = section.phrase.lead_in
            for number, part in enumerate(section.phrase.parts):
                starts = (note.start + lead for note in part.notes)
                if any(first <= start < stop for start in starts for first, stop in gaps):
                    played.setdefault(number, _track(whole, part))
        return played

    def draw(self, draw: Draw, n: int) -> list[list[Phrase]]:
        """Alternatives of all sections, as many as there are of each; errors name the file."""
        return self.draw_each([draw] * len(self.gaps), n)

    def draw_each(self, draws: Sequence[Draw], n: int) -> list[list[Phrase]]:
        """The same, of each section in a way of its own."""
        with naming(self.opened):
            drawn = [
                draw(replace(phrase, recipe=None), gaps)
                if gaps
                else [replace(phrase, recipe=None, song=None)] * n
                for draw, (phrase, _), gaps in zip(
                    draws, self.sections.to_work_on, self.gaps, strict=True
                )
            ]
        return [[*row] for row in zip(*drawn, strict=False)]

    def beside(self, phrase: Phrase) -> Phrase:
        """The phrase with a notice about pitched parts that are not read, and play on beside it."""
        names: dict[str, None] = {}
        for whole, section in zip(self.opened.phrases, self.sections.items, strict=True):
            place = section.phrase.place or Place(0, 1, ())
            ours = {number for _, number in place.accompaniment}
            for number in sorted({number for number, _, _ in section.unread} - ours):
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
                    place = replace(place, has_chords=False)
                phrase = replace(phrase, place=place)
            placed.append(phrase)
        filled = [number for number, gaps in enumerate(self.gaps) if gaps]
        main = self.sections.main if self.gaps[self.sections.main] else filled[0]
        return with_notice_of_silence(self.sections.join(placed, main))


def _track(phrase: Phrase, part: Part) -> str:
    """The track that a part is read from, as an error names it."""
    numbers = " and ".join(str(source + 1) for source in part.sources or (0,))
    name = phrase.parts[part.sources[0]].name if part.sources else part.name
    return f"track {numbers}{f' ({name})' if name else ''}"
