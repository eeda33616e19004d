"""Roll codecs: any number of notes, two channels a pitch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from ..arrays import BoolArray, FloatArray, IntArray
from ..score.phrase import Part, Phrase, remove_overlaps
from ..score.pianoroll import ONSET, PITCHES, SUSTAIN, part_to_roll, roll_to_notes
from ..theory.meter import Meter
from .base import (
    UNBOUNDED,
    Codes,
    SinglePart,
    SoundingState,
    fold_octaves,
)
from .track_selection import Selector, select_pitched

EVERY_PITCH = range(PITCHES)


@dataclass(frozen=True)
class RollCodec(SinglePart):
    """Any number of notes: a channel for the onset of each pitch, then one for each sustained.

    Args:
        name: of the codec.
        pitches: MIDI pitches that it has; notes outside are moved in by octaves, and
            struck there as if they had been written there.
        select: the parts that it reads.
    """

    name: str = "roll"
    pitches: range = EVERY_PITCH
    select: Selector = field(default=select_pitched, repr=False)

    likelihood: ClassVar[str] = "bernoulli"
    polyphonic: ClassVar[bool] = True
    dtype: ClassVar[np.dtype[np.uint8]] = np.dtype(np.uint8)

    @property
    def channels(self) -> int:
        """Onsets, then sustained pitches."""
        return 2 * len(self.pitches)

    @property
    def heads(self) -> tuple[int, ...]:
        """All in one."""
        return (self.channels,)

    @property
    def rest(self) -> Codes:
        """Silence."""
        return np.zeros(self.channels, dtype=np.uint8)

    def encode(self, phrase: Phrase) -> Codes:
        """The first part as planes. Output `[T, channels]`, zeros and ones."""
        part = phrase.parts[0] if phrase.parts else Part()
        low, end = self.pitches.start, self.pitches.stop
        notes = (replace(n, pitch=fold_octaves(n.pitch, low, end - 1)) for n in part.notes)
        roll = part_to_roll(Part(remove_overlaps(notes)), phrase.steps)[:, low:end]
        return np.concatenate([roll == ONSET, roll == SUSTAIN], axis=1).astype(np.uint8)

    def encode_notes(
        self, start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int
    ) -> Codes:
        """As planes, of notes that do not overlap on a pitch. Output `[bars * bar, channels]`."""
        if self.pitches != EVERY_PITCH:  # notes that are moved in may overlap
            return super().encode_notes(start, end, pitch, meter, bars)
        change = np.zeros((bars * meter.steps_per_bar + 1, PITCHES), dtype=np.int8)
        np.add.at(change, (start, pitch), 1)
        np.add.at(change, (end, pitch), -1)
        sounding = np.cumsum(change[:-1], axis=0, dtype=np.int8).astype(np.uint8)
        onset = np.zeros_like(sounding)
        onset[start, pitch] = 1
        return np.concatenate([onset, sounding - onset], axis=1)

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """Planes `[T, channels]` of whole bars -> a phrase with one part."""
        onset, sustain = self._planes(codes)
        roll = np.zeros((len(codes), PITCHES), dtype=np.uint8)
        here = slice(self.pitches.start, self.pitches.stop)
        roll[:, here] = np.where(onset, ONSET, np.where(sustain, SUSTAIN, 0))
        return Phrase(meter, len(codes) // meter.steps_per_bar, parts=(Part(roll_to_notes(roll)),))

    def one_hot(self, codes: Codes) -> FloatArray:
        """The planes themselves, as floats."""
        return codes.astype(np.float32)

    def transpose_range(self, codes: Codes) -> tuple[int, int]:
        """To both ends of the range."""
        used = np.flatnonzero(self.sounding(codes).any(axis=0))
        if not len(used):
            return UNBOUNDED, UNBOUNDED
        return int(used[0]), len(self.pitches) - 1 - int(used[-1])

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """Both planes move along the pitch axis. `[T, channels]` -> `[T, channels]`."""
        down, up = self.transpose_range(codes)
        if not -down <= semitones <= up:
            return codes
        planes = codes.reshape(-1, 2, len(self.pitches))
        return np.roll(planes, semitones, axis=-1).reshape(codes.shape)

    def normalize_key(self, codes: Codes) -> Codes:
        """The lowest pitch of each comes first. `[N, T, channels]`"""
        planes = codes.reshape(*codes.shape[:2], 2, len(self.pitches))
        lowest = planes.any(axis=(1, 2)).argmax(axis=1)
        pitch = (np.arange(len(self.pitches)) + lowest[:, None]) % len(self.pitches)
        moved = np.take_along_axis(planes, pitch[:, None, None, :], axis=-1)
        return moved.reshape(codes.shape)

    def drop_carried_notes(self, codes: Codes) -> Codes:
        """A note that began before is not in it. `[N, T, channels]`"""
        onset, sustain = self._planes(codes)
        begun = np.maximum.accumulate(onset, axis=1)
        return np.concatenate([onset, sustain & begun], axis=-1)

    def onsets(self, codes: Codes) -> Codes:
        """The onsets. `[..., channels]` -> `[..., pitches]`."""
        return self._planes(codes)[0]

    def onset_mask(self, codes: Codes) -> BoolArray:
        """Where any note starts. `[..., T, channels]` -> `[..., T]`."""
        return np.asarray(self._planes(codes)[0].any(axis=-1))

    def sounding(self, codes: Codes) -> BoolArray:
        """Which pitches sound. `[..., channels]` -> `[..., pitches]`."""
        onset, sustain = self._planes(codes)
        return np.asarray((onset | sustain) > 0)

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """`[n, pitches]`: no pitch sounds."""
        return np.zeros((n, len(self.pitches)), dtype=bool)

    def unknown_state(self, n: int, meter: Meter) -> SoundingState:
        """`[n, pitches]`: every pitch may sound."""
        return np.ones((n, len(self.pitches)), dtype=bool)

    def allowed(self, sounding: SoundingState) -> BoolArray:
        """Any onset; a sustained pitch only where it sounds. Output `[n, channels]`."""
        return np.concatenate([np.ones_like(sounding), sounding], axis=1)

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """An onset and a sustain of one pitch are an onset. `[n, channels]`, `[n, pitches]`."""
        onset, held = (plane > 0 for plane in self._planes(step))
        sustain = held & sounding & ~onset
        return np.concatenate([onset, sustain], axis=1).astype(np.uint8), onset | sustain

    def canonicalize(self, codes: Codes) -> Codes:
        """A pitch that is sustained without having been struck is left out. `[T, channels]`"""
        sounding = np.zeros((1, len(self.pitches)), dtype=bool)
        spelled = []
        for step in codes:
            played, sounding = self.advance(sounding, step[None])
            spelled.append(played[0])
        return np.array(spelled, dtype=self.dtype).reshape(codes.shape)

    def _planes(self, codes: Codes) -> tuple[Codes, Codes]:
        return codes[..., : len(self.pitches)], codes[..., len(self.pitches) :]
