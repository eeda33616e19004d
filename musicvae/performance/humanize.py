"""Played by a person: timing and loudness stray from the written ones as drummers' do.

See `groove`. Drums stray as was learned: early or late, soft or loud, in a pattern that returns in
each bar, with a drift that all players share. Pitched parts, of which nothing was learned, follow
the same pattern and drift, half as far; what is struck together in one of them stays together.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..config import check_seed
from ..errors import RequestError
from ..score.phrase import Note, Phrase
from ..theory.drum_kit import CLASS_OF
from .groove import GrooveSpread, load_groove

PITCHED_SHARE = 0.5
"""How far pitched parts stray, for drums' 1; a choice, not learned."""

MIN_VELOCITY = 16
"""No note becomes softer than that: it would be missed."""

MAX_AMOUNT = 4.0
"""An amount beyond this is no feel."""


def humanize_phrase(phrase: Phrase, amount: float = 1.0, seed: int | None = None) -> Phrase:
    """The phrase with its notes off the grid, and its velocities changed.

    Onsets keep their order: no note is moved by half a step or more, nor before the phrase.

    Args:
        amount: 0 changes nothing, 1 strays as far as drummers do.
        seed: the same one gives the same notes.

    Raises:
        RequestError: a number is out of range.
    """
    if not (math.isfinite(amount) and 0 <= amount <= MAX_AMOUNT):
        raise RequestError(f"Humanize by 0 to {MAX_AMOUNT:g}, not {amount:g}.")
    check_seed(seed)
    if not amount:
        return phrase
    rng = np.random.default_rng(seed)
    timing, velocity = load_groove()
    late, loud = _deviations(timing, phrase, rng), _deviations(velocity, phrase, rng)
    early = float(np.mean(timing.mean))  # all play ahead of a click: not heard where there is none
    parts = []
    for part, off, more in zip(phrase.parts, late, loud, strict=True):
        notes = []
        for note, ticks, louder in zip(part.notes, off, more, strict=True):
            if part.is_drum and note.pitch in CLASS_OF:
                level = phrase.meter.level(note.start + phrase.lead_in)
                ticks += timing.mean[CLASS_OF[note.pitch]][level] - early
            notes.append(_struck(note, amount * ticks, amount * louder, phrase))
        parts.append(replace(part, notes=tuple(notes)))
    return replace(phrase, parts=tuple(parts))


def _struck(note: Note, ticks: float, velocity: float, phrase: Phrase) -> Note:
    most = (phrase.meter.step_ticks - 1) // 2
    offset = max(-most if note.start else 0, min(most, round(note.offset + ticks)))
    softest = min(MIN_VELOCITY, note.velocity)
    loud = max(softest, min(127, round(note.velocity + velocity)))
    return replace(note, offset=offset, velocity=loud)


def _deviations(feel: GrooveSpread, phrase: Phrase, rng: np.random.Generator) -> list[list[float]]:
    """By how much each note of each part strays from its mean."""
    drift, place = _drift(feel, phrase, rng), _NormalDraws(feel.place, rng)
    found = []
    for part in phrase.parts:
        drum, habit, stroke = (
            _NormalDraws(spread, rng) for spread in (feel.drum, feel.habit, feel.stroke)
        )
        strayed = []
        for note in part.notes:
            at = (note.start + phrase.lead_in) % phrase.meter.steps_per_bar
            who = CLASS_OF.get(note.pitch, -1) if part.is_drum else 0
            stray = drift[note.start] + place[at] + habit[who, at] + stroke[who, note.start]
            strayed.append(stray + drum[who] if part.is_drum else PITCHED_SHARE * stray)
        found.append(strayed)
    return found


class _NormalDraws(dict[object, float]):
    """A normal number for each thing that is asked for, drawn when it first is."""

    def __init__(self, spread: float, rng: np.random.Generator) -> None:
        super().__init__()
        self.spread, self.rng = spread, rng

    def __missing__(self, key: object) -> float:
        self[key] = self.spread * float(self.rng.standard_normal())
        return self[key]


def _drift(feel: GrooveSpread, phrase: Phrase, rng: np.random.Generator) -> dict[int, float]:
    """An Ornstein-Uhlenbeck process from 0, at each step where a note is struck."""
    found: dict[int, float] = {}
    now, last = 0.0, 0
    for step in sorted({note.start for part in phrase.parts for note in part.notes}):
        kept = feel.memory ** ((step - last) / phrase.meter.steps_per_quarter)
        now = kept * now + feel.drift * math.sqrt(1 - kept**2) * float(rng.standard_normal())
        found[step], last = now, step
    return found
