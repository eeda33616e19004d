"""Points z as music: a plan says which windows stand where, and is all there is to say.

What one verb made, another can play again from its plan; so it is what a file's recipe holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from operator import index
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import MAX_PHRASES, check_seed
from .engine import Net, Player
from .errors import RequestError
from .music.codecs import Codes
from .music.constraints import Constraints
from .music.manner import accents
from .music.notes import Phrase
from .music.position import window_bars
from .music.quantise import MAX_BARS as LONGEST
from .music.recipe import Recipe
from .music.rules import Rule
from .music.seams import Held, held_over, laid, tied
from .music.units import Meter
from .music.windows import cut, windows
from .music.wishes import parse_constraints

Array = NDArray[np.float32]

Wishes = Mapping[str, Any]
NOTHING: Wishes = MappingProxyType({})
"""To keep to."""

MAX_BARS = 1_000
"""Of what is made at once."""

HOTTEST = 1_000_000
"""Of temperatures; all steps are as likely there, and far beyond, single precision overflows."""

DRAWS = 8
"""How often a phrase is drawn before silence is accepted."""


@dataclass(frozen=True)
class Plan:
    """Windows in a row, and how their steps are drawn.

    Attributes:
        z: `[N, Z]`, each decoded once.
        windows: first bar of each window and the row of its z, in order.
        bars: of the whole.
        section: bars after which a window ends, if it has not by then; 0 for never.
        temperature: 0 takes the most probable step.
        seed, key: entropy and spawn key of the generators, one for each z.
        held: notes that sound on from one window into the next.
        wishes: what it keeps to, as `wishes.parse_constraints` takes it.
        upbeat: bars before the first chord that is wished for.
        cost: nats that the wishes cost what made the z up.
    """

    z: Array
    windows: tuple[tuple[int, int], ...]
    meter: Meter
    bars: int
    section: int = 0
    temperature: float = 0.0
    seed: int = 0
    key: tuple[int, ...] = ()
    held: tuple[Held, ...] = ()
    wishes: Wishes = field(default_factory=dict)
    upbeat: int = 0
    cost: float = 0.0

    def end(self, first: int) -> int:
        """The bar at which a window ends at the latest that begins at one."""
        section = self.section or self.bars
        return min(self.bars, (first // section + 1) * section)

    def rules(self, player: Player) -> list[Rule] | None:
        """What each z keeps to where it first stands; None where nothing is wished for.

        Raises:
            RequestError: they contradict each other, or mean nothing to such a model.
        """
        asked = parse_constraints(**self.wishes)
        if not asked:
            return None
        section = self.section or MAX_BARS
        firsts = dict(reversed([(row, first) for first, row in self.windows]))
        return [
            rule_of(player, asked, self.meter, firsts[row] % section - self.upbeat)
            for row in range(len(self.z))
        ]

    def options(self) -> dict[str, Any]:
        """All but the z and the meter, as JSON has them."""
        about = {name: value for name, value in vars(self).items() if name not in ("z", "meter")}
        rows = {"windows": [*map(list, self.windows)], "held": [*map(list, self.held)]}
        return about | rows | {"wishes": dict(self.wishes)}


def planned(recipe: Recipe, player: Player, meter: Meter) -> Plan | None:
    """The plan that a recipe of this net holds; None where it does not."""
    about = dict(recipe.options)
    size = window_bars(meter, player.bars)
    try:
        about["windows"] = tuple((int(first), int(row)) for first, row in about["windows"])
        about["held"] = tuple(Held(*map(int, held)) for held in about["held"])
        about["key"] = tuple(map(int, about["key"]))
        about |= {name: index(about[name]) for name in ("bars", "section", "seed", "upbeat")}
        plan = Plan(recipe.points, meter=meter, **{name: about[name] for name in _FIELDS})
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
            and 0 <= float(plan.temperature) <= HOTTEST
        )
        plan.rules(player)
    except (RequestError, KeyError, TypeError, ValueError, IndexError, ArithmeticError):
        return None
    return plan if good else None


_FIELDS = (
    *("windows", "bars", "section", "temperature", "seed", "key", "held"),
    *("wishes", "upbeat"),
)


def perform(player: Player, plan: Plan) -> Phrase:
    """The bare phrase of whole bars."""
    codes = _drawn(player, plan)
    pieces = [
        (first, codes[row][: (plan.end(first) - first) * plan.meter.bar])
        for first, row in plan.windows
    ]
    # who wishes for few at once has no room for what is held over
    held = () if plan.wishes.get("max_polyphony") else plan.held
    return tied(laid(pieces, player.codec, plan.meter), held, player.codec)


def _drawn(player: Player, plan: Plan) -> list[Codes]:
    """The window of each z."""
    meters = [plan.meter] * len(plan.z)
    rngs = [generator(plan.seed, *plan.key, row) for row in range(len(plan.z))]
    rules, temperature = plan.rules(player), plan.temperature
    return player.decode(plan.z, meters, temperature=temperature, rngs=rngs, rules=rules)


class Encoded:
    """A phrase cut into windows, and their posterior means; the very z it was made of, if known.

    Attributes:
        phrase: what was encoded.
        whole: the same as the codec knows it, of whole bars.
        mu: `[windows, Z]`
        plan: plays mu in the shape of the phrase.
    """

    def __init__(self, player: Player, phrase: Phrase) -> None:
        self.phrase = phrase
        meter, codec = phrase.meter, player.codec
        bars = (phrase.steps + phrase.lead_in) // meter.bar
        if not bars:
            raise RequestError("There is not a bar of music in it.")
        whole = cut(phrase, 0, bars * meter.bar)
        self.whole = codec.decode(codec.encode(whole), meter)
        plan = known(player, phrase)
        if plan is None:
            codes = [codec.encode(one) for one in windows(phrase, player.bars)]
            size = window_bars(meter, player.bars)
            places = tuple((row * size, row) for row in range(len(codes)))
            mu = player.encode(codes, [meter] * len(codes)).mu
            plan = Plan(mu, places, meter, bars)
        firsts, rows = zip(*plan.windows, strict=True)
        self.mu = plan.z[list(rows)]
        held = held_over(self.whole, (first * meter.bar for first in firsts))
        places = tuple((first, row) for row, first in enumerate(firsts))
        upbeat = 1 if phrase.pickup else 0
        self.plan = Plan(self.mu, places, meter, bars, plan.section, held=held, upbeat=upbeat)


def made_by(player: Player, phrase: Phrase) -> Phrase | None:
    """Of a phrase that this net made, and nobody changed, the parts that it made."""
    recipe = phrase.recipe
    if recipe is None or recipe.model != player.digest:
        return None
    found = (replace(phrase, parts=phrase.parts[:n]) for n in range(1, len(phrase.parts) + 1))
    return next((own for own in found if own.fingerprint == recipe.notes), None)


def known(player: Player, phrase: Phrase) -> Plan | None:
    """The plan by which this net made the phrase, if it is as it was made."""
    recipe = phrase.recipe
    if recipe is None or recipe.model != player.digest or recipe.notes != phrase.fingerprint:
        return None
    plan = planned(recipe, player, phrase.meter)
    whole = phrase.steps + phrase.lead_in
    return plan if plan and plan.bars * phrase.meter.bar == whole else None


def played(
    player: Player,
    z: Array,
    like: Encoded,
    temperature: float,
    seed: int | None,
    wishes: Wishes = NOTHING,
) -> tuple[Phrase, Plan]:
    """A window for each z, where those of a phrase stand."""
    if not np.isfinite(z).all():
        raise RequestError("That is farther than z reaches: ask for less.")
    plan = replace(like.plan, z=z, temperature=temperature, seed=entropy(seed), wishes=wishes)
    return perform(player, plan), plan


def with_recipe(
    phrase: Phrase, player: Player, verb: str, plan: Plan, like: Phrase | None = None
) -> Phrase:
    """The phrase, knowing how it came about, and whose accents it was lent.

    Without a z there is nothing to begin from: what a next-step net makes has none.
    """
    if not player.latent:
        return phrase
    options = plan.options() | {"cost": round(plan.cost + _cost(player, plan), 2)}
    if like:
        loud = [accents(part, like) for part in like.parts]
        options["accents"] = [sorted(map(list, own.items())) for own in loud]
    z = np.ascontiguousarray(plan.z, "<f4").tobytes()
    notes = phrase.fingerprint
    recipe = Recipe(player.digest, verb, notes, latent=player.latent, z=z, options=options)
    return replace(phrase, recipe=recipe)


def _cost(player: Player, plan: Plan) -> float:
    """Nats that the wishes cost the decoder."""
    rules = plan.rules(player)
    if rules is None:
        return 0.0
    meters = [plan.meter] * len(plan.z)
    return float(player.cost(plan.z, _drawn(player, plan), meters, rules).sum())


def rule_of(player: Net, asked: Constraints, meter: Meter, bar: int) -> Rule:
    """What a window keeps to that begins at a bar."""
    return asked.rule(player.codec, meter, player.steps(meter), bar * meter.bar)


def generator(seed: int, *key: int) -> np.random.Generator:
    """Of a seed and the place in what is made of it."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def generators(seed: int, n: int) -> list[np.random.Generator]:
    """One for each place; the first ones are the same whatever `n` is."""
    return [generator(seed, row) for row in range(n)]


def entropy(seed: int | None) -> int:
    """The seed, or a new one.

    Raises:
        RequestError: it is below 0.
    """
    check_seed(seed)
    return int(np.random.SeedSequence(seed).entropy)  # type: ignore[arg-type]  # one number


def check(player: Player, verb: str, n: int, temperature: float) -> None:
    """That the net can do it, so often and at that temperature."""
    if verb not in player.verbs:
        able = ", ".join(player.verbs)
        raise RequestError(f"This model cannot {verb}; it can {able}.")
    if not 1 <= n <= MAX_PHRASES:
        raise RequestError(f"Ask for 1 to {MAX_PHRASES:,} phrases, not {n}.")
    if not 0 <= temperature <= HOTTEST:
        raise RequestError(f"A temperature is from 0 to {HOTTEST:,}, not {temperature}.")
