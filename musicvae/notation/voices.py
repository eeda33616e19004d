"""Notes of a part as voices: chords, one after another, that do not overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple


class Tone(NamedTuple):
    """A note in units of time (see `rhythm`) from the start of the piece."""

    start: int
    end: int
    pitch: int


class Sound(NamedTuple):
    """Pitches, from low to high, that begin and end together."""

    start: int
    end: int
    pitches: tuple[int, ...]


def voices_of(tones: Iterable[Tone]) -> list[list[Sound]]:
    """Distribute notes over as few voices as they need; each voice has its sounds in order.

    Of sounds that begin together the highest takes the first voice that is free.
    """
    together: dict[tuple[int, int], set[int]] = defaultdict(set)
    for tone in tones:
        together[tone.start, tone.end].add(tone.pitch)
    sounds = (Sound(*span, tuple(sorted(pitches))) for span, pitches in together.items())
    voices: list[list[Sound]] = []
    for sound in sorted(sounds, key=lambda sound: (sound.start, -sound.pitches[-1], sound.end)):
        free = next((voice for voice in voices if voice[-1].end <= sound.start), None)
        if free is None:
            voices.append([sound])
        else:
            free.append(sound)
    return voices


def strokes_of(tones: Iterable[Tone], beats: Iterable[int]) -> list[list[Sound]]:
    """Strokes of drums as one voice: each lasts until the next, or to the end of its beat.

    Args:
        beats: where beats begin, and the end of the piece, in order.
    """
    struck: dict[int, set[int]] = defaultdict(set)
    for tone in tones:
        struck[tone.start].add(tone.pitch)
    if not struck:
        return []
    places = sorted({*struck, *beats})
    return [
        [
            Sound(start, end, tuple(sorted(struck[start])))
            for start, end in pairwise(places)
            if start in struck
        ]
    ]
