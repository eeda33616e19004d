"""Chord voicings: the tones of a chord as pitches that move little from the last chord."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..theory.chords import Chord, pitch_classes

LOW, MIDDLE_C, HIGH = 48, 60, 72
"""Range of chords, C3 to C5, and the pitch around which they lie."""

CENTRE_WEIGHT = 0.25
"""Cost of a semitone between the mean pitch of a voicing and C4; a semitone of motion costs 1."""


def voicing(chord: Chord, last: Sequence[int] = (), highest: int = HIGH) -> tuple[int, ...]:
    """The close voicing of a chord that lies nearest to the last voicing and to C4.

    Args:
        last: the voicing before it.
        highest: pitch above which it has no tone, unless even its lowest voicing does.

    >>> voicing(Chord(0)), voicing(Chord(5), (55, 60, 64)), voicing(Chord(0), (), 62)
    ((55, 60, 64), (57, 60, 65), (52, 55, 60))
    """
    voicings = list(_close_voicings(chord))
    low_enough = [pitches for pitches in voicings if pitches[-1] <= highest] or voicings[:1]
    return min(low_enough, key=lambda pitches: _cost(pitches, last))


def _close_voicings(chord: Chord) -> Iterator[tuple[int, ...]]:
    """All inversions of a chord within the range, the lowest first."""
    tones = pitch_classes(chord)
    for low in range(LOW, HIGH):
        if low % 12 in tones:
            first = tones.index(low % 12)
            pitches = [low]
            for tone in tones[first + 1 :] + tones[:first]:
                pitches.append(pitches[-1] + (tone - pitches[-1]) % 12)
            if pitches[-1] <= HIGH:
                yield tuple(pitches)


def _cost(pitches: Sequence[int], last: Sequence[int]) -> float:
    """Semitones of motion between two voicings, in both directions, and weighted distance to C4."""
    off_centre = CENTRE_WEIGHT * abs(sum(pitches) / len(pitches) - MIDDLE_C)
    if not last:
        return off_centre
    forward = sum(min(abs(pitch - other) for other in last) for pitch in pitches)
    backward = sum(min(abs(pitch - other) for other in pitches) for pitch in last)
    return off_centre + forward + backward
