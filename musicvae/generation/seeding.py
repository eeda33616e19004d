"""How steps are drawn: temperature, seed and constraints; the generators of a seed; limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import MAX_PHRASES, SampleConfig, check_seed
from ..constraints.spec import FREE, Constraints
from ..engine import Player
from ..errors import RequestError

MAX_BARS = 1_000
"""Of what is made at once."""

MAX_TEMPERATURE = 1_000_000
"""Of temperatures; all steps are as likely there, and far beyond, single precision overflows."""

MAX_SILENT_REDRAWS = 8
"""How often a phrase is drawn before silence is accepted."""


@dataclass(frozen=True)
class Sampling:
    """How the steps of a phrase are drawn.

    Attributes:
        temperature: 0 takes the most probable step.
        seed: of all that is drawn; None draws the seed, too.
        constraints: what every phrase must keep to.
    """

    temperature: float = 0.0
    seed: int | None = None
    constraints: Constraints = FREE


NEW_MUSIC = Sampling(SampleConfig.temperature)
MOST_PROBABLE = Sampling()


def generator(seed: int, *key: int) -> np.random.Generator:
    """Of a seed and the place in what is made of it."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def generators(seed: int, n: int) -> list[np.random.Generator]:
    """One for each place; the first ones are the same whatever `n` is."""
    return [generator(seed, row) for row in range(n)]


def resolve_seed(seed: int | None) -> int:
    """The seed, or a new one.

    Raises:
        RequestError: it is below 0.
    """
    check_seed(seed)
    return int(np.random.SeedSequence(seed).entropy)  # type: ignore[arg-type]  # one number


def check_request(player: Player, verb: str, n: int, temperature: float) -> None:
    """That the net can do it, so often and at that temperature."""
    if verb not in player.verbs:
        able = ", ".join(player.verbs)
        raise RequestError(f"This model cannot {verb}; it can {able}.")
    if not 1 <= n <= MAX_PHRASES:
        raise RequestError(f"Ask for 1 to {MAX_PHRASES:,} phrases, not {n}.")
    if not 0 <= temperature <= MAX_TEMPERATURE:
        raise RequestError(f"A temperature is from 0 to {MAX_TEMPERATURE:,}, not {temperature}.")
