"""The codec of several parts with one z: one class for each part at every step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from ..arrays import BoolArray, FloatArray, IntArray
from ..score.phrase import ChordChange, Part, Phrase
from ..theory.meter import Meter
from .base import UNBOUNDED, Codec, Codes, SoundingState, phrase_from_notes
from .track_selection import Selector


@dataclass(frozen=True)
class PartsCodec:
    """Several parts side by side: one class for each of them at every step, `[T, P]`.

    Args:
        name: name of the codec.
        parts: a codec of one class a step for each part of a phrase, in order.
        select: returns the phrase with the parts to encode, in that order.
        parts_may_rest: whether a window for training may leave some of the parts silent.
    """

    name: str
    parts: tuple[Codec, ...]
    select: Selector = field(repr=False)
    parts_may_rest: bool = False

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
        """MIDI pitches of the first part."""
        return self.parts[0].pitches

    @property
    def has_chords(self) -> bool:
        """True if one of the parts encodes chords."""
        return any(part.has_chords for part in self.parts)

    @property
    def notes_per_channel(self) -> IntArray:
        """Note counts of the first part, then zeros: only it is counted. `[channels]`"""
        first = self.parts[0].notes_per_channel
        return np.pad(first, (0, self.channels - len(first)))

    @property
    def rest(self) -> Codes:
        """The rest of each part. `[P]`"""
        return self._stack([part.rest for part in self.parts])

    def split(self, codes: Codes) -> Iterator[tuple[Codec, Codes]]:
        """Pairs of a part's codec and its codes. `[..., P]` -> `[...]` each."""
        for number, codec in enumerate(self.parts):
            yield codec, codes[..., number]

    def encode(self, phrase: Phrase) -> Codes:
        """Codes of each part by its codec; missing parts are silent. Output `[T, P]`."""
        return self._stack(
            [
                codec.encode(replace(phrase, parts=phrase.parts[number : number + 1]))
                for number, codec in enumerate(self.parts)
            ]
        )

    def encode_notes(
        self, start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int
    ) -> Codes:
        """Codes with these notes as the first part; the other parts are silent."""
        return self.encode(phrase_from_notes(start, end, pitch, meter, bars))

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """A phrase with the parts, each named after its codec, and the chords. `[T, P]`"""
        parts: list[Part] = []
        chords: tuple[ChordChange, ...] = ()
        for codec, part_codes in self.split(codes):
            phrase = codec.decode(part_codes, meter)
            parts += [replace(part, name=codec.name.capitalize()) for part in phrase.parts]
            chords += phrase.chords
        return Phrase(meter, len(codes) // meter.steps_per_bar, parts=tuple(parts), chords=chords)

    def one_hot(self, codes: Codes) -> FloatArray:
        """One-hot classes side by side; zeros for padding. Output `[..., T, channels]`."""
        one_hots = [codec.one_hot(part_codes) for codec, part_codes in self.split(codes)]
        return np.concatenate(one_hots, axis=-1)

    def transpose_range(self, codes: Codes) -> tuple[int, int]:
        """Semitones that all parts can move together."""
        ranges = [codec.transpose_range(part_codes) for codec, part_codes in self.split(codes)]
        return min(down for down, _ in ranges), min(up for _, up in ranges)

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """Move all parts; none of them if one would leave its range. `[T, P]` -> `[T, P]`."""
        down, up = self.transpose_range(codes)
        if not -down <= semitones <= up:
            return codes
        return self._stack(
            [codec.transpose(part_codes, semitones) for codec, part_codes in self.split(codes)]
        )

    def normalize_key(self, codes: Codes) -> Codes:
        """Move each sequence as low as all its parts can go together. `[N, T, P]`"""
        room_below = [self.transpose_range(row)[0] for row in codes]
        moved = [
            self.transpose(row, -down if down < UNBOUNDED else 0)
            for row, down in zip(codes, room_below, strict=True)
        ]
        return np.array(moved, dtype=self.dtype).reshape(codes.shape)

    def drop_carried_notes(self, codes: Codes) -> Codes:
        """Drop carried notes of every part. `[N, T, P]`"""
        return self._stack(
            [codec.drop_carried_notes(part_codes) for codec, part_codes in self.split(codes)]
        )

    def onsets(self, codes: Codes) -> Codes:
        """Onsets of every part. `[..., P]`"""
        return self._stack([codec.onsets(part_codes) for codec, part_codes in self.split(codes)])

    def onset_mask(self, codes: Codes) -> BoolArray:
        """True where a part has an onset. `[..., T, P]` -> `[..., T]`."""
        masks = [codec.onset_mask(part_codes) for codec, part_codes in self.split(codes)]
        return np.asarray(np.any(masks, axis=0))

    def sounding(self, codes: Codes) -> BoolArray:
        """No pitches, as every part is monophonic or drums. `[..., T, 0]`"""
        return np.zeros((*self.onset_mask(codes).shape, 0), dtype=bool)

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """The initial state of each part."""
        return [part.initial_state(n, meter) for part in self.parts]

    def unknown_state(self, n: int, meter: Meter) -> SoundingState:
        """The unknown state of each part."""
        return [part.unknown_state(n, meter) for part in self.parts]

    def take(self, sounding: SoundingState, rows: IntArray) -> SoundingState:
        """The state of some of the sequences, of each part. `[M]`"""
        return [part.take(state, rows) for part, state in zip(self.parts, sounding, strict=True)]

    def allowed(self, sounding: SoundingState) -> BoolArray:
        """Allowed channels of every part, side by side. Output `[n, channels]`."""
        states = zip(self.parts, sounding, strict=True)
        return np.concatenate([codec.allowed(state) for codec, state in states], axis=-1)

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """Advance every part. `[n, P]` -> `[n, P]` and a state for each part."""
        advanced = [
            codec.advance(state, part_step)
            for (codec, part_step), state in zip(self.split(step), sounding, strict=True)
        ]
        return self._stack([part_step for part_step, _ in advanced]), [s for _, s in advanced]

    def canonicalize(self, codes: Codes) -> Codes:
        """Canonical form of every part. `[T, P]`"""
        return self._stack(
            [codec.canonicalize(part_codes) for codec, part_codes in self.split(codes)]
        )

    def _stack(self, codes: Sequence[Codes]) -> Codes:
        return np.stack(codes, axis=-1).astype(self.dtype)
