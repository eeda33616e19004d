"""Copies: whether a phrase repeats one of many others, in any key, in nearly all of its steps."""

from __future__ import annotations

from functools import cache
from typing import Protocol

import numpy as np

from ..arrays import IntArray
from ..codecs.base import UNBOUNDED, Codec, Codes

COPY_SHARE = 0.05
"""A copy may differ from its original in this share of steps."""

BATCH_SIZE = 4096
MAX_KEY_SHIFT = 6
"""Semitones down and up that reach all twelve."""


class Originals(Protocol):
    """Windows of one length, read when they are asked for; an array `[M, T, ...]` is one."""

    def __len__(self) -> int: ...

    def __getitem__(self, row: int, /) -> Codes: ...


class CopyIndex:
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
        for start in range(0, len(originals), BATCH_SIZE):
            rows = range(start, min(start + BATCH_SIZE, len(originals)))
            blocks.append(_sketch(codec, np.stack([originals[row] for row in rows])))
        parts = (np.concatenate(each) for each in zip(*blocks, strict=True))
        # steps first, and side by side in memory: they are gone through one after the other
        self.kinds, self.heights, self.leaps = (np.ascontiguousarray(each.T) for each in parts)

    def contains_copy(self, sample: Codes) -> bool:
        """Whether one of them is repeated, up to transposition, in all but 5 % of steps."""
        allowed = int(COPY_SHARE * len(sample))
        kind, height, leap = (each[0] for each in _sketch(self.codec, sample[None]))
        others = _differing(self.kinds, kind)
        rows = np.flatnonzero(others <= allowed)
        rows = rows[_differing(self.leaps[:, rows], leap) <= 2 * allowed]
        alike = self._alike(rows, kind, height)
        wrong = others[rows, None] + alike.sum(axis=1, keepdims=True) - alike  # or more
        shifts = np.arange(-UNBOUNDED, UNBOUNDED + 1)
        near = (wrong <= allowed) & ((alike > 0) | (abs(shifts) <= MAX_KEY_SHIFT))
        for place in np.flatnonzero(near.any(axis=0)):
            moved = self.codec.transpose(sample, int(shifts[place]))
            for row in rows[near[:, place]]:
                differs = (moved != self.originals[row]).reshape(len(sample), -1).any(axis=1)
                if differs.sum() <= allowed:
                    return True
        return False

    def _alike(self, rows: IntArray, kind: Codes, height: Codes) -> IntArray:
        """At how many steps of one kind each of these rows is so much higher. `[R, shifts]`"""
        both = (self.kinds[:, rows] == kind[:, None]) & (height != UNBOUNDED)[:, None]
        up = self.heights[:, rows].astype(int) - height[:, None] + UNBOUNDED
        width = 2 * UNBOUNDED + 1
        place = (np.arange(len(rows)) * width + up)[both]
        return np.bincount(place, minlength=len(rows) * width).reshape(len(rows), width)


def _differing(many: Codes, one: Codes) -> Codes:
    """At how many steps each of many differs. `[T, M]`, `[T]` -> `[M]`"""
    found = np.zeros(many.shape[1], dtype=np.min_scalar_type(len(many)))
    for theirs, mine in zip(many, one, strict=True):
        found += (theirs != mine).view(np.uint8)
    return found


def copy_share(samples: Codes, library: CopyIndex) -> float:
    """Share of samples `[N, T, ...]` whose original is in a library of windows as long."""
    return (
        float(np.mean([library.contains_copy(sample) for sample in samples]))
        if len(samples)
        else 0.0
    )


def _sketch(codec: Codec, codes: Codes) -> tuple[Codes, Codes, Codes]:
    """Kind, height and leap of each step, `[N, T]`; `UNBOUND` where there is no height or leap."""
    if codec.polyphonic:
        kinds, heights = _columns(codec, codes)
    else:
        kinds, heights = _classes(codec, codes)
    pitched = heights != UNBOUNDED
    last = np.maximum.accumulate(np.where(pitched, np.arange(codes.shape[1]), -1), axis=1)
    before = np.concatenate([np.full((len(codes), 1), -1), last[:, :-1]], axis=1)
    leaps = heights - np.take_along_axis(heights, before.clip(0), axis=1)  # modulo 256
    return kinds, heights, np.where(pitched & (before >= 0), leaps, np.uint8(UNBOUNDED))


def _columns(codec: Codec, codes: Codes) -> tuple[Codes, Codes]:
    """Of a roll: how many strike and how many sound, and the lowest of them."""
    onsets, sounding = codec.onsets(codes), codec.sounding(codes)
    counts = onsets.sum(axis=-1) * (len(codec.pitches) + 1) + sounding.sum(axis=-1)
    lowest = np.where(sounding.any(axis=-1), sounding.argmax(axis=-1), UNBOUNDED)
    return counts.astype(np.uint16), lowest.astype(np.uint8)


def _classes(codec: Codec, codes: Codes) -> tuple[Codes, Codes]:
    """Of classes: the kinds of all parts as one number, the height of the first that has one."""
    kinds, most = np.zeros(codes.shape[:2], dtype=np.int64), 1
    heights = np.full(codes.shape[:2], UNBOUNDED, dtype=np.uint8)
    for part, own in codec.split(codes):
        kind, height = _table(part)
        most *= 1 + int(kind.max())
        kinds = kinds * (1 + kind.max()) + kind[own]
        heights = np.where(heights == UNBOUNDED, height[own], heights)
    return kinds.astype(np.min_scalar_type(most - 1)), heights


@cache
def _table(codec: Codec) -> tuple[IntArray, Codes]:
    """Kind and height of each class of a codec of one class a step."""
    lowest = codec.normalize_key(np.arange(codec.channels, dtype=codec.dtype)[:, None])[:, 0]
    heights = np.full(codec.channels, UNBOUNDED, dtype=np.uint8)
    heights[: len(codec.pitches)] = np.arange(len(codec.pitches))
    return np.unique(lowest, return_inverse=True)[1], heights
