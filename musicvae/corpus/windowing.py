"""Cut a track into windows at once: codes, digests, and why some windows are left out.

The windows are those of `score.windows.split_windows` with a hop, and their codes
those of `Codec.encode`, as arrays.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..arrays import BoolArray, IntArray
from ..codecs.base import Codec, Codes
from ..score.windows import TWO_BARS, window_steps
from ..theory.meter import Meter
from .fast_reader import QuantizedTrack

MIN_NOTES = 3
"""Notes that a window of two bars must have; a longer window needs more in proportion."""

HOPS_PER_WINDOW = 4
"""Windows of more than two bars start a quarter of their length apart.

A rest of more than a quarter of such a window, or of more than a bar, is too long.
"""

KEY_BYTES = 12
BATCH_SIZE = 256
"""Windows cut in one batch: all windows of a long roll would take hundreds of megabytes."""


@dataclass(frozen=True)
class WindowBatch:
    """Windows of one meter.

    Attributes:
        codes: `[N, T]` or `[N, T, channels]`
        keys: a digest of each window that is the same in any key; of windows with one
            digest, one stays in the data set.
        tunes: a digest of pitches and onset times that is the same in any key and meter; a
            window that shares it with a held-out window is not in the training set.
        dropped: how many other windows were left out, by reason.
    """

    meter: Meter
    codes: Codes
    keys: list[bytes]
    tunes: list[bytes]
    dropped: Counter[str]


def cut_windows(track: QuantizedTrack, codec: Codec, bars: int = TWO_BARS) -> Iterator[WindowBatch]:
    """Yield the usable windows of a track.

    Windows of two bars start at every bar line, longer ones a quarter of their length apart.
    """
    bar = track.meter.steps_per_bar
    steps = window_steps(track.meter, bars)
    hop = max(1, steps // bar // HOPS_PER_WINDOW) * bar if bars > TWO_BARS else bar
    starts = np.arange(0, track.bars * bar - steps + 1, hop)
    track_codes = track.encoded(codec)
    for first in range(0, len(starts), BATCH_SIZE):
        begin = starts[first : first + BATCH_SIZE]
        codes = codec.drop_carried_notes(track_codes[begin[:, None] + np.arange(steps)])
        few, silent = unusable(track, begin, bars)
        part_silent = ~(few | silent) & _has_silent_part(codec, codes)
        dropped = Counter({"fewer than three notes in two bars": int(few.sum())})
        dropped["silent for too long"] = int((silent & ~few).sum())
        dropped["a part is silent"] = int(part_silent.sum())
        codes = codes[~(few | silent | part_silent)]
        keys, tunes = window_keys(codes, track.meter, codec), tune_keys(codes, codec, bars)
        yield WindowBatch(track.meter, codes, keys, tunes, +dropped)


def unusable(
    track: QuantizedTrack, begin: IntArray, bars: int = TWO_BARS
) -> tuple[BoolArray, BoolArray]:
    """Masks of the windows that start at `begin`: those with few notes, those with a long rest.

    A rest runs from the end of one onset's longest note to the next onset, even if a note
    of an earlier onset still sounds. It is too long if it lasts more than a bar, or more
    than a quarter of a long window.

    Shape:
        - Output: two of `[N]`
    """
    steps = window_steps(track.meter, bars)
    notes = np.searchsorted(track.start, begin + steps) - np.searchsorted(track.start, begin)
    few = notes < min_notes(bars)
    if few.all():  # the track may have no notes at all
        return few, np.zeros_like(few)
    # notes are sorted by start, then duration: the last of a start is the longest
    longest = np.append(track.start[:-1] != track.start[1:], True)
    start, end = track.start[longest], track.end[longest]
    max_rest = max(track.meter.steps_per_bar, steps // HOPS_PER_WINDOW)
    first, stop = np.searchsorted(start, begin), np.searchsorted(start, begin + steps)
    # long_rests[i]: long rests before onset i, so a window has one between its first and last
    # onset if the two counts differ
    long_rests = np.concatenate([[0], np.cumsum(start[1:] - end[:-1] > max_rest)])
    first = np.where(few, 0, first)
    last = np.where(few, 0, stop - 1)
    silent = (
        (start[first] - begin > max_rest)
        | (begin + steps - end[last] > max_rest)
        | (long_rests[last] > long_rests[first])
    )
    return few, silent


def min_notes(bars: int) -> int:
    """Notes that a window of so many bars must have."""
    return MIN_NOTES * bars // TWO_BARS


def window_keys(codes: Codes, meter: Meter, codec: Codec) -> list[bytes]:
    """Digests of windows in the codec's lowest key, so that they are the same in any key.

    Shape:
        - Input: `[N, T, ...]`
    """
    name = f"{meter.numerator}/{meter.denominator}/{meter.steps_per_quarter}".encode()
    return [_digest(name + window.tobytes()) for window in codec.normalize_key(codes)]


def tune_keys(codes: Codes, codec: Codec, bars: int = TWO_BARS) -> list[bytes]:
    """Digests of pitches and onset times, the same in any key and meter, whatever the durations.

    Where parts may rest and the first of them has as many notes as a window needs, the digest is
    that of the first part: a tune is one tune, whatever accompanies it.

    Shape:
        - Input: `[N, T, ...]`
    """
    onsets = codec.onsets(codec.normalize_key(codes))
    tunes = [_digest(window.tobytes()) for window in onsets]
    if not codec.parts_may_rest:
        return tunes
    first, first_codes = next(codec.split(codes))
    leads = first.onset_mask(first_codes).sum(axis=1) >= min_notes(bars)
    first_tunes = tune_keys(first_codes, first, bars)
    return [
        one if lead else all_parts
        for one, all_parts, lead in zip(first_tunes, tunes, leads, strict=True)
    ]


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=KEY_BYTES).digest()


def _has_silent_part(codec: Codec, codes: Codes) -> BoolArray:
    """True for windows in which a part that must play has no onset. `[N, T, ...]` -> `[N]`"""
    if len(codec.parts) == 1 or codec.parts_may_rest:
        return np.zeros(len(codes), dtype=bool)
    has_onset = [part.onset_mask(part_codes).any(axis=1) for part, part_codes in codec.split(codes)]
    return np.asarray(~np.all(has_onset, axis=0))
