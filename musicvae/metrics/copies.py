"""Find copies: windows that repeat one of many originals, in any key, in nearly all steps."""

from __future__ import annotations

from functools import cache
from typing import Protocol

import numpy as np

from ..arrays import IntArray
from ..codecs.base import UNBOUNDED, Codec, Codes

MAX_DIFFERENCE = 0.05
"""A copy may differ from its original in this share of steps."""

BATCH_SIZE = 4096
"""Originals that are read at once."""

MAX_KEY_SHIFT = 6
"""Semitones down and up that reach all twelve keys."""


class Originals(Protocol):
    """Windows of one length, each read when indexed; an array `[M, T, ...]` will do."""

    def __len__(self) -> int: ...

    def __getitem__(self, row: int, /) -> Codes: ...


class CopyIndex:
    """Index of windows of one length that finds the originals of copies.

    It stores three numbers for each step: the *kind*, which transposing does not change
    (pitch, rest, hold, a chord's quality ...); the *height*, a pitch; and the *leap*, the
    difference from the height before, which transposing does not change either.

    A step that differs changes its own kind, or its own leap and the next one. So if a copy
    may differ in n steps, originals that differ in more than n kinds or 2 n leaps are ruled
    out in every key at once; heights then rule out all transpositions but one or two. What
    is left is compared step by step, all parts transposed together.

    Args:
        codec: codec of the windows.
        originals: windows `[M, T, ...]`, read again when a sample comes near one.
    """

    def __init__(self, codec: Codec, originals: Originals) -> None:
        self.codec, self.originals = codec, originals
        batches = []
        for start in range(0, len(originals), BATCH_SIZE):
            rows = range(start, min(start + BATCH_SIZE, len(originals)))
            batches.append(_signature(codec, np.stack([originals[row] for row in rows])))
        arrays = (np.concatenate(arrays) for arrays in zip(*batches, strict=True))
        # [T, M] in memory, as steps are compared one after the other
        self.kinds, self.heights, self.leaps = (np.ascontiguousarray(array.T) for array in arrays)

    def contains_copy(self, sample: Codes) -> bool:
        """Return True if the sample equals a transposed original in all but 5 % of steps.

        Blind to: copies that are shifted in time, played in another rhythm, or shorter than the
        window: a quoted bar is none.
        """
        allowed = int(MAX_DIFFERENCE * len(sample))
        kind, height, leap = (array[0] for array in _signature(self.codec, sample[None]))
        kind_differences = _count_differences(self.kinds, kind)
        rows = np.flatnonzero(kind_differences <= allowed)
        rows = rows[_count_differences(self.leaps[:, rows], leap) <= 2 * allowed]
        # At a given shift, a step differs for certain if its kind does, or if the kind is equal
        # but the height is not, that is, if it agrees with the original at another shift.
        agreeing = self._agreeing_steps(rows, kind, height)  # [R, shifts]
        pitched = agreeing.sum(axis=1, keepdims=True)
        differences = kind_differences[rows, None] + pitched - agreeing  # a lower bound
        shifts = np.arange(-UNBOUNDED, UNBOUNDED + 1)
        # Without pitches every shift agrees; one octave of them covers all keys of chords.
        likely = (differences <= allowed) & ((agreeing > 0) | (abs(shifts) <= MAX_KEY_SHIFT))
        for column in np.flatnonzero(likely.any(axis=0)):
            moved = self.codec.transpose(sample, int(shifts[column]))
            for row in rows[likely[:, column]]:
                differs = (moved != self.originals[row]).reshape(len(sample), -1).any(axis=1)
                if differs.sum() <= allowed:
                    return True
        return False

    def _agreeing_steps(self, rows: IntArray, kind: Codes, height: Codes) -> IntArray:
        """Number of pitched steps that agree with each original at each shift. `[R, shifts]`"""
        same_kind = (self.kinds[:, rows] == kind[:, None]) & (height != UNBOUNDED)[:, None]
        column = self.heights[:, rows].astype(int) - height[:, None] + UNBOUNDED
        n_shifts = 2 * UNBOUNDED + 1
        cell = (np.arange(len(rows)) * n_shifts + column)[same_kind]
        return np.bincount(cell, minlength=len(rows) * n_shifts).reshape(len(rows), n_shifts)


