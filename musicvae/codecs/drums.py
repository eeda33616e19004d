"""The drums codec: nine classes of drums, struck or not, one of 512 combinations a step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..arrays import BoolArray, FloatArray, IntArray
from ..score.phrase import Note, Part, Phrase
from ..theory.drum_kit import CLASS_OF, CLASSES, PITCH_OF
from ..theory.meter import Meter
from .base import (
    UNBOUNDED,
    Codes,
    SinglePart,
    SoundingState,
    one_hot_classes,
)
from .track_selection import Selector, select_drums


@dataclass(frozen=True)
class DrumsCodec(SinglePart):
    """Nine drums: the class of a step is the sum of `2 ** number` over the drums it strikes.

    A stroke lasts one step, as drums do. What is no General MIDI drum is left out.
    """

    name: str = "drums"
    select: Selector = field(default=select_drums, repr=False)

    likelihood: ClassVar[str] = "categorical"
    channels: ClassVar[int] = 1 << len(CLASSES)
    heads: ClassVar[tuple[int, ...]] = (channels,)
    dtype: ClassVar[np.dtype[np.uint16]] = np.dtype(np.uint16)
    pitches: ClassVar[range] = range(0)
    rest: ClassVar[Codes] = np.array(0, dtype=np.uint16)

    @property
    def notes_per_channel(self) -> IntArray:
        """One for each drum in the combination. `[512]`"""
        struck = np.arange(self.channels)[:, None] >> np.arange(len(CLASSES)) & 1
        return np.asarray(struck.sum(axis=1))

    def encode(self, phrase: Phrase) -> Codes:
        """The first part as classes. Output `[T]`, uint16."""
        codes = np.zeros(phrase.steps, dtype=np.uint16)
        for note in phrase.parts[0].notes if phrase.parts else ():
            if note.pitch in CLASS_OF:
                codes[note.start] |= 1 << CLASS_OF[note.pitch]
        return codes

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """Classes `[T]` of whole bars -> a phrase with one part of drums."""
        struck = np.argwhere(codes[:, None] >> np.arange(len(CLASSES)) & 1)
        notes = tuple(Note(int(step), 1, PITCH_OF[drum]) for step, drum in struck)
        return Phrase(meter, len(codes) // meter.steps_per_bar, parts=(Part(notes, is_drum=True),))

    def one_hot(self, codes: Codes) -> FloatArray:
        """`[..., T]` -> `[..., T, 512]`; a code of padding gives zeros."""
        return one_hot_classes(codes, self.channels)

    def transpose_range(self, codes: Codes) -> tuple[int, int]:
        """Drums have no key."""
        return UNBOUNDED, UNBOUNDED

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """Drums have no key."""
        return codes

    def normalize_key(self, codes: Codes) -> Codes:
        """Drums have no key."""
        return codes

    def drop_carried_notes(self, codes: Codes) -> Codes:
        """A stroke does not last."""
        return codes

    def onsets(self, codes: Codes) -> Codes:
        """All that is in them."""
        return codes

    def onset_mask(self, codes: Codes) -> BoolArray:
        """Where any drum is struck. Any shape."""
        return np.asarray(codes > 0)

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """`[n]`, of no meaning: whatever was struck, anything may be."""
        return np.zeros(n, dtype=bool)

    def unknown_state(self, n: int, meter: Meter) -> SoundingState:
        """As `silence`."""
        return self.initial_state(n, meter)

    def allowed(self, sounding: SoundingState) -> BoolArray:
        """All of them. Output `[n, 512]`."""
        return np.ones((len(sounding), self.channels), dtype=bool)

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """A class has one spelling. `[n]` -> the same."""
        return step, sounding

    def canonicalize(self, codes: Codes) -> Codes:
        """They are spelled already."""
        return codes
