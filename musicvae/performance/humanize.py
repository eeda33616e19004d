"""Humanize: random timing and velocity deviations, distributed as those of drummers.

See `groove`. Drums deviate as fitted: early or late, soft or loud, in a pattern that returns in
each bar, with a drift that all parts share. Pitched parts, for which nothing was fitted, follow the
same pattern and drift, half as far; notes of one part with the same onset stay together.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..config import check_seed
from ..errors import RequestError
from ..score.phrase import Note, Phrase
from ..theory.drum_kit import DRUM_CLASS
from ..theory.meter import Meter
from .groove import GrooveSpread, load_groove

PITCHED_SHARE = 0.5
"""Deviation of pitched parts relative to drums; chosen, not fitted."""

MIN_VELOCITY = 16
"""Softest velocity that a note can be given: below this it would hardly be audible."""

DRUM_FEEL = 1.0
"""Amount by which new drums deviate, unless another is asked for."""

MAX_AMOUNT = 4.0
"""Largest amount: deviations beyond it no longer sound like a performance."""


def humanize_phrase(phrase: Phrase, amount: float = 1.0, seed: int | None = None) -> Phrase:
    """The phrase with random note offsets and velocities.

    Onsets keep their order: no note is moved by half a step or more, or to before the phrase.

    Args:
        amount: 0 changes nothing, 1 deviates as far as drummers do.
        seed: the same seed gives the same notes.

    Raises:
        RequestError: the amount or the seed is out of range.
    """
    check_amount(amount)
    check_seed(seed)
    if not amount:
        return phrase
    onsets = [
        Onsets(part.is_drum, [(note.start, note.pitch) for note in part.notes])
        for part in phrase.parts
    ]
    rng = np.random.default_rng(seed)
    parts = []
    for part, deviations in zip(
        phrase.parts, draw_deviations(onsets, phrase.meter, phrase.lead_in, rng), strict=True
    ):
        notes = [
            _deviate(note, amount, deviation, phrase)
            for note, deviation in zip(part.notes, deviations, strict=True)
        ]
        parts.append(replace(part, notes=tuple(notes)))
    return replace(phrase, parts=tuple(parts))


def check_amount(amount: float) -> None:
    """Raise RequestError if an amount is out of range."""
    if not (math.isfinite(amount) and 0 <= amount <= MAX_AMOUNT):
        raise RequestError(f"Humanize by 0 to {MAX_AMOUNT:g}, not {amount:g}.")


def _deviate(note: Note, amount: float, deviation: Deviation, phrase: Phrase) -> Note:
    most = (phrase.meter.step_ticks - 1) // 2
    ticks = note.offset + amount * deviation.ticks
    offset = max(-most if note.start else 0, min(most, round(ticks)))
    return replace(note, offset=offset, velocity=louder(note.velocity, amount, deviation))


class Onsets(NamedTuple):
    """Step and pitch of the notes of one part."""

    is_drum: bool
    notes: Sequence[tuple[int, int]]


class Deviation(NamedTuple):
    """How far a note deviates at an amount of 1: in ticks of 1/480 quarter, and in velocity."""

    ticks: float
    velocity: float


def louder(velocity: int, amount: float, deviation: Deviation) -> int:
    """A velocity that deviates, but becomes no softer than is audible."""
    softest = min(MIN_VELOCITY, velocity)
    return max(softest, min(127, round(velocity + amount * deviation.velocity)))


def draw_deviations(
    parts: Sequence[Onsets], meter: Meter, lead_in: int, rng: np.random.Generator
) -> list[list[Deviation]]:
    """Random deviations of the notes of each part that play together; see `GrooveSpread`.

    Args:
        lead_in: steps from a bar line to step 0.
    """
    timing, velocity = load_groove()
    timings = _deviations(timing, parts, meter, lead_in, rng)
    velocities = _deviations(velocity, parts, meter, lead_in, rng)
    # drummers play ahead of the click on average; without a click only the rest is audible
    mean_offset = float(np.mean(timing.mean))
    result = []
    for part, part_timings, part_velocities in zip(parts, timings, velocities, strict=True):
        deviations = []
        for (step, pitch), ticks, change in zip(
            part.notes, part_timings, part_velocities, strict=True
        ):
            if part.is_drum and pitch in DRUM_CLASS:
                ticks += timing.mean[DRUM_CLASS[pitch]][meter.level(step + lead_in)] - mean_offset
            deviations.append(Deviation(ticks, change))
        result.append(deviations)
    return result


def player_of(pitch: int, is_drum: bool) -> int:
    """Who plays a pitch of a part: of drums each class alone; else one player, in whole chords."""
    return DRUM_CLASS.get(pitch, -1) if is_drum else 0


def _deviations(
    spread: GrooveSpread,
    parts: Sequence[Onsets],
    meter: Meter,
    lead_in: int,
    rng: np.random.Generator,
) -> list[list[float]]:
    """Deviation of each note from its mean, for each part."""
    steps = {step for part in parts for step, _ in part.notes}
    drift, place = _drift(spread, steps, meter, rng), _NormalDraws(spread.place, rng)
    deviations = []
    for part in parts:
        drum, habit, stroke = (
            _NormalDraws(sd, rng) for sd in (spread.drum, spread.habit, spread.stroke)
        )
        of_part = []
        for onset, pitch in part.notes:
            step = (onset + lead_in) % meter.steps_per_bar
            player = player_of(pitch, part.is_drum)
            deviation = drift[onset] + place[step] + habit[player, step]
            deviation += stroke[player, onset]
            of_part.append(deviation + drum[player] if part.is_drum else PITCHED_SHARE * deviation)
        deviations.append(of_part)
    return deviations


class _NormalDraws(dict[object, float]):
    """A normally distributed number for each key, drawn when the key is first read."""

    def __init__(self, spread: float, rng: np.random.Generator) -> None:
        super().__init__()
        self.spread, self.rng = spread, rng

    def __missing__(self, key: object) -> float:
        self[key] = self.spread * float(self.rng.standard_normal())
        return self[key]


def _drift(
    spread: GrooveSpread, steps: Collection[int], meter: Meter, rng: np.random.Generator
) -> dict[int, float]:
    """An Ornstein-Uhlenbeck process from 0, at each of some steps."""
    drift: dict[int, float] = {}
    value, last = 0.0, 0
    for step in sorted(steps):
        # correlation over the time since the last onset; the noise keeps the variance at drift**2
        decay = spread.memory ** ((step - last) / meter.steps_per_quarter)
        noise = float(rng.standard_normal())
        value = decay * value + spread.drift * math.sqrt(1 - decay**2) * noise
        drift[step], last = value, step
    return drift
