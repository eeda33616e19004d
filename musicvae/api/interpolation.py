"""Verbs that go between pieces of music, or from one to itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

from ..performance.render import render
from ..score.phrase import Phrase
from ..verbs import analogy, grid, interpolate, reconstruct
from ..verbs.reconstruct import Reconstruction
from .base import ConstraintOptions, ModelBase, sampling_of
from .inputs import Music


class InterpolationVerbs(ModelBase):
    """interpolate, grid, analogy, reconstruct."""

    def interpolate(
        self,
        a: Music,
        b: Music,
        n: int = 8,
        *,
        track: str | int | None = None,
        track_b: str | int | None = None,
        curve: str = "even",
        temperature: float = 0.0,
        pattern: str | None = None,
        humanize: float = 0.0,
        seed: int | None = None,
        bpm: float = 120.0,
        **wishes: Unpack[ConstraintOptions],
    ) -> list[Phrase]:
        """Walk from one piece of music to another; see `interpolation.interpolate`.

        Args:
            a, b: music of any kind; of a file with changes of meter, the stretch with most notes.
            n: phrases, both ends included.
            track: number (from 1) or name of the part to read; else the melody is found.
            track_b: the same for `b`, where it is another.
            curve: how the walk is spread: `even` to the ear, `line` (equal steps in z), `ease`
                (slow near both ends), `early` or `late`.
            temperature: 0 takes the most probable step.
            pattern, humanize: as `generate` takes them.
            seed: of the draws at temperatures above 0.
            bpm: of MIDI files that are timed in seconds.
            wishes: as `generate` takes them.

        Raises:
            MidiError, RequestError: an input cannot be used, or a number is out of range.
        """
        other = track if track_b is None else track_b
        rendering = self._rendering(pattern, humanize)
        sampling = sampling_of(temperature, seed, wishes)
        ends = self._select(a, track, bpm), self._select(b, other, bpm)
        walk = interpolate.interpolate(self.player, *ends, n, sampling, curve=curve)
        return [render(phrase, rendering, sampling.constraints) for phrase in walk]

    def grid(
        self,
        corners: Sequence[Music],
        n: int = 4,
        *,
        track: str | int | None = None,
        curve: str = "even",
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> list[Phrase]:
        """All that lies between three or four pieces of music; see `exploration.grid`.

        Args:
            corners: top left, top right, bottom left and, if not what the others make of it,
                bottom right.
            n: phrases on a side; `n * n` are given, row by row.
            track: of all of them; the rest as `interpolate` takes it.

        Raises:
            MidiError, RequestError: an input cannot be used, or a number is out of range.
        """
        rendering = self._rendering(pattern)
        voices = [self._select(corner, track, bpm) for corner in corners]
        sampling = sampling_of(temperature, seed)
        cells = grid.grid(self.player, voices, n, sampling, curve=curve)
        return [render(phrase, rendering) for phrase in cells]

    def analogy(
        self,
        a: Music,
        b: Music,
        c: Music,
        *,
        strength: float = 1.0,
        track: str | int | None = None,
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> Phrase:
        """What is to `c` as `b` is to `a`: c + strength (b - a); see `exploration.analogy`.

        Args:
            a, b, c: music of any kind.
            strength: 0 is the reconstruction of `c`, 1 all of the step from `a` to `b`.
            track: of all three; the rest as `interpolate` takes it.

        Raises:
            MidiError, RequestError: an input cannot be used, or a number is out of range.
        """
        rendering = self._rendering(pattern)
        first, second, third = (self._select(music, track, bpm) for music in (a, b, c))
        sampling = sampling_of(temperature, seed)
        made = analogy.analogy(self.player, first, second, third, sampling, strength=strength)
        return render(made, rendering)

    def reconstruct(
        self,
        source: Music,
        *,
        track: str | int | None = None,
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> Reconstruction:
        """Send music through z and back; arguments as `interpolate` takes them.

        Raises:
            MidiError, RequestError: the input cannot be used, or a number is out of range.
        """
        rendering = self._rendering(pattern)
        phrase = self._select(source, track, bpm)
        made = reconstruct.reconstruct(self.player, phrase, sampling_of(temperature, seed))
        return replace(made, phrase=render(made.phrase, rendering))
