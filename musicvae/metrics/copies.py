"""Copies: whether a phrase repeats one of many others, in any key, in nearly all of its steps."""

from __future__ import annotations

from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..codecs.base import UNBOUND, Codec, Codes

COPY_SHARE = 0.05
"""A copy may differ from its original in this share of steps."""

AT_ONCE = 4096
EVERY_KEY = 6
"""Semitones down and up that reach all twelve."""

Numbers = NDArray[np.int64]


class Originals(Protocol):
    """Windows of one length, read when they are asked for; an array `[M, T, ...]` is one."""

    def __len__(self) -> int: ...

    def __getitem__(self, row: int, /) -> Codes: ...


class Library:
    """Windows of one length to find the originals of copies in.

    Of each step are kept its *kind* and its *leap* from the step before, which no change
    of key changes, and how *high* it stands. A step that is wrong spoils its kind or its
    leap, and one leap more; so kinds and leaps rule out nearly all originals, whatever the
    shift, and heights all shifts but one or two. What is left is compared step by step,
    all parts moved together.

    Args:
        codec: of the windows.
        originals: `[M, T, ...]`; they are read again where a sample comes near one.
    """

    def __init__(self, codec: Codec, originals: Originals) -> None:
        self.codec, self.originals = codec, originals
        blocks = []
        for start in range(0, len(originals), AT_ONCE):
            rows = range(start, min(start + AT_ONCE, len(originals)))
            blocks.append(_sketch(codec, np.stack([originals[row] for row in rows])))
        parts = (np.concatenate(each) for each in zip(*blocks, strict=True))
        # steps first, and side by side in memory: they are gone through one after the other
        self.kinds, self.heights, self.leaps = (np.ascontiguousarray(each.T) for each in parts)

    def holds(self, sample: Codes) -> bool:
        """Whether one of them is repeated, up to transposition, in all but 5 % of steps."""
        allowed = int(COPY_SHARE * len(sample))
        kind, height, leap = (each[0] for each in _sketch(self.codec, sample[None]))
        others = _differing(self.kinds, kind)
        rows = np.flatnonzero(others <= allowed)
        rows = rows[_differing(self.leaps[:, rows], leap) <= 2 * allowed]
        alike = self._alike(rows, kind, height)
        wrong = others[rows, None] + alike.sum(axis=1, keepdims=True) - alike  # or more
        shifts = np.arange(-UNBOUND, UNBOUND + 1)
        near = (wrong <= allowed) & ((alike > 0) | (abs(shifts) <= EVERY_KEY))
        for place in np.flatnonzero(near.any(axis=0)):
            moved = self.codec.transpose(sample, int(shifts[place]))
            for row in rows[near[:, place]]:
                differs = (moved != self.originals[row]).reshape(len(sample), -1).any(axis=1)
                if differs.sum() <= allowed:
                    return True
        return False

    def _alike(self, rows: Numbers, kind: Codes, height: Codes) -> Numbers:
        """At how many steps of one kind each of these rows is so much higher. `[R, shifts]`"""
        both = (self.kinds[:, rows] == kind[:, None]) & (height != UNBOUND)[:, None]
        up = self.heights[:, rows].astype(int) - height[:, None] + UNBOUND
        width = 2 * UNBOUND + 1
        place = (np.arange(len(rows)) * width + up)[both]
        return np.bincount(place, minlength=len(rows) * width).reshape(len(rows), width)


def _differing(many: Codes, one: Codes) -> Codes:
    """At how many steps each of many differs. `[T, M]`, `[T]` -> `[M]`"""
    found = np.zeros(many.shape[1], dtype=np.min_scalar_type(len(many)))
    for theirs, mine in zip(many, one, strict=True):
        found += (theirs != mine).view(np.uint8)
    return found


def copied(samples: Codes, library: Library) -> float:
    """Share of samples `[N, T, ...]` whose original is in a library of windows as long."""
    return float(np.mean([library.holds(sample) for sample in samples])) if len(samples) else 0.0


def _sketch(codec: Codec, codes: Codes) -> tuple[Codes, Codes, Codes]:
    """Kind, height and leap of each step, `[N, T]`; `UNBOUND` where there is no height or leap."""
    if codec.polyphonic:
        kinds, heights = _columns(codec, codes)
    else:
        kinds, heights = _classes(codec, codes)
    pitched = heights != UNBOUND
    last = np.maximum.accumulate(np.where(pitched, np.arange(codes.shape[1]), -1), axis=1)
    before = np.concatenate([np.full((len(codes), 1), -1), last[:, :-1]], axis=1)
    leaps = heights - np.take_along_axis(heights, before.clip(0), axis=1)  # modulo 256
    return kinds, heights, np.where(pitched & (before >= 0), leaps, np.uint8(UNBOUND))


def _columns(codec: Codec, codes: Codes) -> tuple[Codes, Codes]:
    """Of a roll: how many strike and how many sound, and the lowest of them."""
    onsets, sounding = codec.struck(codes), codec.sounding(codes)
    counts = onsets.sum(axis=-1) * (len(codec.pitches) + 1) + sounding.sum(axis=-1)
    lowest = np.where(sounding.any(axis=-1), sounding.argmax(axis=-1), UNBOUND)
    return counts.astype(np.uint16), lowest.astype(np.uint8)


def _classes(codec: Codec, codes: Codes) -> tuple[Codes, Codes]:
    """Of classes: the kinds of all parts as one number, the height of the first that has one."""
    kinds, most = np.zeros(codes.shape[:2], dtype=np.int64), 1
    heights = np.full(codes.shape[:2], UNBOUND, dtype=np.uint8)
    for part, own in codec.each(codes):
        kind, height = _table(part)
        most *= 1 + int(kind.max())
        kinds = kinds * (1 + kind.max()) + kind[own]
        heights = np.where(heights == UNBOUND, height[own], heights)
    return kinds.astype(np.min_scalar_type(most - 1)), heights


@cache
def _table(codec: Codec) -> tuple[Numbers, Codes]:
    """Kind and height of each class of a codec of one class a step."""
    lowest = codec.lowest(np.arange(codec.channels, dtype=codec.dtype)[:, None])[:, 0]
    heights = np.full(codec.channels, UNBOUND, dtype=np.uint8)
    heights[: len(codec.pitches)] = np.arange(len(codec.pitches))
    return np.unique(lowest, return_inverse=True)[1], heights
