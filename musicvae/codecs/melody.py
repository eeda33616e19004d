"""The melody codec: a monophonic line, one class a step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..arrays import BoolArray, FloatArray, IntArray
from ..score.phrase import Note, Part, Phrase
from ..theory.meter import Meter
from .base import UNBOUNDED, Codes, SinglePart, SoundingState, fold_octaves, one_hot_classes
from .track_selection import Selector, select_melody


@dataclass(frozen=True)
class MelodyCodec(SinglePart):
    """One class a step: a pitch starts (0 to 87), the note stops (88), nothing changes (89).

    Pitches outside the piano's 21 to 108 are moved into it by octaves. Of notes that
    start together the highest remains, and a new note ends the one before.

    Args:
        name: name of the codec, or of the part it encodes within a `PartsCodec`.
        program: General MIDI program, 0 to 127, of decoded parts.
        select: returns the phrase with the part to encode.
    """

    name: str = "melody"
    program: int = 0
    select: Selector = field(default=select_melody, repr=False)

    likelihood: ClassVar[str] = "categorical"
    channels: ClassVar[int] = 90
    heads: ClassVar[tuple[int, ...]] = (90,)
    dtype: ClassVar[np.dtype[np.uint8]] = np.dtype(np.uint8)
    LOWEST: ClassVar[int] = 21
    HIGHEST: ClassVar[int] = 108
    pitches: ClassVar[range] = range(LOWEST, HIGHEST + 1)
    OFF: ClassVar[int] = 88
    HOLD: ClassVar[int] = 89
    rest: ClassVar[Codes] = np.array(89, dtype=np.uint8)

    def encode(self, phrase: Phrase) -> Codes:
        """Classes of the first part. Output `[T]`, uint8."""
        codes = np.full(phrase.steps, self.HOLD, dtype=np.uint8)
        notes = phrase.parts[0].notes if phrase.parts else ()
        for note in notes:  # sorted: a later or higher note overwrites
            codes[note.start : note.end] = self.HOLD
            codes[note.start] = fold_octaves(note.pitch, self.LOWEST, self.HIGHEST) - self.LOWEST
            if note.end < len(codes):
                codes[note.end] = self.OFF
        return self.canonicalize(codes)

    def encode_notes(
        self, start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int
    ) -> Codes:
        """Classes of monophonic notes. Output `[T]`, uint8."""
        low, high = self.LOWEST, self.HIGHEST
        codes = np.full(bars * meter.steps_per_bar, self.HOLD, dtype=np.uint8)
        pitch = np.where(pitch < low, low + (pitch - low) % 12, pitch)
        pitch = np.where(pitch > high, high - (high - pitch) % 12, pitch)
        codes[end[end < len(codes)]] = self.OFF
        codes[start] = pitch - low  # last: a note that starts where another ends needs no note-off
        return codes

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """A phrase with one monophonic part. `[T]`, whole bars."""
        notes = []
        starts = np.flatnonzero(codes < self.OFF)
        stops = np.append(np.flatnonzero(codes != self.HOLD), len(codes))
        for start in starts:
            end = stops[np.searchsorted(stops, start, side="right")]
            notes.append(Note(int(start), int(end - start), int(codes[start]) + self.LOWEST))
        part = Part(tuple(notes), self.program)
        return Phrase(meter, len(codes) // meter.steps_per_bar, parts=(part,))

    def one_hot(self, codes: Codes) -> FloatArray:
        """One-hot classes; zeros for padding. `[..., T]` -> `[..., T, 90]`."""
        return one_hot_classes(codes, self.channels)

    def transpose_range(self, codes: Codes) -> tuple[int, int]:
        """Semitones from the lowest pitch down to A0, and from the highest up to C8."""
        pitches = codes[codes < self.OFF]
        if not len(pitches):
            return UNBOUNDED, UNBOUNDED
        return int(pitches.min()), self.OFF - 1 - int(pitches.max())

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """Move pitches; note-off and hold stay. `[T]` -> `[T]`."""
        down, up = self.transpose_range(codes)
        if not -down <= semitones <= up:
            return codes
        return np.where(codes < self.OFF, codes.astype(int) + semitones, codes).astype(codes.dtype)

    def normalize_key(self, codes: Codes) -> Codes:
        """Move each sequence so that its lowest pitch is class 0. `[N, T]`"""
        pitched = codes < self.OFF
        lowest = np.where(pitched, codes, 255).min(axis=1, keepdims=True)
        return np.where(pitched, codes - lowest, codes)

    def drop_carried_notes(self, codes: Codes) -> Codes:
        """Drop note-offs before the first onset, which end an earlier note. `[N, T]`"""
        begun = np.logical_or.accumulate(codes < self.OFF, axis=1)
        return np.where(begun, codes, np.uint8(self.HOLD))

    def onsets(self, codes: Codes) -> Codes:
        """Note-offs become holds. Any shape."""
        return np.where(codes == self.OFF, np.uint8(self.HOLD), codes)

    def onset_mask(self, codes: Codes) -> BoolArray:
        """True where a note starts. Any shape."""
        return np.asarray(codes < self.OFF)

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """False: no note sounds. `[n]`"""
        return np.zeros(n, dtype=bool)

    def unknown_state(self, n: int, meter: Meter) -> SoundingState:
        """True: a note may sound. `[n]`"""
        return np.ones(n, dtype=bool)

    def allowed(self, sounding: SoundingState) -> BoolArray:
        """All classes, but a note-off only where a note sounds. Output `[n, 90]`."""
        mask = np.ones((len(sounding), self.channels), dtype=bool)
        mask[:, self.OFF] = sounding
        return mask

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """The step as it is, and whether a note sounds after it. `[n]` -> `[n]`, `[n]`."""
        return step, (step < self.OFF) | (sounding & (step == self.HOLD))

    def canonicalize(self, codes: Codes) -> Codes:
        """Turn note-offs in silence into holds. `[T]` -> `[T]`."""
        sounding = False
        canonical = codes.copy()
        for t, code in enumerate(codes):
            if code == self.OFF and not sounding:
                canonical[t] = self.HOLD
            sounding = bool(code < self.OFF or (sounding and code == self.HOLD))
        return canonical
