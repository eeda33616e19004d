"""The chords codec: one chord a beat, or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..arrays import BoolArray, FloatArray, IntArray
from ..score.phrase import Phrase, chord_map
from ..theory.chords import CHORD_CODES, chord_code, chord_from_code
from ..theory.meter import Meter
from .base import UNBOUNDED, Codes, SinglePart, SoundingState, one_hot_classes
from .track_selection import Selector, select_chords


@dataclass(frozen=True)
class ChordsCodec(SinglePart):
    """The harmony of each beat: none (0) or a chord (1 to 108); between beats, hold (109).

    It reads and makes the chords of a phrase and none of its parts. A beat has the
    chord that is there at its start.
    """

    name: str = "chords"
    select: Selector = field(default=select_chords, repr=False)

    likelihood: ClassVar[str] = "categorical"
    channels: ClassVar[int] = CHORD_CODES + 1
    heads: ClassVar[tuple[int, ...]] = (CHORD_CODES + 1,)
    dtype: ClassVar[np.dtype[np.uint8]] = np.dtype(np.uint8)
    pitches: ClassVar[range] = range(0)
    has_chords: ClassVar[bool] = True
    HOLD: ClassVar[int] = CHORD_CODES
    rest: ClassVar[Codes] = np.array(CHORD_CODES, dtype=np.uint8)

    def encode(self, phrase: Phrase) -> Codes:
        """The chords as classes. Output `[T]`, uint8."""
        sounding = np.zeros(phrase.steps, dtype=np.uint8)
        for change in phrase.chords:
            sounding[change.step :] = chord_code(change.chord)
        on_beat = (np.arange(phrase.steps) + phrase.lead_in) % phrase.meter.steps_per_beat == 0
        return np.where(on_beat, sounding, np.uint8(self.HOLD))

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """Classes `[T]` of whole bars -> a phrase of chords alone."""
        told = [
            (int(step), chord_from_code(int(codes[step])))
            for step in np.flatnonzero(self.free(codes))
        ]
        return Phrase(meter, len(codes) // meter.steps_per_bar, chords=chord_map(told, len(codes)))

    def one_hot(self, codes: Codes) -> FloatArray:
        """`[..., T]` -> `[..., T, 110]`; a code of padding gives zeros."""
        return one_hot_classes(codes, self.channels)

    def transpose_range(self, codes: Codes) -> tuple[int, int]:
        """Chords have no octave."""
        return UNBOUNDED, UNBOUNDED

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """The roots move. `[T]` -> `[T]`."""
        return self._moved(codes, np.array(semitones))

    def normalize_key(self, codes: Codes) -> Codes:
        """The first chord's root becomes C. `[N, T]`"""
        first = self.onset_mask(codes).argmax(axis=1)
        root = (np.take_along_axis(codes, first[:, None], axis=1).astype(int) - 1) % 12
        return self._moved(codes, -root)

    def _moved(self, codes: Codes, semitones: IntArray) -> Codes:
        quality, root = np.divmod(codes.astype(int) - 1, 12)
        moved = 1 + 12 * quality + (root + semitones) % 12
        return np.where(self.onset_mask(codes), moved, codes).astype(codes.dtype)

    def drop_carried_notes(self, codes: Codes) -> Codes:
        """Each beat says its chord anew."""
        return codes

    def onsets(self, codes: Codes) -> Codes:
        """Nothing: a tune is the same tune with other chords."""
        return np.zeros_like(codes)

    def onset_mask(self, codes: Codes) -> BoolArray:
        """Beats with a chord. Any shape."""
        return np.asarray((codes > 0) & self.free(codes))

    def free(self, codes: Codes) -> BoolArray:
        """Steps at which there is a choice: the beats. Any shape."""
        return np.asarray(codes < self.HOLD)

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """Steps since the beat, and steps of a beat. `[n, 2]`"""
        return np.tile([0, meter.steps_per_beat], (n, 1))

    def unknown_state(self, n: int, meter: Meter) -> SoundingState:
        """A bar begins with a beat. `[n, 2]`"""
        return self.initial_state(n, meter)

    def allowed(self, sounding: SoundingState) -> BoolArray:
        """On a beat all but hold, between beats hold alone. Output `[n, 110]`."""
        on_beat = sounding[:, :1] == 0
        return np.asarray(on_beat ^ (np.arange(self.channels) == self.HOLD))

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """A class has one spelling; the beat goes on. `[n]` -> `[n]`, `[n, 2]`."""
        since, beat = sounding.T
        return step, np.stack([(since + 1) % beat, beat], axis=1)

    def canonicalize(self, codes: Codes) -> Codes:
        """They are spelled already."""
        return codes
