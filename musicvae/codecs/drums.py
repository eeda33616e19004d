"""The drums codec: nine drum classes, of which each step plays one of 512 combinations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..arrays import BoolArray, FloatArray, IntArray
from ..score.phrase import Note, Part, Phrase
from ..theory.drum_kit import DRUM_CLASS, DRUM_CLASSES, DRUM_PITCH
from ..theory.meter import Meter
from .base import UNBOUNDED, Codes, SinglePart, SoundingState, one_hot_classes
from .track_selection import Selector, select_drums


@dataclass(frozen=True)
class DrumsCodec(SinglePart):
    """One class a step: the sum of `2 ** number` over the drums, 0 to 8, that start there.

    A hit lasts one step. Pitches that are no General MIDI drum are dropped.
    """

    name: str = "drums"
    select: Selector = field(default=select_drums, repr=False)

    likelihood: ClassVar[str] = "categorical"
    channels: ClassVar[int] = 1 << len(DRUM_CLASSES)
    heads: ClassVar[tuple[int, ...]] = (channels,)
    dtype: ClassVar[np.dtype[np.uint16]] = np.dtype(np.uint16)
    pitches: ClassVar[range] = range(0)
    rest: ClassVar[Codes] = np.array(0, dtype=np.uint16)

    @property
    def notes_per_channel(self) -> IntArray:
        """Number of drums in each combination. `[512]`"""
        hits = np.arange(self.channels)[:, None] >> np.arange(len(DRUM_CLASSES)) & 1
        return np.asarray(hits.sum(axis=1))

    def encode(self, phrase: Phrase) -> Codes:
        """Classes of the first part. Output `[T]`, uint16."""
        codes = np.zeros(phrase.steps, dtype=np.uint16)
        for note in phrase.parts[0].notes if phrase.parts else ():
            if note.pitch in DRUM_CLASS:
                codes[note.start] |= 1 << DRUM_CLASS[note.pitch]
        return codes

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """A phrase with one drum part. `[T]`, whole bars."""
        hits = np.argwhere(codes[:, None] >> np.arange(len(DRUM_CLASSES)) & 1)
        notes = tuple(Note(int(step), 1, DRUM_PITCH[drum]) for step, drum in hits)
        return Phrase(meter, len(codes) // meter.steps_per_bar, parts=(Part(notes, is_drum=True),))

    def one_hot(self, codes: Codes) -> FloatArray:
        """One-hot classes; zeros for padding. `[..., T]` -> `[..., T, 512]`."""
        return one_hot_classes(codes, self.channels)

    def transpose_range(self, codes: Codes) -> tuple[int, int]:
        """Unbounded: drums have no pitch."""
        return UNBOUNDED, UNBOUNDED

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """Unchanged: drums have no pitch."""
        return codes

    def normalize_key(self, codes: Codes) -> Codes:
        """Unchanged: drums have no pitch."""
        return codes

    def drop_carried_notes(self, codes: Codes) -> Codes:
        """Unchanged: a hit lasts one step."""
        return codes

    def onsets(self, codes: Codes) -> Codes:
        """The codes themselves: they hold nothing but onsets."""
        return codes

    def onset_mask(self, codes: Codes) -> BoolArray:
        """True where a drum is hit. Any shape."""
        return np.asarray(codes > 0)

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """A placeholder `[n]`: no step depends on the steps before it."""
        return np.zeros(n, dtype=bool)

    def unknown_state(self, n: int, meter: Meter) -> SoundingState:
        """The same placeholder `[n]`."""
        return self.initial_state(n, meter)

    def allowed(self, sounding: SoundingState) -> BoolArray:
        """All combinations, always. Output `[n, 512]`."""
        return np.ones((len(sounding), self.channels), dtype=bool)

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """Step and state as they are. `[n]` -> `[n]`, `[n]`."""
        return step, sounding

    def canonicalize(self, codes: Codes) -> Codes:
        """Unchanged: every class is canonical."""
        return codes
