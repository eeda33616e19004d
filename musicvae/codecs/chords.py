"""The chords codec: one chord, or none, on each beat."""

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
    """One class a step: no chord (0) or a chord (1 to 108) on beats, hold (109) between them.

    It encodes `phrase.chords` and no part. The chord at the start of a beat counts
    for the whole beat.
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
        """Classes of the chords. Output `[T]`, uint8."""
        sounding = np.zeros(phrase.steps, dtype=np.uint8)
        for change in phrase.chords:
            sounding[change.step :] = chord_code(change.chord)
        on_beat = (np.arange(phrase.steps) + phrase.lead_in) % phrase.meter.steps_per_beat == 0
        return np.where(on_beat, sounding, np.uint8(self.HOLD))

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """A phrase of chords without parts. `[T]`, whole bars."""
        beats = [
            (int(step), chord_from_code(int(codes[step])))
            for step in np.flatnonzero(self._on_beats(codes))
        ]
        return Phrase(meter, len(codes) // meter.steps_per_bar, chords=chord_map(beats, len(codes)))

    def one_hot(self, codes: Codes) -> FloatArray:
        """One-hot classes; zeros for padding. `[..., T]` -> `[..., T, 110]`."""
        return one_hot_classes(codes, self.channels)

    def transpose_range(self, codes: Codes) -> tuple[int, int]:
        """Unbounded: chords have no octave."""
        return UNBOUNDED, UNBOUNDED

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """Move the roots, modulo 12. `[T]` -> `[T]`."""
        return self._move_roots(codes, np.array(semitones))

    def normalize_key(self, codes: Codes) -> Codes:
        """Move each sequence so that its first chord has the root C. `[N, T]`"""
        first = self.onset_mask(codes).argmax(axis=1)
        root = (np.take_along_axis(codes, first[:, None], axis=1).astype(int) - 1) % 12
        return self._move_roots(codes, -root)

    def _move_roots(self, codes: Codes, semitones: IntArray) -> Codes:
        # class 1 + 12 * quality + root, as `chord_code` counts; only the root wraps around
        quality, root = np.divmod(codes.astype(int) - 1, 12)
        moved = 1 + 12 * quality + (root + semitones) % 12
        return np.where(self.onset_mask(codes), moved, codes).astype(codes.dtype)

    def drop_carried_notes(self, codes: Codes) -> Codes:
        """Unchanged: every beat states its chord anew."""
        return codes

    def onsets(self, codes: Codes) -> Codes:
        """Zeros: a tune with other chords has the same onsets."""
        return np.zeros_like(codes)

    def onset_mask(self, codes: Codes) -> BoolArray:
        """True at beats with a chord. Any shape."""
        return np.asarray((codes > 0) & self._on_beats(codes))

    def _on_beats(self, codes: Codes) -> BoolArray:
        """True at steps with a chord or "no chord", which stand on beats. Any shape."""
        return np.asarray(codes < self.HOLD)

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """Steps since the last beat (0: on a beat), and steps per beat. `[n, 2]`"""
        return np.tile([0, meter.steps_per_beat], (n, 1))

    def unknown_state(self, n: int, meter: Meter) -> SoundingState:
        """The same, as every bar begins with a beat. `[n, 2]`"""
        return self.initial_state(n, meter)

    def allowed(self, sounding: SoundingState) -> BoolArray:
        """On a beat all classes but hold, between beats only hold. Output `[n, 110]`."""
        on_beat = sounding[:, :1] == 0
        return np.asarray(on_beat ^ (np.arange(self.channels) == self.HOLD))

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """The step as it is, and the next position in the beat. `[n]` -> `[n]`, `[n, 2]`."""
        since, beat = sounding.T
        return step, np.stack([(since + 1) % beat, beat], axis=1)

    def canonicalize(self, codes: Codes) -> Codes:
        """Unchanged: chords on beats are canonical."""
        return codes
