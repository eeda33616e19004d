"""The codec interface: phrases to the codes that a net reads, and back.

Every phrase has one canonical form: a note-off stands only where a note sounds,
a sustained pitch only after its onset. A sampler asks `allowed` which channels
keep to that form at a step. Codes sampled so survive the round trip: decoded,
written to MIDI and read back, they encode to the same codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from ..arrays import BoolArray, FloatArray, IntArray
from ..score.phrase import Note, Part, Phrase
from ..theory.meter import Meter
from .track_selection import Selector

Codes = NDArray[Any]
"""Integer codes: classes, or a zero or one for each channel."""

SoundingState = Any
"""State of `n` sequences after some steps: what sounds. Its form is private to the codec."""


UNBOUNDED = 128
"""Transpose range, in semitones, of codes without any pitch."""


class Codec(Protocol):
    """Encodes phrases as arrays of codes and decodes them; immutable.

    Letters: N sequences, T steps, P parts. A step is one class `[T]`, a class for
    each of several parts `[T, P]`, or zeros and ones `[T, channels]`.
    """

    def __hash__(self) -> int:
        """Codecs are hashable, so that what is derived from one can be cached."""

    @property
    def name(self) -> str:
        """Key in `CODECS`; a checkpoint's config stores it."""

    @property
    def likelihood(self) -> str:
        """Distribution of a step: `categorical` or `bernoulli`."""

    @property
    def heads(self) -> tuple[int, ...]:
        """Number of classes of each part; of a `bernoulli` codec, all channels as one head."""

    @property
    def channels(self) -> int:
        """Input features of a step: all heads side by side."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the codes; if they are classes, its highest number marks padding."""

    @property
    def parts(self) -> tuple[Codec, ...]:
        """The codec of each part; a codec of one part returns itself."""

    @property
    def pitches(self) -> range:
        """MIDI pitches whose onsets are the first channels, in order; empty if there are none."""

    @property
    def polyphonic(self) -> bool:
        """True if pitches may sound together; a sustain channel of each then follows the onsets."""

    @property
    def has_chords(self) -> bool:
        """True if a part encodes chords; its classes are those of `theory.chords.chord_code`."""

    @property
    def parts_may_rest(self) -> bool:
        """True if a window for training may leave some of the parts silent."""

    @property
    def notes_per_channel(self) -> IntArray:
        """Number of notes of the first part that each channel starts. `[channels]`"""

    @property
    def select(self) -> Selector:
        """Reduces a phrase to the parts that `encode` reads; see `track_selection`."""

    @property
    def rest(self) -> Codes:
        """The code of a step at which nothing happens. `[]`, `[P]` or `[channels]`."""

    def encode(self, phrase: Phrase) -> Codes:
        """Codes of the parts of a phrase, which are in the order of `select`."""

    def encode_notes(
        self, start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int
    ) -> Codes:
        """Codes of one part in whole bars, given as arrays of its sorted notes, `[N]` each."""

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """The phrase of codes that fill whole bars."""

    def split(self, codes: Codes) -> Iterator[tuple[Codec, Codes]]:
        """Pairs of a part's codec and its codes; one pair if the codec has one part."""

    def one_hot(self, codes: Codes) -> FloatArray:
        """Input of a net, `[..., T, channels]`: one-hot or multi-hot, zeros for padding."""

    def transpose_range(self, codes: Codes) -> tuple[int, int]:
        """Semitones down and up that the codes can be moved; `UNBOUNDED` without any pitch."""

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """The codes moved up by semitones; unchanged if a pitch would leave the range."""

    def normalize_key(self, codes: Codes) -> Codes:
        """Sequences moved to one key, so that transpositions become equal. `[N, T, ...]`"""

    def drop_carried_notes(self, codes: Codes) -> Codes:
        """Windows of longer codes, without notes that began before them. `[N, T, ...]`"""

    def onsets(self, codes: Codes) -> Codes:
        """Onsets alone: equal for two sequences that differ only in the length of notes."""

    def onset_mask(self, codes: Codes) -> BoolArray:
        """True at steps with an onset. `[..., T]`"""

    def sounding(self, codes: Codes) -> BoolArray:
        """Pitches that sound. `[..., T, pitches]`; `[..., T, 0]` if not polyphonic."""

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """State before the first step of `n` sequences of a piece: nothing sounds."""

    def unknown_state(self, n: int, meter: Meter) -> SoundingState:
        """State before a bar in the middle of a piece: anything may sound."""

    def take(self, sounding: SoundingState, rows: IntArray) -> SoundingState:
        """The state of some of the sequences. `[M]`"""

    def allowed(self, sounding: SoundingState) -> BoolArray:
        """Channels that keep the next step canonical in this state. `[n, channels]`"""

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """A sampled step in canonical form, and the state after it."""

    def canonicalize(self, codes: Codes) -> Codes:
        """Canonical form of codes that were cut, or mixed step by step. `[T, ...]`

        Equals `encode(decode(codes))`. Chords must already stand on beats.
        """


