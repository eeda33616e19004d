"""Methods that combine pieces of music in latent space, or reconstruct one piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

from ..arguments import check_arguments
from ..score.bar_range import BarsLike
from ..score.phrase import Phrase
from ..verbs import analogy, grid, interpolate, reconstruct
from ..verbs.reconstruct import Reconstruction
from .base import ConstraintOptions, ModelBase, render, sampling_of, with_notice_of_silence
from .inputs import Music
from .songs import Selection


class InterpolationVerbs(ModelBase):
    """interpolate, grid, analogy, reconstruct."""

    @check_arguments
    def interpolate(
        self,
        a: Music,
        b: Music,
        n: int = 8,
        *,
        track: str | int | None = None,
        track_b: str | int | None = None,
        bars: BarsLike | None = None,
        bars_b: BarsLike | None = None,
        only: bool = False,
        curve: str = "even",
        temperature: float = 0.0,
        pattern: str | None = None,
        humanize: float = 0.0,
        seed: int | None = None,
        bpm: float = 120.0,
        **constraints: Unpack[ConstraintOptions],
    ) -> list[Phrase]:
        """Interpolate from one piece of music to another; see `verbs.interpolate`.

        Args:
            a, b: music of any kind; if a file changes meter, its section with the most notes.
            n: number of phrases, both ends included.
            track: number (from 1) or name of the part to read, or several joined: "2+3"; None
                finds the melody.
            track_b: the track of `b`; None for that of `a`.
            bars: the bars to read and to replace: "5-8", (5, 8) or 5, as the file counts them; None
                for all.
            bars_b: the bars of `b`; None for those of `a`.
            only: return the new parts alone. Otherwise each stands in the file of the nearer end,
                in place of what was read of it.
            curve: how the phrases are spaced: `even` to the ear, `line` (equal steps in z),
                `ease` (slow near both ends), `early` or `late`.
            temperature: 0 takes the most probable step.
            pattern, humanize: as for `generate`.
            seed: used where something is sampled, at temperatures above 0.
            bpm: quarters per minute of MIDI files that are timed in seconds.
            constraints: as for `generate`.

        Raises:
            MidiError, RequestError: an input cannot be used, or a number is out of range.
        """
        sampling = sampling_of(temperature, seed, constraints)
        rendering = self._rendering(pattern, humanize)
        ends = (
            self._select(a, Selection.of(track, bars, only), bpm),
            self._select(
                b,
                Selection.of(
                    track if track_b is None else track_b, bars if bars_b is None else bars_b, only
                ),
                bpm,
            ),
        )
        walk = interpolate.interpolate(self.player, *ends, n, sampling, curve=curve)
        return [
            with_notice_of_silence(render(phrase, rendering, sampling.constraints))
            for phrase in walk
        ]

    @check_arguments
    def grid(
        self,
        corners: Sequence[Music],
        n: int = 4,
        *,
        track: str | int | None = None,
        bars: BarsLike | None = None,
        only: bool = False,
        curve: str = "even",
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> list[Phrase]:
        """Fill a square between three or four pieces of music; see `verbs.grid`.

        Args:
            corners: top left, top right, bottom left, bottom right; of three, the bottom right
                is their analogy.
            n: phrases on a side; `n * n` are returned, row by row.
            track, bars: the same for all corners; other arguments as for `interpolate`.

        Raises:
            MidiError, RequestError: an input cannot be used, or a number is out of range.
        """
        sampling = sampling_of(temperature, seed)
        rendering = self._rendering(pattern)
        selection = Selection.of(track, bars, only)
        phrases = [self._select(corner, selection, bpm) for corner in corners]
        cells = grid.grid(self.player, phrases, n, sampling, curve=curve)
        return [with_notice_of_silence(render(phrase, rendering)) for phrase in cells]

    @check_arguments
    def analogy(
        self,
        a: Music,
        b: Music,
        c: Music,
        *,
        strength: float = 1.0,
        track: str | int | None = None,
        bars: BarsLike | None = None,
        only: bool = False,
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> Phrase:
        """Change `c` as `b` differs from `a`: c + strength (b - a); see `verbs.analogy`.

        Args:
            a, b, c: music of any kind.
            strength: 0 is the reconstruction of `c`, 1 adds the whole difference.
            track, bars: the same for all three; other arguments as for `interpolate`.
            only: return the new part alone. Otherwise it stands in the file of `c`.

        Raises:
            MidiError, RequestError: an input cannot be used, or a number is out of range.
        """
        sampling = sampling_of(temperature, seed)
        rendering = self._rendering(pattern)
        selection = Selection.of(track, bars, only)
        first, second, third = (self._select(music, selection, bpm) for music in (a, b, c))
        answer = analogy.analogy(self.player, first, second, third, sampling, strength=strength)
        return with_notice_of_silence(render(answer, rendering))

    @check_arguments
    def reconstruct(
        self,
        source: Music,
        *,
        track: str | int | None = None,
        bars: BarsLike | None = None,
        only: bool = False,
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> Reconstruction:
        """Encode music, decode it again, and measure what came back.

        Arguments as for `vary`.

        Raises:
            MidiError, RequestError: the input cannot be used, or a number is out of range.
        """
        sampling = sampling_of(temperature, seed)
        rendering = self._rendering(pattern)
        sections = self._select_sections(source, Selection.of(track, bars, only), bpm)
        results = [
            reconstruct.reconstruct(self.player, phrase, sampling) if is_worked_on else None
            for phrase, is_worked_on in sections.to_work_on
        ]
        phrases = [
            render(result.phrase if result else replace(phrase, recipe=None), rendering)
            for result, (phrase, _) in zip(results, sections.to_work_on, strict=True)
        ]
        joined = with_notice_of_silence(sections.join(phrases))
        return reconstruct.join_reconstructions(list(filter(None, results)), joined)
