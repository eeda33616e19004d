"""Compile constraints to a `StepRule`: the channels allowed at each step, the notes in a bar."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate

import numpy as np

from ..arrays import BoolArray, IntArray
from ..codecs.base import Codec
from ..errors import RequestError
from ..theory.chords import CHORD_CODES, chord_code, chord_from_code, pitch_classes
from ..theory.meter import Meter
from .spec import Constraints
from .step_rule import StepRule, metric_weights


def compile_rule(
    constraints: Constraints, codec: Codec, meter: Meter, steps: int, start: int = 0
) -> StepRule:
    """The rule for a window of whole bars.

    Args:
        steps: length of the window.
        start: step of the piece at which the window begins, on a bar line.

    Raises:
        RequestError: a model of this codec, or a bar of this meter, cannot satisfy the constraints.
    """
    # Chords repeat, so only the position within one cycle of them matters to the cache.
    cycle = sum(constraints.chord_beats(meter)) * meter.steps_per_beat
    return _compile(constraints, codec, meter, steps, start % cycle if cycle else 0)


@lru_cache(maxsize=256)
def _compile(
    constraints: Constraints, codec: Codec, meter: Meter, steps: int, start: int
) -> StepRule:
    _check_supported(constraints, codec)
    chord_indices = _chord_indices(constraints, meter, steps, start)
    masks = [
        _mask(constraints, part, meter, chord_indices, first=not number)
        for number, part in enumerate(codec.parts)
    ]
    allowed = np.concatenate(masks, axis=1)
    counts = codec.notes_per_channel
    max_voices = constraints.max_polyphony or codec.channels
    capacity = _capacity(allowed, counts, codec, max_voices)
    min_notes, max_notes = _note_limits(constraints, meter, capacity)
    weights = np.tile(metric_weights(meter), steps // meter.steps_per_bar)
    for array in (allowed, counts, capacity, weights):
        array.setflags(write=False)
    return StepRule(
        allowed, counts, capacity, weights, meter.steps_per_bar, min_notes, max_notes, max_voices
    )


def _check_supported(constraints: Constraints, codec: Codec) -> None:
    """Raise an error if the codec cannot express one of the constraints."""
    pitched = {
        "--key": constraints.key,
        "--chords": constraints.chords,
        "--range": constraints.range,
    }
    unsupported = [option for option, value in pitched.items() if value and not codec.pitches]
    if constraints.max_polyphony and not codec.polyphonic:
        unsupported.append("--max-polyphony")
    if unsupported:
        reason = "each part plays one note at a time" if codec.pitches else "drums have no pitch"
        raise RequestError(f"{unsupported[0]} does not apply to a {codec.name} model: {reason}.")
    if codec.pitches:
        constraints.check_satisfiable(np.array(codec.pitches))


def _capacity(allowed: BoolArray, counts: IntArray, codec: Codec, max_voices: int) -> IntArray:
    """The most notes that can start at each step: `[T, C]`, `[C]` -> `[T]`."""
    allowed_counts = np.where(allowed, counts, 0)
    if codec.likelihood == "bernoulli":  # channels are independent: their notes add up
        return np.asarray(np.minimum(max_voices, allowed_counts.sum(axis=1)))
    return np.asarray(allowed_counts.max(axis=1))  # one class is chosen: that with most notes


def _note_limits(constraints: Constraints, meter: Meter, capacity: IntArray) -> tuple[int, int]:
    """Fewest and most notes of a bar; without a density, 0 and more than any bar can hold."""
    if not constraints.density:
        return 0, int(capacity.sum())
    fewest, most = constraints.density
    bar_capacity = int(capacity.reshape(-1, meter.steps_per_bar).sum(axis=1).min())
    if fewest > bar_capacity:
        raise RequestError(
            f"A bar of {meter} holds {bar_capacity} notes at most, not {fewest}: "
            "ask for fewer (--density)."
        )
    return fewest, most


def _chord_indices(constraints: Constraints, meter: Meter, steps: int, start: int) -> IntArray:
    """Index into the chords of the one that sounds at each step; 0 without chords. `[T]`"""
    ends = np.array(list(accumulate(constraints.chord_beats(meter))), np.int64)
    beat = (start + np.arange(steps)) // meter.steps_per_beat
    return np.searchsorted(ends, beat % ends[-1], side="right") if len(ends) else beat * 0


def _mask(
    constraints: Constraints, part: Codec, meter: Meter, chord_indices: IntArray, *, first: bool
) -> BoolArray:
    """Channels of a part that may be chosen at each step; the range binds the first part only.

    Shape:
        - chord_indices: `[T]`
        - Output: `[T, channels]`
    """
    mask = np.ones((len(chord_indices), part.channels), dtype=bool)
    if part.has_chords:
        _mask_chords(mask, constraints, meter, chord_indices)
    if part.pitches:
        pitches = np.array(part.pitches)
        fits = constraints.allowed_pitches(pitches, in_range=first)
        onsets = np.tile(fits, (len(chord_indices), 1))
        for step in np.flatnonzero(_chord_tone_steps(constraints, meter, chord_indices)):
            chord = constraints.chords[chord_indices[step]][0]
            if chord:
                onsets[step] &= np.isin(pitches % 12, pitch_classes(chord))
        mask[:, : len(pitches)] = onsets
        if part.polyphonic:
            mask[:, len(pitches) :] = fits
    return mask


def _mask_chords(
    mask: BoolArray, constraints: Constraints, meter: Meter, chord_indices: IntArray
) -> None:
    """Narrow the mask of a part of chords: the given chord on each beat, or chords in the key."""
    if constraints.chords:
        codes = np.array([chord_code(chord) for chord, _ in constraints.chords])
        on_beat = np.arange(len(mask)) % meter.steps_per_beat == 0
        mask[on_beat] = codes[chord_indices[on_beat], None] == np.arange(mask.shape[1])
    elif constraints.key:
        for code in range(1, CHORD_CODES):
            chord = chord_from_code(code)
            assert chord
            mask[:, code] = constraints.key.tones.issuperset(pitch_classes(chord))


def _chord_tone_steps(constraints: Constraints, meter: Meter, chord_indices: IntArray) -> BoolArray:
    """True at strong steps, whose onsets must be chord tones. `[T]`

    Strong are the first step of a bar, its middle if it has an even number of beats,
    four or more, and each step at which the chord changes. `violations.is_strong` says the
    same of one step and stays independent of this function, which it checks.
    """
    if not constraints.chords:
        return np.zeros(len(chord_indices), dtype=bool)
    beats = meter.steps_per_bar // meter.steps_per_beat
    in_bar = np.arange(len(chord_indices)) % meter.steps_per_bar
    has_middle = beats >= 4 and beats % 2 == 0
    codes = np.array([chord_code(chord) for chord, _ in constraints.chords])[chord_indices]
    changes = np.append(True, codes[1:] != codes[:-1])
    return np.asarray((in_bar == 0) | (has_middle & (in_bar == meter.steps_per_bar // 2)) | changes)
