"""The chords codec: one chord a beat, or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..score.phrase import Phrase, chord_map
from ..theory.chords import CODES, chord_of, code
from ..theory.meter import Meter
from .base import UNBOUND, Codes, SinglePart, Sounding, one_of
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
    channels: ClassVar[int] = CODES + 1
    heads: ClassVar[tuple[int, ...]] = (CODES + 1,)
    dtype: ClassVar[np.dtype[np.uint8]] = np.dtype(np.uint8)
    pitches: ClassVar[range] = range(0)
    has_chords: ClassVar[bool] = True
    HOLD: ClassVar[int] = CODES
    idle: ClassVar[Codes] = np.array(CODES, dtype=np.uint8)

    def encode(self, phrase: Phrase) -> Codes:
        """The chords as classes. Output `[T]`, uint8."""
        sounding = np.zeros(phrase.steps, dtype=np.uint8)
        for change in phrase.chords:
            sounding[change.step :] = code(change.chord)
        on_beat = (np.arange(phrase.steps) + phrase.lead_in) % phrase.meter.beat == 0
        return np.where(on_beat, sounding, np.uint8(self.HOLD))

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """Classes `[T]` of whole bars -> a phrase of chords alone."""
        told = [
            (int(step), chord_of(int(codes[step]))) for step in np.flatnonzero(self.free(codes))
        ]
        return Phrase(meter, len(codes) // meter.bar, chords=chord_map(told, len(codes)))

    def one_hot(self, codes: Codes) -> NDArray[np.float32]:
        """`[..., T]` -> `[..., T, 110]`; a code of padding gives zeros."""
        return one_of(codes, self.channels)

    def reach(self, codes: Codes) -> tuple[int, int]:
        """Chords have no octave."""
        return UNBOUND, UNBOUND

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """The roots move. `[T]` -> `[T]`."""
        return self._moved(codes, np.array(semitones))

    def lowest(self, codes: Codes) -> Codes:
        """The first chord's root becomes C. `[N, T]`"""
        first = self.strikes(codes).argmax(axis=1)
        root = (np.take_along_axis(codes, first[:, None], axis=1).astype(int) - 1) % 12
        return self._moved(codes, -root)

    def _moved(self, codes: Codes, semitones: NDArray[np.int64]) -> Codes:
        quality, root = np.divmod(codes.astype(int) - 1, 12)
        moved = 1 + 12 * quality + (root + semitones) % 12
        return np.where(self.strikes(codes), moved, codes).astype(codes.dtype)

    def fresh(self, codes: Codes) -> Codes:
        """Each beat says its chord anew."""
        return codes

    def struck(self, codes: Codes) -> Codes:
        """Nothing: a tune is the same tune with other chords."""
        return np.zeros_like(codes)

    def strikes(self, codes: Codes) -> NDArray[np.bool_]:
        """Beats with a chord. Any shape."""
        return np.asarray((codes > 0) & self.free(codes))

    def free(self, codes: Codes) -> NDArray[np.bool_]:
        """Steps at which there is a choice: the beats. Any shape."""
        return np.asarray(codes < self.HOLD)

    def silence(self, n: int, meter: Meter) -> Sounding:
        """Steps since the beat, and steps of a beat. `[n, 2]`"""
        return np.tile([0, meter.beat], (n, 1))

    def unknown(self, n: int, meter: Meter) -> Sounding:
        """A bar begins with a beat. `[n, 2]`"""
        return self.silence(n, meter)

    def allowed(self, sounding: Sounding) -> NDArray[np.bool_]:
        """On a beat all but hold, between beats hold alone. Output `[n, 110]`."""
        on_beat = sounding[:, :1] == 0
        return np.asarray(on_beat ^ (np.arange(self.channels) == self.HOLD))

    def play(self, sounding: Sounding, step: Codes) -> tuple[Codes, Sounding]:
        """A class has one spelling; the beat goes on. `[n]` -> `[n]`, `[n, 2]`."""
        since, beat = sounding.T
        return step, np.stack([(since + 1) % beat, beat], axis=1)

    def spell(self, codes: Codes) -> Codes:
        """They are spelled already."""
        return codes
