"""A plan: the latent vectors of a piece, where each decoded window goes, and how it is drawn.

It is enough to make the piece again; so it is what a file's recipe stores.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import index
from typing import Any

from ..arrays import FloatArray
from ..constraints.compile import compile_rule
from ..constraints.parse import from_dict
from ..constraints.spec import FREE, Constraints
from ..constraints.step_rule import StepRule
from ..engine import Net, Player
from ..errors import RequestError
from ..midi.quantize import MAX_BARS as LONGEST
from ..score.phrase import Phrase
from ..score.provenance import Recipe
from ..score.windows import window_bars
from ..theory.meter import Meter
from .seeding import (
    MAX_TEMPERATURE,
)
from .stitching import TiedNote


@dataclass(frozen=True)
class DecodePlan:
    """Windows in a row, and how their steps are drawn.

    Attributes:
        z: `[N, Z]`, each decoded once.
        windows: first bar of each window and the row of its z, in order.
        bars: of the whole.
        section: bars after which a window ends, if it has not by then; 0 for never.
        temperature: 0 takes the most probable step.
        seed, key: entropy and spawn key of the generators, one for each z.
        held: notes that sound on from one window into the next.
        constraints: what it keeps to.
        upbeat: bars before the first chord that is asked for.
        cost: nats that the constraints cost what made the z up.
    """

    z: FloatArray
    windows: tuple[tuple[int, int], ...]
    meter: Meter
    bars: int
    section: int = 0
    temperature: float = 0.0
    seed: int = 0
    key: tuple[int, ...] = ()
    held: tuple[TiedNote, ...] = ()
    constraints: Constraints = FREE
    upbeat: int = 0
    cost: float = 0.0

    def end(self, first: int) -> int:
        """The bar at which a window ends at the latest that begins at one."""
        section = self.section or self.bars
        return min(self.bars, (first // section + 1) * section)

    def rules(self, player: Player) -> list[StepRule] | None:
        """What each z keeps to where it first stands; None without constraints.

        Raises:
            RequestError: they contradict each other, or mean nothing to such a model.
        """
        if not self.constraints:
            return None
        firsts = dict(reversed([(row, first) for first, row in self.windows]))
        bars = [firsts[row] % (self.section or self.bars) for row in range(len(self.z))]
        return [rule_at(player, self.constraints, self.meter, bar - self.upbeat) for bar in bars]

    def options(self) -> dict[str, Any]:
        """All but the z and the meter, as JSON has them; `planned` reads it."""
        about = {name: value for name, value in vars(self).items() if name not in _NOT_STORED}
        rows = {"windows": [*map(list, self.windows)], "held": [*map(list, self.held)]}
        return about | rows | {"wishes": self.constraints.to_dict()}


def plan_from_recipe(recipe: Recipe, player: Player, meter: Meter) -> DecodePlan | None:
    """The plan that a recipe of this net holds; None where it does not."""
    about = dict(recipe.options)
    size = window_bars(meter, player.bars)
    try:
        about["windows"] = tuple((int(first), int(row)) for first, row in about["windows"])
        about["held"] = tuple(TiedNote(*map(int, held)) for held in about["held"])
        about["key"] = tuple(map(int, about["key"]))
        about |= {name: index(about[name]) for name in ("bars", "section", "seed", "upbeat")}
        stored = {name: about[name] for name in _FIELDS}
        constraints = from_dict(about["wishes"])
        plan = DecodePlan(recipe.points, meter=meter, constraints=constraints, **stored)
        firsts = [first for first, _ in plan.windows]
        ends = [min(plan.end(first), first + size) for first in firsts]
        good = (
            recipe.latent == player.latent
            and all(0 <= row < len(plan.z) for _, row in plan.windows)
            and firsts[0] == 0
            and firsts == sorted(set(firsts))
            and all(then <= end for then, end in zip([*firsts[1:], plan.bars], ends, strict=True))
            and firsts[-1] < plan.bars <= LONGEST
            and all(min(held) >= 0 for held in plan.held)
            and min(plan.seed, plan.section, plan.upbeat, *plan.key) >= 0
            and 0 <= float(plan.temperature) <= MAX_TEMPERATURE
        )
        plan.rules(player)
    except (RequestError, KeyError, TypeError, ValueError, IndexError, ArithmeticError):
        return None
    return plan if good else None


_FIELDS = ("windows", "bars", "section", "temperature", "seed", "key", "held", "upbeat")
_NOT_STORED = ("z", "meter", "constraints")


def plan_of(player: Player, phrase: Phrase) -> DecodePlan | None:
    """The plan by which this net made the phrase, if it is as it was made."""
    recipe = phrase.recipe
    if recipe is None or recipe.model != player.digest or recipe.notes != phrase.fingerprint:
        return None
    plan = plan_from_recipe(recipe, player, phrase.meter)
    whole = phrase.steps + phrase.lead_in
    return plan if plan and plan.bars * phrase.meter.steps_per_bar == whole else None


def rule_at(player: Net, asked: Constraints, meter: Meter, bar: int) -> StepRule:
    """What a window keeps to that begins at a bar."""
    return compile_rule(asked, player.codec, meter, player.steps(meter), bar * meter.steps_per_bar)
