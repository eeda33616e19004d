"""Musical attributes of a phrase, by the names that commands use: density, range, pitch ...

The five of Roberts et al., A Hierarchical Latent Vector Model for Learning Long-Term Structure
in Music, ICML 2018, arXiv:1803.05428, section 5.4, and pitch, range and length of notes. If a
phrase has several parts, the first one, its melody, is measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..codecs.base import Codec
from ..score.phrase import Note, Phrase
from ..theory.drum_kit import DRUM_CLASS, DRUM_GROUPS
from ..theory.meter import TRIPLET, Meter

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
"""Semitones above the tonic."""

Notes = Sequence[Note]


@dataclass(frozen=True)
class Attribute:
    """A number that describes the first part of a phrase.

    Attributes:
        meaning: what the number says, with its unit.
        measure: computes it from the notes of a part, at least one, and their phrase.
        pitched: True if it applies to pitched parts only, not to drums.
        partner: the attribute that changes along with it by nature, if there is one.
    """

    meaning: str
    measure: Callable[[Notes, Phrase], float]
    pitched: bool = False
    partner: str = ""

    def __call__(self, phrase: Phrase) -> float:
        """The attribute of the first part; NaN if that is silent.

        Blind to: all parts but the first, and velocity.
        """
        notes = phrase.parts[0].notes
        return self.measure(notes, phrase) if notes else math.nan


def metric_level(step: int, meter: Meter) -> int:
    """Metric level of a step: 0 on a beat, 1 on another eighth, 2 between eighths.

    A beat is a dotted quarter in 6/8, and at most a quarter in other meters. On the
    triplet grid straight eighths and triplet eighths both count as eighths.

    >>> [metric_level(step, Meter(4, 4)) for step in range(5)]
    [0, 2, 1, 2, 0]
    >>> [metric_level(step, Meter(6, 8)) for step in range(7)]
    [0, 2, 1, 2, 1, 2, 0]
    """
    beat = (
        meter.steps_per_beat
        if meter.compound
        else min(meter.steps_per_beat, meter.steps_per_quarter)
    )
    in_beat = step % meter.steps_per_bar % beat
    eighths = (
        (meter.steps_per_quarter // 2, meter.steps_per_quarter // 3)
        if meter.steps_per_quarter == TRIPLET
        else (meter.steps_per_quarter // 2,)
    )
    return 0 if not in_beat else 2 - any(in_beat % eighth == 0 for eighth in eighths)


def _syncopation(level: int) -> Callable[[Notes, Phrase], float]:
    """Measure of syncopation at a metric level, 1 or 2.

    The share of onsets that stand at this level while neither the nearest stronger step
    before them nor any step in between has an onset. For drums, only kick and snare count:
    the others mark time.

    Blind to: accents. Velocity and duration do not matter, nor how strong the empty step is.
    """

    def measure(notes: Notes, phrase: Phrase) -> float:
        if phrase.parts[0].is_drum:
            notes = [
                note for note in notes if DRUM_GROUPS[DRUM_CLASS[note.pitch]] in ("kick", "snare")
            ]
        onsets = sorted({note.start for note in notes})
        syncopated, previous = 0, -1
        for onset in onsets:
            in_meter = onset - phrase.pickup  # bar lines are counted from the end of the pickup
            if metric_level(in_meter, phrase.meter) == level:
                back = 1  # steps back to the nearest stronger one
                while metric_level(in_meter - back, phrase.meter) >= level:
                    back += 1
                syncopated += previous < onset - back
            previous = onset
        return syncopated / max(1, len(onsets))

    return measure


def _density(notes: Notes, phrase: Phrase) -> float:
    """Notes per bar.

    Blind to: where in the phrase the notes are, and whether they make a chord or a line.
    """
    return len(notes) * phrase.meter.steps_per_bar / phrase.steps


def top_line(notes: Notes) -> list[Note]:
    """The highest note of each onset, in order: the melody of a polyphonic part.

    Blind to: voices that cross, and melodies below the top.
    """
    upwards = sorted(notes, key=lambda note: (note.start, note.pitch))
    return list({note.start: note for note in upwards}.values())


def _interval(notes: Notes, phrase: Phrase) -> float:
    """Mean size of the melodic intervals, in semitones.

    Blind to: their direction and order, and all notes of a chord but the highest.
    """
    intervals = [abs(after.pitch - before.pitch) for before, after in pairwise(top_line(notes))]
    return sum(intervals) / max(1, len(intervals))


def _range(notes: Notes, phrase: Phrase) -> float:
    """Semitones from the lowest to the highest note.

    Blind to: all notes but two, so a single outlier sets it.
    """
    pitches = [note.pitch for note in notes]
    return max(pitches) - min(pitches)


def _in_key(notes: Notes, phrase: Phrase) -> float:
    """Largest share of notes that one of the twelve major scales holds.

    Blind to: the tonic and the mode, so A natural minor counts as C major; to harmonic minor,
    whose leading tone counts as out of key; and to modulation.
    """
    pitch_classes = [note.pitch % 12 for note in notes]
    in_scale = [
        sum((pitch_class - tonic) % 12 in MAJOR_SCALE for pitch_class in pitch_classes)
        for tonic in range(12)
    ]
    return max(in_scale) / len(pitch_classes)


def _pitch(notes: Notes, phrase: Phrase) -> float:
    """Mean MIDI pitch, each note counted once.

    Blind to: spread and contour: two octaves around C4 and C4 alone are alike.
    """
    return sum(note.pitch for note in notes) / len(notes)


def _length(notes: Notes, phrase: Phrase) -> float:
    """Binary logarithm of the mean note length in quarters.

    Blind to: rests, and the mix of lengths: one long note may hide many short ones.
    """
    return math.log2(
        sum(note.duration for note in notes) / len(notes) / phrase.meter.steps_per_quarter
    )


ATTRIBUTES = {
    "density": Attribute("notes a bar", _density, partner="length"),
    "syncopation-8": Attribute("share of onsets on eighths off the beat", _syncopation(1)),
    "syncopation-16": Attribute("share of onsets between eighths", _syncopation(2)),
    "interval": Attribute("mean semitones from note to note", _interval, True, "range"),
    "range": Attribute("semitones from lowest to highest", _range, True, "interval"),
    "in-key": Attribute("share of notes in the best-fitting key", _in_key, True),
    "pitch": Attribute("mean MIDI pitch", _pitch, True),
    "length": Attribute("log2 of the mean length in quarters", _length, True, "density"),
}
"""All attributes by name."""


def attributes_of(codec: Codec) -> dict[str, Attribute]:
    """Attributes that apply to the first part of a codec."""
    return {
        name: attribute
        for name, attribute in ATTRIBUTES.items()
        if codec.pitches or not attribute.pitched
    }
