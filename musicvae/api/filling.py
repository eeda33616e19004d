"""Methods that write into a song: new bars, new chords, or a melody, beside all that stays."""

from __future__ import annotations

from functools import partial
from typing import Unpack

from ..arguments import check_arguments, check_whole
from ..config import SampleConfig
from ..constraints.parse import ChordsLike, DensityLike, RangeLike
from ..generation.kept_notes import Keep
from ..generation.seeding import check_request
from ..score.bar_range import BarRangesLike, parse_bar_ranges
from ..score.phrase import Part, Phrase
from ..theory.general_midi import parse_program
from ..verbs import fill, harmonize
from .base import ConstraintOptions, ModelBase, render, sampling_of
from .gaps import OpenSong
from .inputs import Music
from .sections import select_sections
from .songs import Selection, open_song


class FillingVerbs(ModelBase):
    """fill, harmonize, melodize."""

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
        song = self._open_song(source, bars, track, only, bpm)
        draw = partial(fill.fill, self.player, n=n, sampling=sampling, keep=keep)
        return [song.put_in(row) for row in song.draw(draw, n)]

    @check_arguments
    def harmonize(
        self,
        source: Music,
        n: int = 1,
        *,
        bars: BarRangesLike | None = None,
        style: str = "any",
        chords_per_bar: int | None = None,
        pattern: str | None = None,
        track: str | int | None = None,
        only: bool = False,
        temperature: float = 0.6,
        seed: int | None = None,
        bpm: float = 120.0,
        key: str | None = None,
        scale: str | None = None,
        chords: ChordsLike | None = None,
    ) -> list[Phrase]:
        """Find chords for a melody, which stays as it is; see `verbs.harmonize`.

        The chords are played by an accompaniment of two parts, Chords and Bass, and their symbols
        are written as markers. An accompaniment that musicvae added before is replaced.

        Args:
            source: music of any kind.
            n: number of alternatives; the likeliest comes first.
            bars: the bars that get new chords, as for `fill`; None for all.
            style: "plain" for triads and dominant sevenths, "pop", "jazz" or "any".
            chords_per_bar: most chords in a bar; None leaves it to the model.
            pattern: how the chords are played; see `generate`.
            only: return melody, chords and accompaniment alone, without the rest of the file.
            track: the melody; None to find it.
            temperature: at 0.6 the chords are more often people's than at 1.
            seed, bpm: as for `fill`.
            key, scale, chords: as for `generate`.

        Raises:
            MidiError, RequestError: the input cannot be used, it has no such bars, a number is
                out of range, or the model has no chords.
        """
        constraints = ConstraintOptions(key=key, scale=scale, chords=chords)
        sampling = sampling_of(temperature, seed, constraints)
        rendering = self._rendering(pattern)
        if chords_per_bar is not None:
            chords_per_bar = check_whole("chords_per_bar", chords_per_bar)
        song = self._open_song(source, bars, track, only, bpm)
        draw = partial(
            harmonize.harmonize,
            self.player,
            n=n,
            sampling=sampling,
            style=style,
            per_bar=chords_per_bar,
        )
        harmonized = [
            [render(phrase, rendering, sampling.constraints) for phrase in row]
            for row in song.draw(draw, n)
        ]
        results = (song.put_in(row, given=(0,), has_chords=True) for row in harmonized)
        return [result if only else song.beside(result) for result in results]

    @check_arguments
    def melodize(
        self,
        source: Music,
        n: int = 1,
        *,
        bars: BarRangesLike | None = None,
        program: str | int = 0,
        only: bool = False,
        temperature: float = SampleConfig.temperature,
        seed: int | None = None,
        bpm: float = 120.0,
        key: str | None = None,
        scale: str | None = None,
        chords: ChordsLike | None = None,
        range: RangeLike | None = None,
        density: DensityLike | None = None,
    ) -> list[Phrase]:
        """Write a melody over the chords of some music, as a part of its own.

        The chords are those that the file names, or those that are recognized from its notes.

        Args:
            source: music of any kind.
            n: number of alternatives; the likeliest comes first.
            bars: the bars that get a melody, as for `fill`; None for all.
            program: the instrument's General MIDI name or number, 0 to 127.
            only: return the melody alone.
            temperature, seed, bpm: as for `fill`.
            key, scale, chords, range, density: as for `generate`.

        Raises:
            MidiError, RequestError: the input cannot be used, it has no such bars, a number is
                out of range, or the model has no chords.
        """
        constraints = ConstraintOptions(
            key=key, scale=scale, chords=chords, range=range, density=density
        )
        sampling = sampling_of(temperature, seed, constraints)
        check_request(self.player, "melodize", n, temperature)
        melody = Part(program=parse_program(program), name="Melody")
        song = self._open_song(source, bars, None, only, bpm).with_part(melody)
        draw = partial(fill.fill, self.player, n=n, sampling=sampling)
        return [song.put_in(row) for row in song.draw(draw, n)]

    def _open_song(
        self,
        source: Music,
        bars: BarRangesLike | None,
        track: str | int | None,
        only: bool,
        bpm: float,
    ) -> OpenSong:
        """Some music, with the bars in which something is drawn; None for all."""
        ranges = None if bars is None else parse_bar_ranges(bars)
        opened = open_song(source, only, bpm)
        selection = Selection(track, only=only, again=False, in_song=True)
        sections = select_sections(self.player, opened, selection)
        return OpenSong.create(opened, sections, ranges)
