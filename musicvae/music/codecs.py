"""Codecs: a phrase as what a net reads, and back.

    melody   one class a step: 88 pitches, note-off, hold
    roll     multi-hot a step: 128 onsets, 128 sustained pitches

Further codecs (drums, several parts with one z) take their place in `CODECS`.

Every phrase has one spelling: a note-off stands only where a note sounds, a
sustained step only after its onset. `allowed` says which classes keep to that
at a given moment, and who draws steps asks it; then what `decode` makes,
written to MIDI and read back, encodes to the same steps.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from .notes import Note, Part, Phrase
from .pianoroll import ONSET, PITCHES, SUSTAIN, part_to_roll, roll_to_notes
from .units import Meter

Codes = NDArray[np.uint8]
Sounding = NDArray[np.bool_]


class Codec(Protocol):
    """What a codec offers; `name` stands in a checkpoint's config."""

    name: ClassVar[str]
    channels: ClassVar[int]
    likelihood: ClassVar[str]

    def encode(self, phrase: Phrase) -> Codes:
        """The phrase's first part as codes: `[T]` classes or `[T, channels]` zeros and ones."""

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """Codes of whole bars -> a phrase with one part."""

    def one_hot(self, codes: Codes) -> NDArray[np.float32]:
        """What a net reads. `[..., T]` or `[..., T, channels]` -> `[..., T, channels]`."""

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """The codes that many semitones up; unchanged where that leaves the range."""

    def struck(self, codes: Codes) -> Codes:
        """What is struck and when, whatever it lasts: alike for two spellings of one tune."""

    def silence(self, n: int) -> Sounding:
        """What sounds before the first step of `n` sequences: nothing."""

    def allowed(self, sounding: Sounding) -> NDArray[np.bool_]:
        """Channels that may be drawn while this sounds. Output `[n, channels]`."""

    def play(self, sounding: Sounding, step: Codes) -> tuple[Codes, Sounding]:
        """A drawn step in its one spelling, and what sounds after it."""


