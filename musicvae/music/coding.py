"""What every codec offers: a phrase as what a net reads, and back.

Every phrase has one spelling: a note-off stands only where a note sounds, a
sustained step only after its onset. `allowed` says which classes keep to that
at a given moment, and who draws steps asks it; then what `decode` makes,
written to MIDI and read back, encodes to the same steps.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .notes import Phrase
from .units import Meter

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
    def idle(self) -> Codes:
        """The step at which nothing happens. `[]`, `[P]` or `[channels]`."""

    def encode(self, phrase: Phrase) -> Codes:
        """The phrase's parts as codes, in the order of `voices.voice`."""

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """Codes of whole bars -> a phrase."""

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

    def silence(self, n: int, meter: Meter) -> Sounding:
        """What sounds before the first step of `n` sequences: nothing."""

    def unknown(self, n: int, meter: Meter) -> Sounding:
        """What sounds before a bar in the middle of music: anything may."""

    def allowed(self, sounding: Sounding) -> NDArray[np.bool_]:
        """Channels that may be drawn while this sounds. `[n, channels]`"""

    def play(self, sounding: Sounding, step: Codes) -> tuple[Codes, Sounding]:
        """A drawn step in its one spelling, and what sounds after it."""

    def spell(self, codes: Codes) -> Codes:
        """Steps that were drawn apart, end to end, in their one spelling. `[T, ...]`"""


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
