"""Features of a phrase, from which a classifier tells two collections apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ..codecs.base import Codec
from ..score.phrase import Note, Phrase
from ..theory.chords import INTERVALS, Chord, pitch_classes
from ..theory.drum_kit import DRUM_CLASS, DRUM_CLASSES
from ..theory.meter import TRIPLET
from .attributes import ATTRIBUTES, MAJOR_SCALE, top_line
from .cadence import cadence, estimate_key
from .repetition import bar_repetition, chord_repetition, drum_repetition, motif_repetition

DURATIONS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
"""Quarters; other durations are counted together."""

INTERVAL_CLASSES = {
    "repeated notes": range(0, 1),
    "steps": range(1, 3),
    "thirds": range(3, 5),
    "fourths and fifths": range(5, 8),
    "sixths and sevenths": range(8, 12),
    "octaves and more": range(12, 128),
}
METRIC_LEVELS = ("downbeats", "half bars", "other beats", "parts of beats", "other steps")
"""Names of the levels of `Meter.level`."""

Features = dict[str, float]


def phrase_features(phrase: Phrase, codec: Codec) -> Features:
    """Features by name, of a phrase that the codec decoded; with several parts, "name, part".

    Intervals, durations, place in the bar, key, register, density and rests, repetition and
    endings of each pitched part; chords, and the melody against them; hits of drums. NaN stands for
    what a phrase does not have. All phrases of one codec have the same names.

    Blind to: velocity, microtiming and tempo; form beyond equal bars; and in which order anything
    but an interval, a motif and a cadence comes.
    """
    meter = phrase.meter
    features = {
        "quarters per bar": meter.steps_per_bar / meter.steps_per_quarter,
        "triplet grid": float(meter.steps_per_quarter == TRIPLET),
    }
    for number, part in enumerate(codec.parts):
        if part.has_chords:
            values = _chord_features(phrase)
        elif part.pitches:
            values = _pitched_features(phrase, phrase.parts[number].notes, part.polyphonic)
        else:
            values = _drum_features(phrase, phrase.parts[number].notes)
        suffix = f", {part.name}" if len(codec.parts) > 1 else ""
        features |= {f"{name}{suffix}": value for name, value in values.items()}
    return features


def _pitched_features(phrase: Phrase, notes: Sequence[Note], polyphonic: bool) -> Features:
    line = top_line(notes)
    features = _interval_features(line) | _time_features(phrase, notes)
    features |= _key_features(phrase, notes)
    features |= bar_repetition(notes, phrase)
    features["motifs that return"] = motif_repetition(line)
    features |= cadence(phrase, line)
    if polyphonic:
        features |= _polyphony_features(phrase, notes)
    return features


def _interval_features(line: Sequence[Note]) -> Features:
    """Shares of intervals by size, of turns, and of leaps that a step back follows."""
    moves = [after.pitch - before.pitch for before, after in pairwise(line)]
    features = {
        name: _share([abs(move) in sizes for move in moves])
        for name, sizes in INTERVAL_CLASSES.items()
    }
    features["tritones"] = _share([abs(move) == 6 for move in moves])
    features["semitones"] = _share([abs(move) == 1 for move in moves])
    features["rising intervals"] = _share([move > 0 for move in moves if move])
    features["mean interval"] = _share([abs(move) for move in moves])
    moving = [move for move in moves if move]
    features["turns"] = _share([a * b < 0 for a, b in pairwise(moving)])
    features["leaps filled by a step back"] = _share(
        [a * b < 0 and abs(b) <= 2 for a, b in pairwise(moving) if abs(a) > 4]
    )
    return features


def _time_features(phrase: Phrase, notes: Sequence[Note]) -> Features:
    """Durations, metric levels of onsets, density and rests."""
    meter, quarter = phrase.meter, phrase.meter.steps_per_quarter
    lengths = [note.duration / quarter for note in notes]
    features = {f"notes of {d:g} quarters": _share([x == d for x in lengths]) for d in DURATIONS}
    features["notes of other lengths"] = _share([x not in DURATIONS for x in lengths])
    features["different lengths"] = float(len(set(lengths)))
    features["mean length"] = _share(lengths)
    levels = Counter(meter.level(note.start - phrase.pickup) for note in notes)
    for level, name in enumerate(METRIC_LEVELS):
        features[f"onsets on {name}"] = levels[level] / len(notes) if notes else math.nan
    for name in ("syncopation-8", "syncopation-16"):
        features[name] = ATTRIBUTES[name].measure(notes, phrase) if notes else math.nan
    sounding = np.zeros(phrase.steps, dtype=bool)
    for note in notes:
        sounding[note.start : note.end] = True
    bars = np.bincount([n.start // meter.steps_per_bar for n in notes], minlength=phrase.bars)
    onsets = sorted({note.start for note in notes})
    gaps = [b - a for a, b in pairwise([*onsets, phrase.steps])]
    features["notes per bar"] = float(bars.mean())
    features["notes per bar, SD"] = float(bars.std())
    features["bars without an onset"] = float(np.mean(bars == 0))
    features["silence"] = float(np.mean(~sounding))
    features["silence at the start, quarters"] = onsets[0] / quarter if onsets else math.nan
    features["longest time between onsets, quarters"] = max(gaps, default=math.nan) / quarter
    features["different times between onsets"] = float(len(set(gaps)))
    return features


def _key_features(phrase: Phrase, notes: Sequence[Note]) -> Features:
    """Key, register and choice of pitches."""
    tonic, minor = estimate_key(phrase, notes)
    pitches = [note.pitch for note in notes]
    degrees = Counter((pitch - tonic) % 12 for pitch in pitches)
    in_scale = [
        sum(n for degree, n in degrees.items() if (degree - shift) % 12 in MAJOR_SCALE)
        for shift in range(12)
    ]
    n = len(pitches) or math.nan
    return {
        "in key": max(in_scale) / n,
        "in minor": float(minor),
        "tonics": degrees[0] / n,
        "dominants": degrees[7] / n,
        "leading notes": degrees[11] / n,
        "different pitch classes": float(len(degrees)),
        "different pitches": float(len(set(pitches))),
        "lowest pitch": float(min(pitches, default=math.nan)),
        "highest pitch": float(max(pitches, default=math.nan)),
        "mean pitch": _share(pitches),
        "range": float(max(pitches) - min(pitches)) if pitches else math.nan,
    }


def _polyphony_features(phrase: Phrase, notes: Sequence[Note]) -> Features:
    """How many notes sound together, and how they clash."""
    sounding: list[set[int]] = [set() for _ in range(phrase.steps)]
    for note in notes:
        for pitches in sounding[note.start : note.end]:
            pitches.add(note.pitch)
    counts = [len(pitches) for pitches in sounding]
    starts = Counter(note.start for note in notes)
    several = [pitches for pitches in sounding if len(pitches) > 1]
    classes = [{pitch % 12 for pitch in pitches} for pitches in several]
    return {
        "notes that sound at a step": _share(counts),
        "most notes that sound at a step": float(max(counts)),
        "notes that start together": _share(list(starts.values())),
        "semitone clashes": _share([any((c + 1) % 12 in s for c in s) for s in classes]),
        "different pitch classes that sound": _share([len(s) for s in classes]),
        "span of a sonority": _share([max(pitches) - min(pitches) for pitches in several]),
    }


def _chord_features(phrase: Phrase) -> Features:
    """Chords: quality, motion and place; the first part against them; repetition."""
    meter = phrase.meter
    chords = [change.chord for change in phrase.chords if change.chord]
    features = {f"chords: {q}": _share([c.quality == q for c in chords]) for q in INTERVALS}
    motions = Counter((b.root - a.root) % 12 for a, b in pairwise(chords))
    total = sum(motions.values()) or math.nan
    for motion in range(12):
        features[f"root up {motion}"] = motions[motion] / total
    levels = Counter(meter.level(change.step - phrase.pickup) for change in phrase.chords[1:])
    for level, name in enumerate(METRIC_LEVELS[:3]):
        features[f"changes on {name}"] = levels[level] / (levels.total() or math.nan)
    features["changes per bar"] = len(phrase.chords) / max(1, phrase.bars)
    features["different chords"] = float(len(set(chords)))
    notes = phrase.parts[0].notes
    tonic, _ = estimate_key(phrase, notes)
    scale = {(tonic + degree) % 12 for degree in MAJOR_SCALE}
    features["chords in key"] = _share([{*pitch_classes(chord)} <= scale for chord in chords])
    features["chords on the tonic"] = _share([chord.root == tonic for chord in chords])
    features |= _harmony_features(phrase, notes)
    return features | chord_repetition(phrase)


def _harmony_features(phrase: Phrase, notes: Sequence[Note]) -> Features:
    """Share of notes that belong to the chord at their onset, on beats and elsewhere."""
    sounding: list[Chord | None] = [None] * phrase.steps
    for change in phrase.chords:
        sounding[change.step :] = [change.chord] * (phrase.steps - change.step)
    fits: dict[bool, list[float]] = {True: [], False: []}
    for note in notes:
        if chord := sounding[note.start]:
            on_beat = phrase.meter.level(note.start - phrase.pickup) < 3
            fits[on_beat].append(note.pitch % 12 in pitch_classes(chord))
    without = _share([chord is None for chord in sounding])
    return {
        "chord notes on beats": _share(fits[True]),
        "chord notes between beats": _share(fits[False]),
        "time without a chord": without,
    }


def _drum_features(phrase: Phrase, notes: Sequence[Note]) -> Features:
    """Hits by class and place, backbeat, density and repetition of a drum part."""
    meter = phrase.meter
    bars = max(1, phrase.bars)
    hits = [(note.start - phrase.pickup, DRUM_CLASS[note.pitch]) for note in notes]
    counts = Counter(drum for _, drum in hits)
    features = {}
    for number, (name, _) in enumerate(DRUM_CLASSES):
        features[f"{name}, share of hits"] = counts[number] / (len(hits) or math.nan)
        of_class = Counter(meter.level(step) for step, drum in hits if drum == number)
        for level, place in enumerate(METRIC_LEVELS):
            features[f"{name} on {place}, per bar"] = of_class[level] / bars
    beats = range(meter.steps_per_beat, phrase.bars * meter.steps_per_bar, 2 * meter.steps_per_beat)
    snares = {step for step, drum in hits if drum == 1}
    features["backbeats with a snare"] = _share([beat in snares for beat in beats])
    together = Counter(step for step, _ in hits)
    per_bar = np.bincount([step // meter.steps_per_bar for step, _ in hits], minlength=bars)
    features["hits at once"] = _share(list(together.values()))
    features["steps with a hit"] = len(together) / phrase.steps
    features["hits per bar"] = float(per_bar.mean())
    features["hits per bar, SD"] = float(per_bar.std())
    features["different drums"] = float(len(counts))
    features["different columns"] = float(len(set(_columns(hits).values())))
    return features | drum_repetition(notes, phrase)


def _columns(hits: Sequence[tuple[int, int]]) -> dict[int, int]:
    """The drums of each step with a hit, as bits."""
    columns: dict[int, int] = Counter()
    for step, drum in hits:
        columns[step] |= 1 << drum
    return columns


def _share(values: Sequence[float]) -> float:
    """Mean of values; of truth values, the share that is true. NaN for none."""
    return sum(values) / len(values) if values else math.nan
