"""What every codec offers: a phrase as what a net reads, and back.

Every phrase has one spelling: a note-off stands only where a note sounds, a
sustained step only after its onset. `allowed` says which classes keep to that
at a given moment, and who draws steps asks it; then what `decode` makes,
written to MIDI and read back, encodes to the same steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from ..arrays import BoolArray, FloatArray, IntArray
from ..score.phrase import Note, Part, Phrase
from ..theory.meter import Meter
from .track_selection import Selector

Codes = NDArray[Any]
"""Whole numbers: classes, or zeros and ones of channels."""

SoundingState = Any
"""What sounds at a moment of some sequences, in a form that only its codec knows."""


UNBOUNDED = 128
"""Semitones: as far as what has no pitch can be moved."""


class Codec(Protocol):
    """A codec; `name` stands in a checkpoint's config.

    Letters: N sequences side by side, T steps. A step is one class `[T]`, a class
    for each of several parts `[T, P]`, or zeros and ones `[T, channels]`.
    """

    def __hash__(self) -> int:
        """A codec does not change."""

    @property
    def name(self) -> str:
        """How it is asked for."""

    @property
    def likelihood(self) -> str:
        """`categorical` or `bernoulli`."""

    @property
    def heads(self) -> tuple[int, ...]:
        """Classes of each part; one part of all channels where these are not classes."""

    @property
    def channels(self) -> int:
        """What a net reads at each step: all heads side by side."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of codes; where they are classes, its highest number is padding."""

    @property
    def parts(self) -> tuple[Codec, ...]:
        """A codec for each part that it encodes; itself where there is one."""

    @property
    def pitches(self) -> range:
        """MIDI pitches that the first channels strike, one each; empty if those have no pitch."""

    @property
    def polyphonic(self) -> bool:
        """True if pitches sound together; as many channels that sustain them follow the onsets."""

    @property
    def has_chords(self) -> bool:
        """True if it encodes chords: of the part that does, channels count as `chords.code`."""

    @property
    def notes_per_channel(self) -> IntArray:
        """How many notes of the first part each channel strikes. `[channels]`"""

    @property
    def select(self) -> Selector:
        """Reduces a phrase to what `encode` reads; one of the functions of `voices`."""

    @property
    def rest(self) -> Codes:
        """The step at which nothing happens. `[]`, `[P]` or `[channels]`."""

    def encode(self, phrase: Phrase) -> Codes:
        """The phrase's parts as codes, in the order of `select`."""

    def encode_notes(
        self, start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int
    ) -> Codes:
        """As `encode`, of whole bars with one part, whose notes are sorted arrays `[N]`."""

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """Codes of whole bars -> a phrase."""

    def split(self, codes: Codes) -> Iterator[tuple[Codec, Codes]]:
        """Each part's codec and its own codes; these themselves where there is one part."""

    def one_hot(self, codes: Codes) -> FloatArray:
        """What a net reads: `[..., T, channels]`; zeros for padding."""

    def transpose_range(self, codes: Codes) -> tuple[int, int]:
        """How many semitones down and up they can be moved; `UNBOUND` without any pitch."""

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """The codes that many semitones up; unchanged where that leaves the range."""

    def normalize_key(self, codes: Codes) -> Codes:
        """Sequences moved as low as they go, so that they are the same in any key. `[N, T, ...]`"""

    def drop_carried_notes(self, codes: Codes) -> Codes:
        """Cut out of longer ones: a note that began before is not in them. `[N, T, ...]`"""

    def onsets(self, codes: Codes) -> Codes:
        """What is struck and when, whatever it lasts: alike for two spellings of one tune."""

    def onset_mask(self, codes: Codes) -> BoolArray:
        """Steps at which something is struck. `[..., T]`"""

    def sounding(self, codes: Codes) -> BoolArray:
        """Which pitches sound, if it is polyphonic. `[..., T, pitches]`, else `[..., T, 0]`"""

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """What sounds before the first step of `n` sequences: nothing."""

    def unknown_state(self, n: int, meter: Meter) -> SoundingState:
        """What sounds before a bar in the middle of music: anything may."""

    def allowed(self, sounding: SoundingState) -> BoolArray:
        """Channels that may be drawn while this sounds. `[n, channels]`"""

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """A drawn step in its one spelling, and what sounds after it."""

    def canonicalize(self, codes: Codes) -> Codes:
        """Steps that were drawn apart, cut or mixed, in their one spelling. `[T, ...]`

        The same as `encode` of their `decode`. Each stands where its kind can: chords on beats.
        """


class SinglePart:
    """What a codec of one part has unless it says otherwise: one voice and no chords."""

    polyphonic: ClassVar[bool] = False
    has_chords: ClassVar[bool] = False

    @property
    def parts(self: Codec) -> tuple[Codec, ...]:
        """Itself alone."""
        return (self,)

    @property
    def notes_per_channel(self: Codec) -> IntArray:
        """One for each onset. `[channels]`"""
        return (np.arange(self.channels) < len(self.pitches)).astype(np.int64)

    def split(self: Codec, codes: Codes) -> Iterator[tuple[Codec, Codes]]:
        """Itself and all codes."""
        yield self, codes

    def encode_notes(
        self: Codec, start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int
    ) -> Codes:
        """By way of a phrase; a codec that is read in bulk has a quicker one."""
        return self.encode(phrase_of(start, end, pitch, meter, bars))

    def sounding(self: Codec, codes: Codes) -> BoolArray:
        """No pitches together. `[..., T, 0]`"""
        return np.zeros((*self.onset_mask(codes).shape, 0), dtype=bool)


def phrase_of(start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int) -> Phrase:
    """A phrase of one part, of notes as sorted arrays. `[N]` each"""
    columns = zip(start.tolist(), (end - start).tolist(), pitch.tolist(), strict=True)
    return Phrase(meter, bars, parts=(Part(tuple(Note(*note) for note in columns)),))


def one_hot_classes(codes: Codes, classes: int) -> FloatArray:
    """One-hot of whole numbers; zeros for those that are no class. `[...]` -> `[..., classes]`"""
    return _rows_of_one(classes)[np.minimum(codes, classes)]


@cache
def _rows_of_one(classes: int) -> FloatArray:
    """The one-hot row of each class, then a row of zeros: 1 MB for drums, so it is made once."""
    table = np.eye(classes + 1, classes, dtype=np.float32)
    table.setflags(write=False)
    return table


def fold_octaves(pitch: int, lowest: int, highest: int) -> int:
    """The pitch moved into a range by octaves.

    >>> [fold_octaves(pitch, 21, 108) for pitch in (3, 60, 109)]
    [27, 60, 97]
    """
    while pitch < lowest:
        pitch += 12
    while pitch > highest:
        pitch -= 12
    return pitch


@cache
def free_steps(codec: Codec, meter: Meter, steps: int) -> BoolArray:
    """Where there is a choice; a step at which one channel alone is allowed is forced. `[T]`"""
    sounding = codec.initial_state(1, meter)
    free = np.ones(steps, dtype=bool)
    for t in range(steps):
        free[t] = codec.allowed(sounding).sum() > 1
        _, sounding = codec.advance(sounding, codec.rest[None])
    free.setflags(write=False)
    return free
