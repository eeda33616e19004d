"""Drums that follow the rhythm of other parts, and repeat where that repeats.

The rhythm says how strongly each step is played. The draws of a drum model are tilted towards
strokes at strong steps and away from weak ones, kicks and snares most of all, and towards the
strokes of the earlier bar whose rhythm is most like that of the new one, the more alike they are.
"""

from __future__ import annotations

import numpy as np

from ..arrays import DoubleArray, FloatArray, IntArray
from ..codecs.base import Codes
from ..score.phrase import Part, Phrase
from ..score.windows import cut_phrase
from ..theory.drum_kit import DRUM_CLASSES

TOP_LEVEL = 9
"""Level of the strongest step of a rhythm; where nothing is played, the level is 0."""

ONSET, LOUD, LONG = 0.5, 0.25, 0.25
"""Strength of a note, and how much more the loudest notes of a part and those of a beat have."""

STROKE, KICK, SNARE = 2.5, 2.0, 1.0
"""Nats by which a stroke is likelier at the strongest step than at a silent one; a kick and a
snare count more. Chosen on validation pieces with scripts/measure_drumify.py."""

REPEAT = 2.5
"""Nats that each stroke costs that is other than in an earlier bar of the same rhythm."""

CRASH, CRASH_COST = 1 << 7, 4.0
"""Crash cymbals, and the nats that one costs more: it marks that something begins, so it is not
repeated."""

EPSILON = 1e-9


def rhythm_of(phrase: Phrase) -> IntArray:
    """How strongly the parts of a phrase play each step together, from the bar line before it.

    A note is the stronger the louder it is beside the others of its part, and the longer, up to a
    beat. At each step the strongest note of each part counts. Output, levels: `[T]`
    """
    steps = phrase.steps + phrase.lead_in
    whole = cut_phrase(phrase, 0, steps)
    strength = np.zeros(steps)
    for part in whole.parts:
        strength += _strength(part, steps, phrase.meter.steps_per_beat)
    top = strength.max(initial=0.0)
    levels = np.ceil(TOP_LEVEL * strength / (top or 1.0)).astype(int)
    return np.asarray(np.minimum(levels, TOP_LEVEL))  # 9 * x / x may be a little more than 9


def _strength(part: Part, steps: int, steps_per_beat: int) -> DoubleArray:
    """Strength of the notes of one part, up to 1. `[T]`"""
    strength = np.zeros(steps)
    velocities = [note.velocity for note in part.notes]
    softest, loudest = min(velocities, default=0), max(velocities, default=0)
    for note in part.notes:
        loudness = (note.velocity - softest) / max(1, loudest - softest)
        length = min(1.0, note.duration / steps_per_beat)
        strength[note.start] = max(strength[note.start], ONSET + LOUD * loudness + LONG * length)
    return strength


def rhythm_to_text(rhythm: IntArray) -> str:
    """A rhythm as a digit for each step."""
    return "".join(map(str, rhythm))


def rhythm_from_text(text: str, steps: int) -> IntArray:
    """The rhythm of a text.

    Raises:
        ValueError: it is none of so many steps.
    """
    if len(text) != steps or not (text.isascii() and text.isdigit()):
        raise ValueError
    return np.array([int(level) for level in text], int)


class FollowRhythm:
    """The log-weights of the steps of a gap, given the drums before them.

    Args:
        rhythm: levels of the steps of the gap, `[T]`.
    """

    def __init__(self, rhythm: IntArray, steps_per_bar: int) -> None:
        self._bars = rhythm.reshape(-1, steps_per_bar) / TOP_LEVEL
        self._classes = np.arange(1 << len(DRUM_CLASSES))
        kick, snare = (self._classes >> drum & 1 for drum in (0, 1))
        self._crashes = (self._classes & CRASH) > 0
        self._strokes = STROKE * (self._classes > 0) + KICK * kick + SNARE * snare

    def __call__(self, steps: slice, drawn: Codes) -> FloatArray:
        """Log-weights of some steps, whole bars.

        Shape:
            - drawn, the steps of the gap before them: `[S]`
            - Output: `[T, 512]`
        """
        size = self._bars.shape[1]
        earlier = drawn.reshape(-1, size).astype(int)
        tilts = []
        for bar in range(steps.start // size, steps.stop // size):
            # around the mean of the bar, so that the model decides how many strokes it has
            accents = self._bars[bar] - self._bars[bar].mean()
            tilt = accents[:, None] * self._strokes
            if len(earlier):
                number, likeness = self._most_alike(bar, len(earlier))
                others = np.bitwise_count(self._classes ^ (earlier[number] & ~CRASH)[:, None])
                tilt -= likeness * (REPEAT * others + CRASH_COST * self._crashes)
            tilts.append(tilt)
        return np.concatenate(tilts).astype(np.float32)

    def _most_alike(self, bar: int, count: int) -> tuple[int, float]:
        """Which of the first bars has the rhythm most like that of a later one, and how alike, 0-1.

        Of those equally alike, it is the last one that stands an even number of bars before.
        """
        one, others = self._bars[bar], self._bars[:count]
        differences = np.abs(others - one).sum(axis=1)
        likeness = 1 - differences / np.maximum((others + one).sum(axis=1), EPSILON)
        numbers = np.arange(count)
        best = np.lexsort((-numbers, (bar - numbers) % 2, -likeness))[0]
        return int(best), float(likeness[best])
