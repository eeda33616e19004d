"""Sampling options, the generators of a seed, and limits on what can be requested."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import MAX_PHRASES, SampleConfig, check_seed
from ..constraints.spec import NO_CONSTRAINTS, Constraints
from ..engine import Player
from ..errors import RequestError

MAX_BARS = 1_000
"""Bars of one generated piece."""

MAX_TEMPERATURE = 1_000_000
"""All steps are equally likely well below it; float32 overflows well above it."""

MAX_SILENT_REDRAWS = 8
"""Attempts at a phrase before silence is accepted."""


@dataclass(frozen=True)
class Sampling:
    """How the steps of a phrase are drawn.

    Attributes:
        temperature: 0 takes the most probable step.
        seed: of everything random; None draws a seed.
        constraints: what every phrase must satisfy.
    """

    temperature: float = 0.0
    seed: int | None = None
    constraints: Constraints = NO_CONSTRAINTS


NEW_MUSIC = Sampling(SampleConfig.temperature)
MOST_PROBABLE = Sampling()


def generator(seed: int, *key: int) -> np.random.Generator:
    """The random generator of a seed and a spawn key."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def generators(seed: int, n: int) -> list[np.random.Generator]:
    """One generator for each of `n` rows; the first ones do not depend on `n`."""
    return [generator(seed, row) for row in range(n)]


def resolve_seed(seed: int | None) -> int:
    """The seed, or a new one for None.

    Raises:
        RequestError: it is below 0.
    """
    check_seed(seed)
    return int(np.random.SeedSequence(seed).entropy)  # type: ignore[arg-type]  # one number


def check_request(player: Player, verb: str, n: int, temperature: float) -> None:
    """Refuse a verb, a number of phrases or a temperature that the net cannot serve.

    Raises:
        RequestError: the net lacks the verb, or a number is out of range.
    """
    if verb not in player.verbs:
        able = ", ".join(player.verbs)
        raise RequestError(f"This model cannot {verb}; it can {able}.")
    if not 1 <= n <= MAX_PHRASES:
        raise RequestError(f"Ask for 1 to {MAX_PHRASES:,} phrases, not {n}.")
    if not 0 <= temperature <= MAX_TEMPERATURE:
        raise RequestError(f"A temperature is from 0 to {MAX_TEMPERATURE:,}, not {temperature}.")
