"""Piano-roll codecs: polyphonic, with an onset and a sustain channel for each pitch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from ..arrays import BoolArray, FloatArray, IntArray
from ..score.phrase import Part, Phrase, remove_overlaps
from ..score.pianoroll import ONSET, PITCHES, SUSTAIN, part_to_roll, roll_to_notes
from ..theory.meter import Meter
from .base import UNBOUNDED, Codes, SinglePart, SoundingState, fold_octaves
from .track_selection import Selector, select_pitched

ALL_PITCHES = range(PITCHES)


@dataclass(frozen=True)
class RollCodec(SinglePart):
    """Zeros and ones in two planes: the onset of each pitch, then the sustain of each pitch.

    Args:
        name: name of the codec.
        pitches: its MIDI pitches; notes outside are first moved into them by octaves.
        select: returns the phrase with the part to encode.
    """

    name: str = "roll"
    pitches: range = ALL_PITCHES
    select: Selector = field(default=select_pitched, repr=False)

    likelihood: ClassVar[str] = "bernoulli"
    polyphonic: ClassVar[bool] = True
    dtype: ClassVar[np.dtype[np.uint8]] = np.dtype(np.uint8)

    @property
    def channels(self) -> int:
        """Two for each pitch: onsets, then sustained pitches."""
        return 2 * len(self.pitches)

    @property
    def heads(self) -> tuple[int, ...]:
        """One head of all channels."""
        return (self.channels,)

    @property
    def rest(self) -> Codes:
        """Silence. `[channels]`"""
        return np.zeros(self.channels, dtype=np.uint8)

    def encode(self, phrase: Phrase) -> Codes:
        """Planes of the first part. Output `[T, channels]`, zeros and ones."""
        part = phrase.parts[0] if phrase.parts else Part()
        low, end = self.pitches.start, self.pitches.stop
        notes = (
            n if low <= n.pitch < end else replace(n, pitch=fold_octaves(n.pitch, low, end - 1))
            for n in part.notes
        )
        roll = part_to_roll(Part(remove_overlaps(notes)), phrase.steps)[:, low:end]
        return np.concatenate([roll == ONSET, roll == SUSTAIN], axis=1).astype(np.uint8)

    def encode_notes(
        self, start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int
    ) -> Codes:
        """Planes of notes that do not overlap on a pitch. Output `[T, channels]`."""
        if self.pitches != ALL_PITCHES:  # notes moved by octaves may overlap
            return super().encode_notes(start, end, pitch, meter, bars)
        # A note adds 1 where it starts and takes it back where it ends, so that the running
        # sum over steps is 1 exactly while it sounds.
        change = np.zeros((bars * meter.steps_per_bar + 1, PITCHES), dtype=np.int8)
        np.add.at(change, (start, pitch), 1)
        np.add.at(change, (end, pitch), -1)
        sounding = np.cumsum(change[:-1], axis=0, dtype=np.int8).astype(np.uint8)
        onset = np.zeros_like(sounding)
        onset[start, pitch] = 1
        return np.concatenate([onset, sounding - onset], axis=1)

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """A phrase with one part. `[T, channels]`, whole bars."""
        onset, sustain = self._planes(codes)
        roll = np.zeros((len(codes), PITCHES), dtype=np.uint8)
        columns = slice(self.pitches.start, self.pitches.stop)
        roll[:, columns] = np.where(onset, ONSET, np.where(sustain, SUSTAIN, 0))
        return Phrase(meter, len(codes) // meter.steps_per_bar, parts=(Part(roll_to_notes(roll)),))

    def one_hot(self, codes: Codes) -> FloatArray:
        """The planes themselves, as floats. `[..., channels]`"""
        return codes.astype(np.float32)

    def transpose_range(self, codes: Codes) -> tuple[int, int]:
        """Semitones from the lowest and the highest pitch to the ends of the range."""
        used = np.flatnonzero(self.sounding(codes).any(axis=0))
        if not len(used):
            return UNBOUNDED, UNBOUNDED
        return int(used[0]), len(self.pitches) - 1 - int(used[-1])

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """Move both planes along the pitch axis. `[T, channels]` -> `[T, channels]`."""
        down, up = self.transpose_range(codes)
        if not -down <= semitones <= up:
            return codes
        planes = codes.reshape(-1, 2, len(self.pitches))
        return np.roll(planes, semitones, axis=-1).reshape(codes.shape)

    def normalize_key(self, codes: Codes) -> Codes:
        """Move each sequence so that its lowest pitch is the first. `[N, T, channels]`"""
        planes = codes.reshape(*codes.shape[:2], 2, len(self.pitches))
        lowest = planes.any(axis=(1, 2)).argmax(axis=1)
        pitch = (np.arange(len(self.pitches)) + lowest[:, None]) % len(self.pitches)
        moved = np.take_along_axis(planes, pitch[:, None, None, :], axis=-1)
        return moved.reshape(codes.shape)

    def drop_carried_notes(self, codes: Codes) -> Codes:
        """Drop sustained pitches without an earlier onset. `[N, T, channels]`"""
        onset, sustain = self._planes(codes)
        begun = np.maximum.accumulate(onset, axis=1)
        return np.concatenate([onset, sustain & begun], axis=-1)

    def onsets(self, codes: Codes) -> Codes:
        """The onset plane. `[..., channels]` -> `[..., pitches]`."""
        return self._planes(codes)[0]

    def onset_mask(self, codes: Codes) -> BoolArray:
        """True where a note starts. `[..., T, channels]` -> `[..., T]`."""
        return np.asarray(self._planes(codes)[0].any(axis=-1))

    def sounding(self, codes: Codes) -> BoolArray:
        """True for each pitch that sounds. `[..., channels]` -> `[..., pitches]`."""
        onset, sustain = self._planes(codes)
        return np.asarray((onset | sustain) > 0)

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """False: no pitch sounds. `[n, pitches]`"""
        return np.zeros((n, len(self.pitches)), dtype=bool)

    def unknown_state(self, n: int, meter: Meter) -> SoundingState:
        """True: every pitch may sound. `[n, pitches]`"""
        return np.ones((n, len(self.pitches)), dtype=bool)

    def allowed(self, sounding: SoundingState) -> BoolArray:
        """Every onset; a sustain only where the pitch sounds. Output `[n, channels]`."""
        return np.concatenate([np.ones_like(sounding), sounding], axis=1)

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """Onset wins over sustain; a sustain needs a sounding pitch.

        Shape:
            - Output: `[n, channels]`, `[n, pitches]`
        """
        onset, sustain = (plane > 0 for plane in self._planes(step))
        sustain &= sounding & ~onset
        return np.concatenate([onset, sustain], axis=1).astype(np.uint8), onset | sustain

    def canonicalize(self, codes: Codes) -> Codes:
        """Drop sustained pitches that do not sound, and sustains of onsets. `[T, channels]`"""
        sounding = np.zeros((1, len(self.pitches)), dtype=bool)
        canonical = []
        for step in codes:
            advanced, sounding = self.advance(sounding, step[None])
            canonical.append(advanced[0])
        return np.array(canonical, dtype=self.dtype).reshape(codes.shape)

    def _planes(self, codes: Codes) -> tuple[Codes, Codes]:
        return codes[..., : len(self.pitches)], codes[..., len(self.pitches) :]