def _count_differences(windows: Codes, sample: Codes) -> Codes:
    """Number of steps at which each window differs from the sample. `[T, M]`, `[T]` -> `[M]`"""
    differences = np.zeros(windows.shape[1], dtype=np.min_scalar_type(len(windows)))
    for window_step, sample_step in zip(windows, sample, strict=True):
        differences += (window_step != sample_step).view(np.uint8)
    return differences


def copy_share(samples: Codes, index: CopyIndex) -> float:
    """Share of samples `[N, T, ...]` that copy a window of the index, 0 to 1.

    Blind to: which original is copied, and how close the other samples come to one; see also
    `CopyIndex.contains_copy`.
    """
    if not len(samples):
        return 0.0
    return float(np.mean([index.contains_copy(sample) for sample in samples]))


def _signature(codec: Codec, codes: Codes) -> tuple[Codes, Codes, Codes]:
    """Kind, height and leap of each step, `[N, T]`; `UNBOUNDED` for no height or no leap."""
    if codec.polyphonic:
        kinds, heights = _roll_signature(codec, codes)
    else:
        kinds, heights = _class_signature(codec, codes)
    pitched = heights != UNBOUNDED
    # the last pitched step up to each step, then the last one before it; -1 if there is none
    last = np.maximum.accumulate(np.where(pitched, np.arange(codes.shape[1]), -1), axis=1)
    previous = np.concatenate([np.full((len(codes), 1), -1), last[:, :-1]], axis=1)
    leaps = heights - np.take_along_axis(heights, previous.clip(0), axis=1)  # modulo 256
    return kinds, heights, np.where(pitched & (previous >= 0), leaps, np.uint8(UNBOUNDED))


def _roll_signature(codec: Codec, codes: Codes) -> tuple[Codes, Codes]:
    """Kind and height of a roll's steps: its numbers of onsets and pitches; the lowest pitch."""
    onsets, sounding = codec.onsets(codes), codec.sounding(codes)
    counts = onsets.sum(axis=-1) * (len(codec.pitches) + 1) + sounding.sum(axis=-1)
    lowest = np.where(sounding.any(axis=-1), sounding.argmax(axis=-1), UNBOUNDED)
    return counts.astype(np.uint16), lowest.astype(np.uint8)


def _class_signature(codec: Codec, codes: Codes) -> tuple[Codes, Codes]:
    """The kinds of all parts as one number, and the height of the first part that has one."""
    kinds, n_kinds = np.zeros(codes.shape[:2], dtype=np.int64), 1
    heights = np.full(codes.shape[:2], UNBOUNDED, dtype=np.uint8)
    for part, part_codes in codec.split(codes):
        kind, height = _class_table(part)
        n_kinds *= 1 + int(kind.max())
        kinds = kinds * (1 + kind.max()) + kind[part_codes]
        heights = np.where(heights == UNBOUNDED, height[part_codes], heights)
    return kinds.astype(np.min_scalar_type(n_kinds - 1)), heights


@cache
def _class_table(codec: Codec) -> tuple[IntArray, Codes]:
    """Kind and height of each class of a codec with one class a step."""
    # One-step sequences in one key: classes that only transposing tells apart become equal.
    normalized = codec.normalize_key(np.arange(codec.channels, dtype=codec.dtype)[:, None])[:, 0]
    heights = np.full(codec.channels, UNBOUNDED, dtype=np.uint8)
    heights[: len(codec.pitches)] = np.arange(len(codec.pitches))
    return np.unique(normalized, return_inverse=True)[1], heights
