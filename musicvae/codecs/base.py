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

from ..score.phrase import Note, Part, Phrase
from ..theory.meter import Meter
from .track_selection import Selector

Ints = NDArray[np.int64]

Codes = NDArray[Any]
"""Whole numbers: classes, or zeros and ones of channels."""

Sounding = Any
"""What sounds at a moment of some sequences, in a form that only its codec knows."""


UNBOUND = 128
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
    def notes_per_channel(self) -> Ints:
        """How many notes of the first part each channel strikes. `[channels]`"""

    @property
    def select(self) -> Selector:
        """Reduces a phrase to what `encode` reads; one of the functions of `voices`."""

    @property
    def idle(self) -> Codes:
        """The step at which nothing happens. `[]`, `[P]` or `[channels]`."""

    def encode(self, phrase: Phrase) -> Codes:
        """The phrase's parts as codes, in the order of `select`."""

    def encode_notes(self, start: Ints, end: Ints, pitch: Ints, meter: Meter, bars: int) -> Codes:
        """As `encode`, of whole bars with one part, whose notes are sorted arrays `[N]`."""

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """Codes of whole bars -> a phrase."""

    def each(self, codes: Codes) -> Iterator[tuple[Codec, Codes]]:
        """Each part's codec and its own codes; these themselves where there is one part."""

    def one_hot(self, codes: Codes) -> NDArray[np.float32]:
        """What a net reads: `[..., T, channels]`; zeros for padding."""

    def reach(self, codes: Codes) -> tuple[int, int]:
        """How many semitones down and up they can be moved; `UNBOUND` without any pitch."""

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """The codes that many semitones up; unchanged where that leaves the range."""

    def lowest(self, codes: Codes) -> Codes:
        """Sequences moved as low as they go, so that they are the same in any key. `[N, T, ...]`"""

    def fresh(self, codes: Codes) -> Codes:
        """Cut out of longer ones: a note that began before is not in them. `[N, T, ...]`"""

    def struck(self, codes: Codes) -> Codes:
        """What is struck and when, whatever it lasts: alike for two spellings of one tune."""

    def strikes(self, codes: Codes) -> NDArray[np.bool_]:
        """Steps at which something is struck. `[..., T]`"""

    def sounding(self, codes: Codes) -> NDArray[np.bool_]:
        """Which pitches sound, if it is polyphonic. `[..., T, pitches]`, else `[..., T, 0]`"""

    def silence(self, n: int, meter: Meter) -> Sounding:
        """What sounds before the first step of `n` sequences: nothing."""

    def unknown(self, n: int, meter: Meter) -> Sounding:
        """What sounds before a bar in the middle of music: anything may."""

    def allowed(self, sounding: Sounding) -> NDArray[np.bool_]:
        """Channels that may be drawn while this sounds. `[n, channels]`"""

    def play(self, sounding: Sounding, step: Codes) -> tuple[Codes, Sounding]:
        """A drawn step in its one spelling, and what sounds after it."""

    def spell(self, codes: Codes) -> Codes:
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
    def notes_per_channel(self: Codec) -> Ints:
        """One for each onset. `[channels]`"""
        return (np.arange(self.channels) < len(self.pitches)).astype(np.int64)

    def each(self: Codec, codes: Codes) -> Iterator[tuple[Codec, Codes]]:
        """Itself and all codes."""
        yield self, codes

    def encode_notes(
        self: Codec, start: Ints, end: Ints, pitch: Ints, meter: Meter, bars: int
    ) -> Codes:
        """By way of a phrase; a codec that is read in bulk has a quicker one."""
        return self.encode(phrase_of(start, end, pitch, meter, bars))

    def sounding(self: Codec, codes: Codes) -> NDArray[np.bool_]:
        """No pitches together. `[..., T, 0]`"""
        return np.zeros((*self.strikes(codes).shape, 0), dtype=bool)


def phrase_of(start: Ints, end: Ints, pitch: Ints, meter: Meter, bars: int) -> Phrase:
    """A phrase of one part, of notes as sorted arrays. `[N]` each"""
    columns = zip(start.tolist(), (end - start).tolist(), pitch.tolist(), strict=True)
    return Phrase(meter, bars, parts=(Part(tuple(Note(*note) for note in columns)),))


def one_of(codes: Codes, classes: int) -> NDArray[np.float32]:
    """One-hot of whole numbers; zeros for those that are no class. `[...]` -> `[..., classes]`"""
    return _rows_of_one(classes)[np.minimum(codes, classes)]


@cache
def _rows_of_one(classes: int) -> NDArray[np.float32]:
    """The one-hot row of each class, then a row of zeros: 1 MB for drums, so it is made once."""
    table = np.eye(classes + 1, classes, dtype=np.float32)
    table.setflags(write=False)
    return table


def folded(pitch: int, lowest: int, highest: int) -> int:
    """The pitch moved into a range by octaves.

    >>> [folded(pitch, 21, 108) for pitch in (3, 60, 109)]
    [27, 60, 97]
    """
    while pitch < lowest:
        pitch += 12
    while pitch > highest:
        pitch -= 12
    return pitch


@cache
def free_steps(codec: Codec, meter: Meter, steps: int) -> NDArray[np.bool_]:
    """Where there is a choice; a step at which one channel alone is allowed is forced. `[T]`"""
    sounding = codec.silence(1, meter)
    free = np.ones(steps, dtype=bool)
    for t in range(steps):
        free[t] = codec.allowed(sounding).sum() > 1
        _, sounding = codec.play(sounding, codec.idle[None])
    free.setflags(write=False)
    return free
