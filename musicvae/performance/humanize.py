"""Humanize: random timing and velocity deviations, distributed as those of drummers.

See `groove`. Drums deviate as fitted: early or late, soft or loud, in a pattern that returns in
each bar, with a drift that all parts share. Pitched parts, for which nothing was fitted, follow the
same pattern and drift, half as far; notes of one part with the same onset stay together.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..config import check_seed
from ..errors import RequestError
from ..score.phrase import Note, Phrase
from ..theory.drum_kit import DRUM_CLASS
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
    if not (math.isfinite(amount) and 0 <= amount <= MAX_AMOUNT):
        raise RequestError(f"Humanize by 0 to {MAX_AMOUNT:g}, not {amount:g}.")
    check_seed(seed)
    if not amount:
        return phrase
    rng = np.random.default_rng(seed)
    timing, velocity = load_groove()
    timings = _deviations(timing, phrase, rng)
    velocities = _deviations(velocity, phrase, rng)
    # drummers play ahead of the click on average; without a click only the rest is audible
    mean_offset = float(np.mean(timing.mean))
    parts = []
    for part, part_timings, part_velocities in zip(phrase.parts, timings, velocities, strict=True):
        notes = []
        for note, ticks, louder in zip(part.notes, part_timings, part_velocities, strict=True):
            if part.is_drum and note.pitch in DRUM_CLASS:
                level = phrase.meter.level(note.start + phrase.lead_in)
                ticks += timing.mean[DRUM_CLASS[note.pitch]][level] - mean_offset
            notes.append(_deviate(note, amount * ticks, amount * louder, phrase))
        parts.append(replace(part, notes=tuple(notes)))
    return replace(phrase, parts=tuple(parts))


def _deviate(note: Note, ticks: float, louder: float, phrase: Phrase) -> Note:
    most = (phrase.meter.step_ticks - 1) // 2
    offset = max(-most if note.start else 0, min(most, round(note.offset + ticks)))
    softest = min(MIN_VELOCITY, note.velocity)
    velocity = max(softest, min(127, round(note.velocity + louder)))
    return replace(note, offset=offset, velocity=velocity)


def _deviations(
    spread: GrooveSpread, phrase: Phrase, rng: np.random.Generator
) -> list[list[float]]:
    """Deviation of each note from its mean, for each part."""
    drift, place = _drift(spread, phrase, rng), _NormalDraws(spread.place, rng)
    deviations = []
    for part in phrase.parts:
        drum, habit, stroke = (
            _NormalDraws(sd, rng) for sd in (spread.drum, spread.habit, spread.stroke)
        )
        of_part = []
        for note in part.notes:
            step = (note.start + phrase.lead_in) % phrase.meter.steps_per_bar
            # a pitched part is one player: its chords stay together
            player = DRUM_CLASS.get(note.pitch, -1) if part.is_drum else 0
            deviation = drift[note.start] + place[step] + habit[player, step]
            deviation += stroke[player, note.start]
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


def _drift(spread: GrooveSpread, phrase: Phrase, rng: np.random.Generator) -> dict[int, float]:
    """An Ornstein-Uhlenbeck process from 0, at each step with an onset."""
    drift: dict[int, float] = {}
    value, last = 0.0, 0
    for step in sorted({note.start for part in phrase.parts for note in part.notes}):
        # correlation over the time since the last onset; the noise keeps the variance at drift**2
        decay = spread.memory ** ((step - last) / phrase.meter.steps_per_quarter)
        noise = float(rng.standard_normal())
        value = decay * value + spread.drift * math.sqrt(1 - decay**2) * noise
        drift[step], last = value, step
    return drift
