"""Notes as arrays: what the quantization and the fast reader work on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..arrays import BoolArray, IntArray

TIME_BITS = 22
"""Bits for a time in steps where a note is packed into one integer to be sorted."""


class NoteArrays(NamedTuple):
    """Notes as arrays `[N]`, in ticks or steps; `track` is an index into the tracks of the file."""

    track: IntArray
    pitch: IntArray
    start: IntArray
    end: IntArray
    velocity: IntArray

    def at(self, where: IntArray | BoolArray | slice) -> NoteArrays:
        """The notes at an index array, a mask or a slice."""
        return NoteArrays(*(array[where] for array in self))


def remove_overlaps(notes: NoteArrays) -> NoteArrays:
    """`score.phrase.remove_overlaps` for each track, in steps; sorted by track, pitch, start.

    Of notes with one track, pitch and start the longest stays, with the highest velocity, and a
    note ends where the next of its track and pitch starts.
    """
    # One integer per note: track, 7 bits of pitch, start, duration. Sorted, the notes of
    # one track and pitch stand together in time, and of one start the longest comes last.
    key = notes.track << 7 | notes.pitch
    packed = (key << TIME_BITS | notes.start) << TIME_BITS | (notes.end - notes.start)
    order = np.argsort(packed)
    packed = packed[order]
    longest = np.append(packed[:-1] >> TIME_BITS != packed[1:] >> TIME_BITS, True)
    velocity = notes.velocity[order]
    if not longest.all():
        first = np.append(0, np.flatnonzero(longest)[:-1] + 1)
        velocity = np.maximum.reduceat(velocity, first)
        packed = packed[longest]
    key, start = packed >> 2 * TIME_BITS, packed >> TIME_BITS & (1 << TIME_BITS) - 1
    end = start + (packed & (1 << TIME_BITS) - 1)
    repeated = key[:-1] == key[1:]
    end[:-1][repeated] = np.minimum(end[:-1], start[1:])[repeated]
    return NoteArrays(key >> 7, key & 127, start, end, velocity)
