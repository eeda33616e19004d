"""A line cut into windows at once: codes, why some are left out, what each is known by.

The windows are those of `windows.windows` with a hop of one bar, and their codes
those of `Codec.encode`, as arrays.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .bulk import Line
from .bulk_smf import Ints
from .codecs import CODECS, Codes, MelodyCodec
from .pianoroll import PITCHES
from .position import window_bars
from .units import Meter

MIN_NOTES = 3
KEY_BYTES = 12
AT_ONCE = 256
"""Windows cut side by side: all those of a long roll would be hundreds of megabytes."""


@dataclass(frozen=True)
class Slices:
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


def cut_line(line: Line, codec: str) -> Iterator[Slices]:
    """The windows of a line that teach something, one on each bar line."""
    encode, slice_codes = CUTTERS[codec]
    steps = window_bars(line.meter) * line.meter.bar
    starts = np.arange(0, line.bars * line.meter.bar - steps + 1, line.meter.bar)
    whole = encode(line)
    for at in range(0, len(starts), AT_ONCE):
        begin = starts[at : at + AT_ONCE]
        few, silent = unfit(line, begin, steps)
        dropped = Counter({"fewer than three notes": int(few.sum())})
        dropped["silent for more than a bar"] = int((silent & ~few).sum())
        fit = begin[~(few | silent)]
        codes = slice_codes(whole[fit[:, None] + np.arange(steps)])
        keys, tunes = window_keys(codes, line.meter), tune_keys(codes, codec)
        yield Slices(line.meter, codes, keys, tunes, +dropped)


def unfit(line: Line, begin: Ints, steps: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of the windows that begin there hold few notes, and which a long silence. `[N]`

    A silence lasts from the end of the longest of the notes struck last, as if
    those struck before were over; it is long if it lasts more than a bar.
    """
    notes = np.searchsorted(line.start, begin + steps) - np.searchsorted(line.start, begin)
    longest = np.append(line.start[:-1] != line.start[1:], True)
    start, end, bar = line.start[longest], line.end[longest], line.meter.bar
    first, stop = np.searchsorted(start, begin), np.searchsorted(start, begin + steps)
    rests = np.concatenate([[0], np.cumsum(start[1:] - end[:-1] > bar)])
    few = notes < MIN_NOTES
    first = np.where(few, 0, first)
    last = np.where(few, 0, stop - 1)
    silent = (
        (start[first] - begin > bar)
        | (begin + steps - end[last] > bar)
        | (rests[last] > rests[first])
    )
    return few, silent


def window_keys(codes: Codes, meter: Meter) -> list[bytes]:
    """Digests of windows moved as low as they go, so that they are the same in any key.

    Shape:
        - Input: `[N, T]` or `[N, T, channels]`
    """
    name = f"{meter.numerator}/{meter.denominator}/{meter.grid}".encode()
    return [_digest(name + row.tobytes()) for row in _lowest(codes)]


def tune_keys(codes: Codes, codec: str) -> list[bytes]:
    """Digests of what is struck and when, the same in any key, any meter, and for any lengths.

    Shape:
        - Input: `[N, T]` or `[N, T, channels]`
    """
    return [_digest(row.tobytes()) for row in CODECS[codec].struck(_lowest(codes))]


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=KEY_BYTES).digest()


def _lowest(codes: Codes) -> Codes:
    """Windows moved as low as they go."""
    return _lowest_melody(codes) if codes.ndim == 2 else _lowest_roll(codes)


def _encode_melody(line: Line) -> Codes:
    """Classes of the whole line; `[bars * bar]`, as `MelodyCodec.encode`."""
    codes = np.full(line.bars * line.meter.bar, MelodyCodec.HOLD, dtype=np.uint8)
    low, high = MelodyCodec.LOWEST, MelodyCodec.HIGHEST
    pitch = np.where(line.pitch < low, low + (line.pitch - low) % 12, line.pitch)
    pitch = np.where(pitch > high, high - (high - pitch) % 12, pitch)
    codes[line.end[line.end < len(codes)]] = MelodyCodec.OFF
    codes[line.start] = pitch - low
    return codes


def _slice_melody(codes: Codes) -> Codes:
    """A note that began before the window is not in it, nor is its end."""
    begun = np.logical_or.accumulate(codes < MelodyCodec.OFF, axis=1)
    return np.where(begun, codes, np.uint8(MelodyCodec.HOLD))


def _lowest_melody(codes: Codes) -> Codes:
    pitched = codes < MelodyCodec.OFF
    lowest = np.where(pitched, codes, 255).min(axis=1, keepdims=True)
    return np.where(pitched, codes - lowest, codes)


def _encode_roll(line: Line) -> Codes:
    """Planes of the whole line; `[bars * bar, 256]`, as `RollCodec.encode`."""
    steps = line.bars * line.meter.bar
    change = np.zeros((steps + 1, PITCHES), dtype=np.int8)
    np.add.at(change, (line.start, line.pitch), 1)
    np.add.at(change, (line.end, line.pitch), -1)
    sounding = np.cumsum(change[:-1], axis=0, dtype=np.int8).astype(np.uint8)
    onset = np.zeros_like(sounding)
    onset[line.start, line.pitch] = 1
    return np.concatenate([onset, sounding - onset], axis=1)


def _slice_roll(codes: Codes) -> Codes:
    """A note that began before the window is not in it."""
    onset, sustain = codes[..., :PITCHES], codes[..., PITCHES:]
    begun = np.maximum.accumulate(onset, axis=1)
    return np.concatenate([onset, sustain & begun], axis=-1)


def _lowest_roll(codes: Codes) -> Codes:
    planes = codes.reshape(*codes.shape[:2], 2, PITCHES)
    lowest = planes.any(axis=(1, 2)).argmax(axis=1)
    pitch = (np.arange(PITCHES) + lowest[:, None]) % PITCHES
    moved = np.take_along_axis(planes, pitch[:, None, None, :], axis=-1)
    return moved.reshape(codes.shape)


CUTTERS: dict[str, tuple[Callable[[Line], Codes], Callable[[Codes], Codes]]] = {
    "melody": (_encode_melody, _slice_melody),
    "roll": (_encode_roll, _slice_roll),
}
"""For each codec: a whole line to codes, and what stands in windows of them."""
