"""Constraints compiled to a rule: the channels each step may use, and the notes of a bar."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate

import numpy as np

from ..arrays import BoolArray, IntArray
from ..codecs.base import Codec
from ..errors import RequestError
from ..theory.chords import CHORD_CODES, Chord, chord_code, chord_from_code, pitch_classes
from ..theory.meter import Meter
from .spec import (
    Constraints,
)
from .step_rule import StepRule, metric_weights


def compile_rule(
    constraints: Constraints, codec: Codec, meter: Meter, steps: int, start: int = 0
) -> StepRule:
    """The rule of a window of whole bars that begins at a bar line, `start` steps into the piece.

    Raises:
        RequestError: a model of this codec, or a bar of this meter, cannot satisfy the constraints.
    """
    cycle = sum(constraints.beats_of_chords(meter)) * meter.steps_per_beat
    return _compiled(constraints, codec, meter, steps, start % cycle if cycle else 0)


@lru_cache(maxsize=256)
def _compiled(asked: Constraints, codec: Codec, meter: Meter, steps: int, start: int) -> StepRule:
    _check_supported(asked, codec)
    chord = _chord_indices(asked, meter, steps, start)
    masks = [
        _mask(asked, part, meter, chord, first=not place) for place, part in enumerate(codec.parts)
    ]
    counts = codec.notes_per_channel
    voices = asked.max_polyphony or codec.channels
    allowed = np.concatenate(masks, axis=1)
    able = np.where(allowed, counts, 0)
    holds = able.max(axis=1)
    if codec.likelihood == "bernoulli":
        holds = np.minimum(voices, able.sum(axis=1))
    room = int(holds.reshape(-1, meter.steps_per_bar).sum(axis=1).min())
    least, most = asked.density or (0, room)
    if least > room:
        raise RequestError(
            f"A bar of {meter} holds {room} notes at most, not {least}: ask for fewer (--density)."
        )
    bars = steps // meter.steps_per_bar
    weights = np.tile(metric_weights(meter), bars)
    if not asked.density:
        most = int(holds.sum())
    for array in (allowed, counts, holds, weights):
        array.setflags(write=False)
    return StepRule(allowed, counts, holds, weights, meter.steps_per_bar, least, most, voices)


def _check_supported(asked: Constraints, codec: Codec) -> None:
    """That the codec knows of all that is asked."""
    pitched = {"--key": asked.key, "--chords": asked.chords, "--range": asked.range}
    lost = [name for name, value in pitched.items() if value and not codec.pitches]
    if asked.max_polyphony and not codec.polyphonic:
        lost.append("--max-polyphony")
    if lost:
        plays = "it plays one voice" if codec.pitches else "drums have no pitch"
        raise RequestError(f"{lost[0]} means nothing to a model of {codec.name}: {plays}.")
    if codec.pitches:
        asked.check_satisfiable(np.array(codec.pitches))


def _chord_indices(asked: Constraints, meter: Meter, steps: int, start: int) -> IntArray:
    """Which of the chords sounds at each step. `[T]`"""
    ends = np.array(list(accumulate(asked.beats_of_chords(meter))), np.int64)
    beat = (start + np.arange(steps)) // meter.steps_per_beat
    return np.searchsorted(ends, beat % ends[-1], side="right") if len(ends) else beat * 0


def _mask(asked: Constraints, part: Codec, meter: Meter, at: IntArray, *, first: bool) -> BoolArray:
    """Channels of a part that may be chosen at each step. `[T, channels]`"""
    mask = np.ones((len(at), part.channels), dtype=bool)
    if part.has_chords and asked.chords:
        codes = np.array([chord_code(chord) for chord, _ in asked.chords])
        on_beat = np.arange(len(at)) % meter.steps_per_beat == 0
        mask[on_beat] = codes[at[on_beat], None] == np.arange(part.channels)
    elif part.has_chords and asked.key:
        for number in range(1, CHORD_CODES):
            mask[:, number] = asked.key.tones.issuperset(pitch_classes(_chord(number)))
    if part.pitches:
        pitches = np.array(part.pitches)
        fits = asked.allowed_pitches(pitches, in_range=first)
        onsets = np.tile(fits, (len(at), 1))
        for step in np.flatnonzero(_chord_tone_steps(asked, meter, at)):
            chord = asked.chords[at[step]][0]
            if chord:
                onsets[step] &= np.isin(pitches % 12, pitch_classes(chord))
        mask[:, : len(pitches)] = onsets
        if part.polyphonic:
            mask[:, len(pitches) :] = fits
    return mask


def _chord(number: int) -> Chord:
    chord = chord_from_code(number)
    assert chord
    return chord


def _chord_tone_steps(asked: Constraints, meter: Meter, at: IntArray) -> BoolArray:
    """Steps whose notes are tones of the chord. `[T]`"""
    if not asked.chords:
        return np.zeros(len(at), dtype=bool)
    beats = meter.steps_per_bar // meter.steps_per_beat
    place = np.arange(len(at)) % meter.steps_per_bar
    middle = beats >= 4 and beats % 2 == 0
    codes = np.array([chord_code(chord) for chord, _ in asked.chords])[at]
    begins = np.append(True, codes[1:] != codes[:-1])
    return np.asarray((place == 0) | (middle & (place == meter.steps_per_bar // 2)) | begins)
