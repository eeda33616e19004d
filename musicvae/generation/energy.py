"""Energy: how dense and how high a section is, compared with what the model plays unasked.

Above 0.5 the fewest notes of a bar and the lowest note rise, below it the most notes and the
highest note fall, up to quantiles of unasked music. Loudness is added when music is rendered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..arrays import IntArray
from ..constraints.spec import Constraints
from ..engine import Player
from ..score.windows import window_bars
from ..theory.meter import Meter
from .form import NEUTRAL
from .layout import Music
from .plan import rule_at
from .seeding import Sampling, generators

USUAL_BARS = 128
"""Bars of unasked music that are compared with; at least one window."""

DENSITY_SHARE = 0.7
"""At energy 1 a bar has more notes than this share of unasked bars; at 0 it has fewer."""

RANGE_SHARE = 0.4
"""At energy 1 all notes are higher than this share of unasked notes; at 0 all are lower."""

MIN_RANGE = 12
"""Semitones that are left to a melody."""

RESTING_DRUMS = 0.2
"""The highest energy at which the drums of a band rest."""


@dataclass(frozen=True)
class UsualMusic:
    """What a model plays unasked: the notes of each bar, and the pitch of each note.

    Shape:
        - bars: `[B]`
        - pitches: `[N]`; empty if the first part plays chords or drums
    """

    bars: IntArray
    pitches: IntArray


def measure_usual(player: Player, meter: Meter, sampling: Sampling) -> UsualMusic:
    """Sample windows from the prior under the constraints, and count the notes of the first part.

    Raises:
        RequestError: no prior was fitted to this model.
    """
    codec, bar = player.codec, meter.steps_per_bar
    rngs = generators(0, -(-USUAL_BARS // window_bars(meter, player.bars)))
    constraints = sampling.constraints
    rules = [rule_at(player, constraints, meter, 0)] * len(rngs) if constraints else None
    windows = player.sample_prior([meter] * len(rngs), rngs, sampling.temperature, rules)
    counts, pitches = [], []
    for window in windows:
        notes = codec.decode(window, meter).parts[0].notes
        counts.append(np.bincount([n.start // bar for n in notes], minlength=len(window) // bar))
        pitches += [note.pitch for note in notes]
    is_melody = codec.parts[0].pitches and not codec.parts[0].polyphonic
    return UsualMusic(np.concatenate(counts), np.array(pitches if is_melody else [], np.int64))


def with_energy(
    usual: UsualMusic, music: Music, given: Constraints, *, may_rest: bool = False
) -> Constraints:
    """The constraints of a music, narrowed by its energy where it has none of its own.

    Args:
        given: the constraints of the piece, under which the usual music was sampled.
        may_rest: set no fewest number of notes, for bars in which the music comes to rest.
    """
    far = 2 * abs(music.energy - NEUTRAL)
    constraints = music.constraints
    if not far or not usual.bars.any():
        return constraints
    is_high = music.energy > NEUTRAL
    if constraints.density == given.density and not (is_high and may_rest):
        constraints = replace(constraints, density=_density(usual, given, far, is_high=is_high))
    if constraints.range == given.range and len(usual.pitches):
        constraints = replace(constraints, range=_range(usual, given, far, is_high=is_high))
    return constraints


def _density(
    usual: UsualMusic, given: Constraints, far: float, *, is_high: bool
) -> tuple[int, int]:
    fewest, most = given.density or (0, int(2 * usual.bars.max()))
    share = DENSITY_SHARE * far
    limit = round(float(np.quantile(usual.bars, share if is_high else 1 - share)))
    limit = max(1, fewest, min(most, limit))
    return (limit, most) if is_high else (fewest, limit)


def _range(
    usual: UsualMusic, given: Constraints, far: float, *, is_high: bool
) -> tuple[int, int] | None:
    """The range; that of the piece where too little of it would be left."""
    low, high = given.range or (int(usual.pitches.min()), int(usual.pitches.max()))
    share = RANGE_SHARE * far
    limit = round(float(np.quantile(usual.pitches, share if is_high else 1 - share)))
    narrowed = (limit, high) if is_high else (low, limit)
    return narrowed if narrowed[1] - narrowed[0] >= MIN_RANGE else given.range