class SinglePart:
    """Defaults of a codec with one part: monophonic and without chords."""

    polyphonic: ClassVar[bool] = False
    has_chords: ClassVar[bool] = False
    parts_may_rest: ClassVar[bool] = False

    @property
    def parts(self: Codec) -> tuple[Codec, ...]:
        """The codec itself."""
        return (self,)

    @property
    def notes_per_channel(self: Codec) -> IntArray:
        """One note for each onset channel. `[channels]`"""
        return (np.arange(self.channels) < len(self.pitches)).astype(np.int64)

    def split(self: Codec, codes: Codes) -> Iterator[tuple[Codec, Codes]]:
        """The codec itself with all codes."""
        yield self, codes

    def encode_notes(
        self: Codec, start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int
    ) -> Codes:
        """Codes by way of a phrase; codecs that the fast path reads override this."""
        return self.encode(phrase_from_notes(start, end, pitch, meter, bars))

    def take(self: Codec, sounding: SoundingState, rows: IntArray) -> SoundingState:
        """The state of some of the sequences: all states are arrays of a row for each. `[M]`"""
        return sounding[rows]

    def sounding(self: Codec, codes: Codes) -> BoolArray:
        """No pitches, as the codec is monophonic. `[..., T, 0]`"""
        return np.zeros((*self.onset_mask(codes).shape, 0), dtype=bool)


def phrase_from_notes(
    start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int
) -> Phrase:
    """A phrase of one part from arrays of its sorted notes, `[N]` each."""
    columns = zip(start.tolist(), (end - start).tolist(), pitch.tolist(), strict=True)
    return Phrase(meter, bars, parts=(Part(tuple(Note(*note) for note in columns)),))


@cache
def head_slices(codec: Codec) -> tuple[slice, ...]:
    """The channels of each head of a codec; cached, as samplers ask at each step."""
    ends = accumulate(codec.heads)
    return tuple(slice(end - classes, end) for end, classes in zip(ends, codec.heads, strict=True))


def count_played(codec: Codec, codes: Codes) -> int:
    """Number of parts, chords among them, that begin anything. `[T, ...]`"""
    return sum(bool(part.onset_mask(steps).any()) for part, steps in codec.split(codes))


def one_hot_classes(codes: Codes, classes: int) -> FloatArray:
    """One-hot rows of classes; zeros for any higher number. `[...]` -> `[..., classes]`"""
    return _one_hot_table(classes)[np.minimum(codes, classes)]


@cache
def _one_hot_table(classes: int) -> FloatArray:
    """One-hot row of each class, then a row of zeros; cached, as the drums need 1 MB."""
    table = np.eye(classes + 1, classes, dtype=np.float32)
    table.setflags(write=False)
    return table


def fold_octaves(pitch: int, lowest: int, highest: int) -> int:
    """Move a pitch into a range by octaves.

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
    """True at steps that leave a choice: more than one channel is allowed. `[T]`"""
    sounding = codec.initial_state(1, meter)
    free = np.ones(steps, dtype=bool)
    for t in range(steps):
        free[t] = codec.allowed(sounding).sum() > 1
        _, sounding = codec.advance(sounding, codec.rest[None])
    free.setflags(write=False)
    return free
