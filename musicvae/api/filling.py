"""Methods that write into a song: new bars between those that stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Unpack

from ..arguments import check_arguments
from ..config import SampleConfig
from ..errors import RequestError
from ..performance.render import Rendering, render
from ..score.bar_range import BarRange, BarRangesLike, parse_bar_ranges
from ..score.phrase import Phrase
from ..score.song import Place
from ..verbs import fill
from ..verbs.fill import Keep, Steps
from . import inputs
from .base import ConstraintOptions, ModelBase, sampling_of
from .inputs import Music, naming
from .sections import Sections, select_sections
from .songs import Selection


class FillingVerbs(ModelBase):
    """fill."""

    @check_arguments
    def fill(
        self,
        source: Music,
        bars: BarRangesLike,
        n: int = 1,
        *,
        keep: Keep = "nothing",
        track: str | int | None = None,
        only: bool = False,
        temperature: float = SampleConfig.temperature,
        seed: int | None = None,
        bpm: float = 120.0,
        **constraints: Unpack[ConstraintOptions],
    ) -> list[Phrase]:
        """Draw bars of some music anew between those that stay; see `verbs.fill`.

        The notes of the part that the model reads are new in these bars. All other notes of the
        file stay as they are, and so do its chords.

        Args:
            source: music of any kind.
            bars: "5-8", (5, 8), 5, "5-6, 9" or [(5, 6), 9], as the file counts them.
            n: number of alternatives; the likeliest comes first.
            keep: "rhythm" for new pitches in the rhythm of the old notes, "pitches" for a new
                rhythm of their pitches, "nothing" for new notes.
            only: return the part alone. Otherwise `write_midi` and `midi_bytes` write the new bars
                into the file.
            temperature, seed, constraints: as for `generate`. The chords begin with each gap.
            track, bpm: as for `interpolate`.

        Raises:
            MidiError, RequestError: the input cannot be used, it has no such bars, a number is
                out of range, or the model has no prior.
        """
        sampling = sampling_of(temperature, seed, constraints)
        ranges = parse_bar_ranges(bars)
        selection = Selection(track, only=only, again=False, in_song=True)
        opened = inputs.open(source, bpm=bpm)
        sections = select_sections(self.player, opened, selection)
        with naming(opened):
            gaps = _gaps(sections, ranges)
            filled = [
                fill.fill(self.player, _bare(phrase), of_phrase, n, sampling, keep=keep)
                if of_phrase
                else [replace(phrase, recipe=None, song=None)] * n
                for (phrase, _), of_phrase in zip(sections.to_work_on, gaps, strict=True)
            ]
        main = max(range(len(gaps)), key=lambda i: (bool(gaps[i]), i == sections.main))
        return [
            sections.join(
                [
                    _placed(render(phrase, Rendering()), of_phrase)
                    for phrase, of_phrase in zip(row, gaps, strict=True)
                ],
                main,
            )
            for row in zip(*filled, strict=False)
        ]


def _bare(phrase: Phrase) -> Phrase:
    return replace(phrase, recipe=None)


def _gaps(sections: Sections, ranges: tuple[BarRange, ...]) -> list[list[Steps]]:
    """The steps of ranges of bars in each section, from the bar line before it.

    Raises:
        RequestError: the music has no such bars, or not in a meter that is read.
    """
    phrases = [section.phrase for section in sections.items]
    places = [phrase.place or Place(0, 1, ()) for phrase in phrases]
    ends = [place.bar + phrase.bars for place, phrase in zip(places, phrases, strict=True)]
    if ranges[-1][1] >= max(ends):
        raise RequestError(
            f"There is no bar {ranges[-1][1]} in it: it has {max(ends) - 1:,} (extend adds bars)."
        )
    gaps: list[list[Steps]] = []
    for phrase, place, end in zip(phrases, places, ends, strict=True):
        zero, bar = place.bar - bool(phrase.pickup), phrase.meter.steps_per_bar
        inside = [
            (max(first, place.bar), min(last, end - 1))
            for first, last in ranges
            if first < end and last >= place.bar
        ]
        gaps.append([((first - zero) * bar, (last + 1 - zero) * bar) for first, last in inside])
    for first, last in ranges:
        if not any(
            first < end and last >= place.bar for place, end in zip(places, ends, strict=True)
        ):
            raise RequestError(f"Bars {first} to {last} are in a meter that cannot be read.")
    return gaps


def _placed(phrase: Phrase, gaps: list[Steps]) -> Phrase:
    """The phrase, of which only the gaps are written into its song."""
    if not phrase.place or not gaps:
        return phrase
    lead = phrase.lead_in
    new = tuple((start - lead, stop - lead) for start, stop in gaps)
    place = replace(phrase.place, new=new, has_chords=False, accompaniment=())
    return replace(phrase, place=place)
