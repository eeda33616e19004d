"""A plan lists the latent vectors of a piece and where each decoded window goes.

It is enough to regenerate the piece, so it is what the recipe in a file stores.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from operator import attrgetter, index
from typing import Any

from ..arguments import MAX_SEED
from ..arrays import FloatArray
from ..codecs.pitch_range import OCTAVE
from ..constraints.compile import compile_rule
from ..constraints.parse import constraints_from_dict
from ..constraints.spec import NO_CONSTRAINTS, Constraints
from ..constraints.step_rule import StepRule
from ..engine import Net, Player
from ..errors import RequestError
from ..midi.sections import MAX_SEGMENT_BARS as LONGEST
from ..score.phrase import Phrase
from ..score.provenance import Recipe
from ..score.windows import window_bars
from ..theory.meter import Meter
from .seeding import MAX_TEMPERATURE
from .stitching import TiedNote


@dataclass(frozen=True)
class PlannedSection:
    """A section of a piece with a form of names.

    Attributes:
        first: its first bar.
        semitones: by which its music is moved after it is decoded.
        constraints: of its music, before it is moved; if none, those of the plan.
    """

    first: int
    semitones: int = 0
    constraints: Constraints = NO_CONSTRAINTS


@dataclass(frozen=True)
class DecodePlan:
    """The windows of a piece, and how their steps are drawn.

    Attributes:
        z: `[N, Z]`, each decoded once.
        windows: first bar of each window and its row of z, in order.
        bars: of the piece.
        section: bars of a section, if all are equal; a window ends with its section. 0 for one
            section.
        form: the sections, if they are not all equal.
        temperature: 0 takes the most probable step.
        seed, key: entropy and spawn key of the generators, one for each z.
        held: notes that are tied across window boundaries, before sections are moved.
        constraints: what every window must satisfy.
        upbeat: bars before the first chord of the constraints.
        cost: nats that the constraints cost the prior when it sampled the music behind z.
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
    constraints: Constraints = NO_CONSTRAINTS
    upbeat: int = 0
    cost: float = 0.0
    form: tuple[PlannedSection, ...] = ()

    def section_at(self, bar: int) -> tuple[PlannedSection, int]:
        """The section that a bar lies in, and the bar at which it ends."""
        if self.form:
            number = bisect_right(self.form, bar, key=attrgetter("first"))
            end = self.form[number].first if number < len(self.form) else self.bars
            return self.form[number - 1], end
        size = self.section or self.bars
        first = bar // size * size
        return PlannedSection(first), min(self.bars, first + size)

    def end(self, first: int) -> int:
        """The bar by which a window that begins at bar `first` must end."""
        return self.section_at(first)[1]

    def rules(self, player: Player) -> list[StepRule] | None:
        """The rule of each z, at the first bar where it is placed; None without constraints.

        Raises:
            RequestError: the constraints contradict each other, or the model does not support them.
        """
        if not (self.constraints or any(section.constraints for section in self.form)):
            return None
        firsts = dict(reversed([(row, first) for first, row in self.windows]))
        rules = []
        for row in range(len(self.z)):
            section, _ = self.section_at(firsts[row])
            bar = firsts[row] - section.first - self.upbeat
            constraints = section.constraints or self.constraints
            rules.append(rule_at(player, constraints, self.meter, bar))
        return rules

    def options(self) -> dict[str, Any]:
        """All fields but z and meter as JSON values; `plan_from_recipe` reads them."""
        options = {name: value for name, value in vars(self).items() if name not in _NOT_STORED}
        options["windows"] = [*map(list, self.windows)]
        options["held"] = [*map(list, self.held)]
        if self.form:
            options["form"] = [
                [section.first, section.semitones, section.constraints.to_dict()]
                for section in self.form
            ]
        return options | {"wishes": self.constraints.to_dict()}


MAX_KEY = 8
"""Most numbers in the spawn key of a generator."""

_FIELDS = ("windows", "bars", "section", "temperature", "seed", "key", "held", "upbeat")
_NOT_STORED = ("z", "meter", "constraints", "form")


def plan_from_recipe(recipe: Recipe, player: Player, meter: Meter) -> DecodePlan | None:
    """The plan in a recipe; None if it cannot be read or this net cannot play it."""
    options = dict(recipe.options)
    try:
        options["windows"] = tuple((int(first), int(row)) for first, row in options["windows"])
        options["held"] = tuple(TiedNote(*map(int, tie)) for tie in options["held"])
        options["key"] = tuple(map(int, options["key"]))
        options |= {name: index(options[name]) for name in ("bars", "section", "seed", "upbeat")}
        fields = {name: options[name] for name in _FIELDS}
        fields["form"] = tuple(
            PlannedSection(index(first), index(semitones), constraints_from_dict(words))
            for first, semitones, words in options.get("form", ())
        )
        constraints = constraints_from_dict(options["wishes"])
        plan = DecodePlan(recipe.latents, meter=meter, constraints=constraints, **fields)
        if recipe.latent != player.latent or not _is_valid(plan, window_bars(meter, player.bars)):
            return None
        plan.rules(player)
    except (RequestError, KeyError, TypeError, ValueError, IndexError, ArithmeticError):
        return None
    return plan


def _is_valid(plan: DecodePlan, size: int) -> bool:
    """Return True if windows of `size` bars cover the piece in order and all numbers are in range.

    Raises:
        IndexError, TypeError: a field from a damaged recipe has no window or another type.
    """
    firsts = [first for first, _ in plan.windows]
    ends = [min(plan.end(first), first + size) for first in firsts]
    return (
        all(0 <= row < len(plan.z) for _, row in plan.windows)
        and firsts[0] == 0
        and firsts == sorted(set(firsts))
        and all(first <= end for first, end in zip([*firsts[1:], plan.bars], ends, strict=True))
        and firsts[-1] < plan.bars <= LONGEST
        and all(min(tie) >= 0 for tie in plan.held)
        and min(plan.seed, plan.section, plan.upbeat, *plan.key) >= 0
        and max(plan.seed, 0, *plan.key) <= MAX_SEED
        and len(plan.key) <= MAX_KEY
        and _is_form(plan.form, plan.bars)
        and 0 <= float(plan.temperature) <= MAX_TEMPERATURE
    )


def _is_form(form: tuple[PlannedSection, ...], bars: int) -> bool:
    """True for sections that begin at different bars of a piece, in order, the first at bar 0."""
    starts = [section.first for section in form]
    return not form or (
        starts[0] == 0
        and starts == sorted(set(starts))
        and starts[-1] < bars
        and all(abs(section.semitones) <= OCTAVE for section in form)
    )


def plan_of(player: Player, phrase: Phrase) -> DecodePlan | None:
    """The plan by which this net made a phrase; None if the phrase was changed since."""
    recipe = phrase.recipe
    if recipe is None or recipe.model != player.digest or recipe.notes != phrase.fingerprint:
        return None
    plan = plan_from_recipe(recipe, player, phrase.meter)
    steps = phrase.steps + phrase.lead_in
    return plan if plan and plan.bars * phrase.meter.steps_per_bar == steps else None


def rule_at(player: Net, constraints: Constraints, meter: Meter, bar: int) -> StepRule:
    """The rule of a window that begins at a bar."""
    start = bar * meter.steps_per_bar
    return compile_rule(constraints, player.codec, meter, player.steps(meter), start)