class MelodyCodec:
    """One voice: a pitch starts (0 to 87), the sounding note stops (88), nothing changes (89).

    Pitches outside the piano's 21 to 108 are moved into it by octaves. Of notes
    struck together the highest is kept, and a new note ends the one before.
    """

    name: ClassVar[str] = "melody"
    channels: ClassVar[int] = 90
    likelihood: ClassVar[str] = "categorical"
    LOWEST, HIGHEST = 21, 108
    OFF, HOLD = 88, 89

    def encode(self, phrase: Phrase) -> Codes:
        """The first part as classes. Output `[T]`, uint8."""
        codes = np.full(phrase.steps, self.HOLD, dtype=np.uint8)
        notes = phrase.parts[0].notes if phrase.parts else ()
        for note in notes:  # sorted: a later or higher note overwrites
            codes[note.start : note.end] = self.HOLD
            codes[note.start] = self._fold(note.pitch) - self.LOWEST
            if note.end < len(codes):
                codes[note.end] = self.OFF
        return self.spell(codes)

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """Classes `[T]` of whole bars -> a phrase with one part of one voice."""
        notes = []
        starts = np.flatnonzero(codes < self.OFF)
        stops = np.append(np.flatnonzero(codes != self.HOLD), len(codes))
        for start in starts:
            end = stops[np.searchsorted(stops, start, side="right")]
            notes.append(Note(int(start), int(end - start), int(codes[start]) + self.LOWEST))
        return Phrase(meter, len(codes) // meter.bar, parts=(Part(tuple(notes)),))

    def one_hot(self, codes: Codes) -> NDArray[np.float32]:
        """`[..., T]` -> `[..., T, 90]`; a code of padding gives zeros."""
        return np.eye(256, self.channels, dtype=np.float32)[codes]

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """Pitches move, note-off and hold stay. `[T]` -> `[T]`."""
        pitched = codes < self.OFF
        moved = codes[pitched].astype(int) + semitones
        if len(moved) == 0 or moved.min() < 0 or moved.max() >= self.OFF:
            return codes
        out = codes.copy()
        out[pitched] = moved
        return out

    def struck(self, codes: Codes) -> Codes:
        """Note-offs become holds. Any shape."""
        return np.where(codes == self.OFF, np.uint8(self.HOLD), codes)

    def silence(self, n: int) -> Sounding:
        """`[n]`: no note sounds."""
        return np.zeros(n, dtype=bool)

    def allowed(self, sounding: Sounding) -> NDArray[np.bool_]:
        """All but a note-off where nothing sounds. Output `[n, 90]`."""
        mask = np.ones((len(sounding), self.channels), dtype=bool)
        mask[:, self.OFF] = sounding
        return mask

    def play(self, sounding: Sounding, step: Codes) -> tuple[Codes, Sounding]:
        """A class has one spelling already. `[n]` -> `[n]`, `[n]`."""
        return step, (step < self.OFF) | (sounding & (step == self.HOLD))

    def spell(self, codes: Codes) -> Codes:
        """Any classes `[T]` in their one spelling: a note-off in silence becomes a hold."""
        sounding = False
        spelled = codes.copy()
        for t, code in enumerate(codes):
            if code == self.OFF and not sounding:
                spelled[t] = self.HOLD
            sounding = bool(code < self.OFF or (sounding and code == self.HOLD))
        return spelled

    def _fold(self, pitch: int) -> int:
        while pitch < self.LOWEST:
            pitch += 12
        while pitch > self.HIGHEST:
            pitch -= 12
        return pitch


class RollCodec:
    """Any number of notes: 128 channels for onsets, then 128 for sustained pitches."""

    name: ClassVar[str] = "roll"
    channels: ClassVar[int] = 2 * PITCHES
    likelihood: ClassVar[str] = "bernoulli"

    def encode(self, phrase: Phrase) -> Codes:
        """The first part as planes. Output `[T, 256]`, zeros and ones."""
        part = phrase.parts[0] if phrase.parts else Part()
        roll = part_to_roll(part, phrase.steps)
        return np.concatenate([roll == ONSET, roll == SUSTAIN], axis=1).astype(np.uint8)

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """Planes `[T, 256]` of whole bars -> a phrase with one part."""
        onset, sustain = codes[:, :PITCHES], codes[:, PITCHES:]
        roll = np.where(onset, ONSET, np.where(sustain, SUSTAIN, 0)).astype(np.uint8)
        return Phrase(meter, len(codes) // meter.bar, parts=(Part(roll_to_notes(roll)),))

    def one_hot(self, codes: Codes) -> NDArray[np.float32]:
        """The planes themselves, as floats."""
        return codes.astype(np.float32)

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """Both planes move along the pitch axis. `[T, 256]` -> `[T, 256]`."""
        planes = codes.reshape(-1, 2, PITCHES)
        used = np.flatnonzero(planes.any(axis=(0, 1)))
        if len(used) == 0 or used[0] + semitones < 0 or used[-1] + semitones >= PITCHES:
            return codes
        return np.roll(planes, semitones, axis=-1).reshape(codes.shape)

    def struck(self, codes: Codes) -> Codes:
        """The onsets. `[..., 256]` -> `[..., 128]`."""
        return codes[..., :PITCHES]

    def silence(self, n: int) -> Sounding:
        """`[n, 128]`: no pitch sounds."""
        return np.zeros((n, PITCHES), dtype=bool)

    def allowed(self, sounding: Sounding) -> NDArray[np.bool_]:
        """Any onset; a sustained pitch only where it sounds. Output `[n, 256]`."""
        return np.concatenate([np.ones_like(sounding), sounding], axis=1)

    def play(self, sounding: Sounding, step: Codes) -> tuple[Codes, Sounding]:
        """An onset and a sustain of one pitch are an onset. `[n, 256]` -> the same, `[n, 128]`."""
        onset = step[:, :PITCHES] > 0
        sustain = (step[:, PITCHES:] > 0) & sounding & ~onset
        return np.concatenate([onset, sustain], axis=1).astype(np.uint8), onset | sustain


CODECS: dict[str, Codec] = {codec.name: codec for codec in (MelodyCodec(), RollCodec())}
