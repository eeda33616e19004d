"""The codec of several parts with one z: a class for each part at every step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from ..arrays import BoolArray, FloatArray, IntArray
from ..score.phrase import ChordChange, Part, Phrase
from ..theory.meter import Meter
from .base import (
    UNBOUNDED,
    Codec,
    Codes,
    SoundingState,
    phrase_of,
)
from .track_selection import Selector


@dataclass(frozen=True)
class PartsCodec:
    """Several parts at once: a class for each of them at every step, `[T, P]`.

    Args:
        name: of the codec.
        parts: a codec of one class a step for each part of a phrase, in their order.
        select: the parts that it reads, in that order.
    """

    name: str
    parts: tuple[Codec, ...]
    select: Selector = field(repr=False)

    polyphonic: ClassVar[bool] = False
    likelihood: ClassVar[str] = "categorical"

    @property
    def heads(self) -> tuple[int, ...]:
        """Classes of each part."""
        return tuple(part.channels for part in self.parts)

    @property
    def channels(self) -> int:
        """All heads side by side."""
        return sum(self.heads)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Wide enough for the classes of every part."""
        return np.result_type(*(part.dtype for part in self.parts))

    @property
    def pitches(self) -> range:
        """Those of the first part."""
        return self.parts[0].pitches

    @property
    def has_chords(self) -> bool:
        """True if a part has them."""
        return any(part.has_chords for part in self.parts)

    @property
    def notes_per_channel(self) -> IntArray:
        """Those of the first part, then zeros. `[channels]`"""
        first = self.parts[0].notes_per_channel
        return np.pad(first, (0, self.channels - len(first)))

    @property
    def rest(self) -> Codes:
        """All are idle. `[P]`"""
        return self._stack([part.rest for part in self.parts])

    def split(self, codes: Codes) -> Iterator[tuple[Codec, Codes]]:
        """Each part's codec and its own codes. `[..., P]` -> `[...]` each"""
        for number, part in enumerate(self.parts):
            yield part, codes[..., number]

    def encode(self, phrase: Phrase) -> Codes:
        """Each part by its codec; a part that is not there is silent. Output `[T, P]`."""
        alone = [replace(phrase, parts=phrase.parts[i : i + 1]) for i in range(len(self.parts))]
        return self._stack([part.encode(one) for part, one in zip(self.parts, alone, strict=True)])

    def encode_notes(
        self, start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int
    ) -> Codes:
        """The notes are the first part; the others are silent."""
        return self.encode(phrase_of(start, end, pitch, meter, bars))

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """`[T, P]` of whole bars -> a phrase with a part for each, named after it, or chords."""
        parts: list[Part] = []
        chords: tuple[ChordChange, ...] = ()
        for part, own in self.split(codes):
            phrase = part.decode(own, meter)
            parts += [replace(one, name=part.name.capitalize()) for one in phrase.parts]
            chords += phrase.chords
        return Phrase(meter, len(codes) // meter.steps_per_bar, parts=tuple(parts), chords=chords)

    def one_hot(self, codes: Codes) -> FloatArray:
        """`[..., T, P]` -> `[..., T, channels]`; zeros for padding."""
        return np.concatenate([part.one_hot(own) for part, own in self.split(codes)], axis=-1)

    def transpose_range(self, codes: Codes) -> tuple[int, int]:
        """As far as all parts can go."""
        down, up = zip(*(part.transpose_range(own) for part, own in self.split(codes)), strict=True)
        return min(down), min(up)

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """All parts together, or none. `[T, P]` -> `[T, P]`."""
        down, up = self.transpose_range(codes)
        if not -down <= semitones <= up:
            return codes
        return self._stack([part.transpose(own, semitones) for part, own in self.split(codes)])

    def normalize_key(self, codes: Codes) -> Codes:
        """As low as all parts go together. `[N, T, P]`"""
        reach = [self.transpose_range(row)[0] for row in codes]
        moved = [
            self.transpose(row, -down if down < UNBOUNDED else 0)
            for row, down in zip(codes, reach, strict=True)
        ]
        return np.array(moved, dtype=self.dtype).reshape(codes.shape)

    def drop_carried_notes(self, codes: Codes) -> Codes:
        """Part by part. `[N, T, P]`"""
        return self._stack([part.drop_carried_notes(own) for part, own in self.split(codes)])

    def onsets(self, codes: Codes) -> Codes:
        """Part by part. `[..., P]`"""
        return self._stack([part.onsets(own) for part, own in self.split(codes)])

    def onset_mask(self, codes: Codes) -> BoolArray:
        """Where any part strikes. `[..., T, P]` -> `[..., T]`."""
        found = [part.onset_mask(own) for part, own in self.split(codes)]
        return np.asarray(np.any(found, axis=0))

    def sounding(self, codes: Codes) -> BoolArray:
        """No pitches together in any part. `[..., T, 0]`"""
        return np.zeros((*self.onset_mask(codes).shape, 0), dtype=bool)

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """One for each part."""
        return [part.initial_state(n, meter) for part in self.parts]

    def unknown_state(self, n: int, meter: Meter) -> SoundingState:
        """One for each part."""
        return [part.unknown_state(n, meter) for part in self.parts]

    def allowed(self, sounding: SoundingState) -> BoolArray:
        """What each part allows, side by side. Output `[n, channels]`."""
        each = zip(self.parts, sounding, strict=True)
        return np.concatenate([part.allowed(own) for part, own in each], axis=-1)

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """Part by part. `[n, P]` -> the same."""
        played = [
            part.advance(before, own)
            for (part, own), before in zip(self.split(step), sounding, strict=True)
        ]
        return self._stack([own for own, _ in played]), [after for _, after in played]

    def canonicalize(self, codes: Codes) -> Codes:
        """Part by part. `[T, P]`"""
        return self._stack([part.canonicalize(own) for part, own in self.split(codes)])

    def _stack(self, codes: Sequence[Codes]) -> Codes:
        return np.stack(codes, axis=-1).astype(self.dtype)
