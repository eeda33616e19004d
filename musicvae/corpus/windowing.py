"""A line cut into windows at once: codes, why some are left out, what each is known by.

The windows are those of `windows.windows` with a hop, and their codes those of
`Codec.encode`, as arrays.
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
"""In two bars."""

HOPS = 4
"""Long windows begin at each fourth part of their length; a rest as long is a long one."""

KEY_BYTES = 12
BATCH_SIZE = 256
"""Windows cut side by side: all those of a long roll would be hundreds of megabytes."""


@dataclass(frozen=True)
class WindowBatch:
    """Windows of one meter, side by side.

    Attributes:
        codes: `[N, T]` or `[N, T, channels]`
        keys: a digest of each that is the same in any key; of two that share it one is kept.
        tunes: a digest of what is struck and when, in any key and meter; who shares it with
            a held-out window is not trained on.
        dropped: why others were left out.
    """

    meter: Meter
    codes: Codes
    keys: list[bytes]
    tunes: list[bytes]
    dropped: Counter[str]


def cut_windows(line: QuantizedTrack, codec: Codec, bars: int = TWO_BARS) -> Iterator[WindowBatch]:
    """The windows of a line that teach something.

    One stands on each bar line; of long windows, one on every fourth part of their length.
    """
    bar = line.meter.steps_per_bar
    steps = window_steps(line.meter, bars)
    hop = max(1, steps // bar // HOPS) * bar
    starts = np.arange(0, line.bars * bar - steps + 1, hop if bars > TWO_BARS else bar)
    whole = line.encoded(codec)
    for at in range(0, len(starts), BATCH_SIZE):
        begin = starts[at : at + BATCH_SIZE]
        codes = codec.drop_carried_notes(whole[begin[:, None] + np.arange(steps)])
        few, silent = unusable(line, begin, bars)
        lone = ~(few | silent) & _without_a_part(codec, codes)
        dropped = Counter({"fewer than three notes in two bars": int(few.sum())})
        dropped["silent for too long"] = int((silent & ~few).sum())
        dropped["a part is silent"] = int(lone.sum())
        codes = codes[~(few | silent | lone)]
        keys, tunes = window_keys(codes, line.meter, codec), tune_keys(codes, codec)
        yield WindowBatch(line.meter, codes, keys, tunes, +dropped)


def unusable(
    line: QuantizedTrack, begin: IntArray, bars: int = TWO_BARS
) -> tuple[BoolArray, BoolArray]:
    """Which of the windows that begin there hold few notes, and which a long silence. `[N]`

    A silence lasts from the end of the longest of the notes struck last, as if
    those struck before were over; it is long if it lasts more than a bar, or
    more than a fourth of a long window.
    """
    steps = window_steps(line.meter, bars)
    notes = np.searchsorted(line.start, begin + steps) - np.searchsorted(line.start, begin)
    few = notes < MIN_NOTES * bars // TWO_BARS
    if few.all():  # of a silent line nothing more is known
        return few, np.zeros_like(few)
    longest = np.append(line.start[:-1] != line.start[1:], True)
    start, end = line.start[longest], line.end[longest]
    rest = max(line.meter.steps_per_bar, steps // HOPS)
    first, stop = np.searchsorted(start, begin), np.searchsorted(start, begin + steps)
    rests = np.concatenate([[0], np.cumsum(start[1:] - end[:-1] > rest)])
    first = np.where(few, 0, first)
    last = np.where(few, 0, stop - 1)
    silent = (
        (start[first] - begin > rest)
        | (begin + steps - end[last] > rest)
        | (rests[last] > rests[first])
    )
    return few, silent


def window_keys(codes: Codes, meter: Meter, codec: Codec) -> list[bytes]:
    """Digests of windows moved as low as they go, so that they are the same in any key.

    Shape:
        - Input: `[N, T, ...]`
    """
    name = f"{meter.numerator}/{meter.denominator}/{meter.steps_per_quarter}".encode()
    return [_digest(name + row.tobytes()) for row in codec.normalize_key(codes)]


def tune_keys(codes: Codes, codec: Codec) -> list[bytes]:
    """Digests of what is struck and when, the same in any key, any meter, and for any lengths.

    Shape:
        - Input: `[N, T, ...]`
    """
    return [_digest(row.tobytes()) for row in codec.onsets(codec.normalize_key(codes))]


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=KEY_BYTES).digest()


def _without_a_part(codec: Codec, codes: Codes) -> BoolArray:
    """Windows in which one of several parts strikes nothing. `[N, T, ...]` -> `[N]`"""
    if len(codec.parts) == 1:
        return np.zeros(len(codes), dtype=bool)
    strikes = [part.onset_mask(own).any(axis=1) for part, own in codec.split(codes)]
    return np.asarray(~np.all(strikes, axis=0))
