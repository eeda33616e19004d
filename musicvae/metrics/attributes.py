"""What a musician may want more of or less of: figures of a phrase, by the names that are typed.

The five of Roberts et al., A Hierarchical Latent Vector Model for Learning Long-Term Structure
in Music, ICML 2018, arXiv:1803.05428, section 5.4, and pitch, range and length of notes. Of
several parts the first is measured, which is the melody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..codecs.base import Codec
from ..score.phrase import Note, Phrase
from ..theory.drum_kit import CLASS_OF, GROUPS
from ..theory.meter import TRIPLET, Meter

SCALE = (0, 2, 4, 5, 7, 9, 11)
"""Semitones of a major scale above its first."""

Notes = Sequence[Note]


@dataclass(frozen=True)
class Attribute:
    """A figure of a phrase.

    Attributes:
        meaning: of the number, with its unit.
        measure: of the notes of one part, at least one, and the phrase they stand in.
        pitched: whether it says nothing about drums.
        partner: the attribute that it hangs together with by nature.
    """

    meaning: str
    measure: Callable[[Notes, Phrase], float]
    pitched: bool = False
    partner: str = ""

    def __call__(self, phrase: Phrase) -> float:
        """Of the first part; no number where that is silent."""
        notes = phrase.parts[0].notes
        return self.measure(notes, phrase) if notes else math.nan


def metric_strength(step: int, meter: Meter) -> int:
    """0 on a beat, 1 on another eighth, 2 between eighths.

    A beat is the dotted quarter of 6/8, and a quarter at most of other meters. On the
    triplet grid both the straight eighths and those of triplets are eighths.

    >>> [metric_strength(step, Meter(4, 4)) for step in range(5)]
    [0, 2, 1, 2, 0]
    >>> [metric_strength(step, Meter(6, 8)) for step in range(7)]
    [0, 2, 1, 2, 1, 2, 0]
    """
    beat = (
        meter.steps_per_beat
        if meter.compound
        else min(meter.steps_per_beat, meter.steps_per_quarter)
    )
    place = step % meter.steps_per_bar % beat
    eighths = (
        (meter.steps_per_quarter // 2, meter.steps_per_quarter // 3)
        if meter.steps_per_quarter == TRIPLET
        else (meter.steps_per_quarter // 2,)
    )
    return 0 if not place else 2 - any(place % eighth == 0 for eighth in eighths)


def _syncopation(level: int) -> Callable[[Notes, Phrase], float]:
    """Share of strokes at places of a strength, with none since the stronger place before.

    Of drums those of kick and snare; the others mark the time.
    """

    def measure(notes: Notes, phrase: Phrase) -> float:
        if phrase.parts[0].is_drum:
            notes = [note for note in notes if GROUPS[CLASS_OF[note.pitch]] in ("kick", "snare")]
        strokes = sorted({note.start for note in notes})
        found, before = 0, -1
        for step in strokes:
            at = step - phrase.pickup
            if metric_strength(at, phrase.meter) == level:
                back = 1
                while metric_strength(at - back, phrase.meter) >= level:
                    back += 1
                found += before < step - back
            before = step
        return found / max(1, len(strokes))

    return measure


def _density(notes: Notes, phrase: Phrase) -> float:
    return len(notes) * phrase.meter.steps_per_bar / phrase.steps


def _line(notes: Notes) -> list[int]:
    """The highest pitch of each stroke."""
    return list({note.start: note.pitch for note in sorted(notes)}.values())


def _interval(notes: Notes, phrase: Phrase) -> float:
    leaps = [abs(after - before) for before, after in pairwise(_line(notes))]
    return sum(leaps) / max(1, len(leaps))


def _range(notes: Notes, phrase: Phrase) -> float:
    pitches = [note.pitch for note in notes]
    return max(pitches) - min(pitches)


def _in_key(notes: Notes, phrase: Phrase) -> float:
    tones = [note.pitch % 12 for note in notes]
    shares = [sum((tone - key) % 12 in SCALE for tone in tones) for key in range(12)]
    return max(shares) / len(tones)


def _pitch(notes: Notes, phrase: Phrase) -> float:
    return sum(note.pitch for note in notes) / len(notes)


def _length(notes: Notes, phrase: Phrase) -> float:
    return math.log2(
        sum(note.duration for note in notes) / len(notes) / phrase.meter.steps_per_quarter
    )


ATTRIBUTES = {
    "density": Attribute("notes a bar", _density, partner="length"),
    "syncopation-8": Attribute("share of strokes on eighths off the beat", _syncopation(1)),
    "syncopation-16": Attribute("share of strokes between eighths", _syncopation(2)),
    "interval": Attribute("mean semitones from note to note", _interval, True, "range"),
    "range": Attribute("semitones from lowest to highest", _range, True, "interval"),
    "in-key": Attribute("share of notes in the key that holds most", _in_key, True),
    "pitch": Attribute("mean pitch, as MIDI numbers it", _pitch, True),
    "length": Attribute("mean length in quarters, log2", _length, True, "density"),
}
"""By name."""


def attributes_of(codec: Codec) -> dict[str, Attribute]:
    """Those that say something about what a codec reads."""
    return {name: one for name, one in ATTRIBUTES.items() if codec.pitches or not one.pitched}
