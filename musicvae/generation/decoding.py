"""Decode plans to notes, count what the constraints cost, and store both as a recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import FloatArray
from ..codecs.base import Codes
from ..engine import Player
from ..errors import RequestError
from ..performance.transfer import accents
from ..score.phrase import Phrase
from ..score.provenance import Recipe
from .moving import move_sections
from .plan import DecodePlan
from .seeding import Sampling, generator, resolve_seed
from .source import EncodedPhrase
from .stitching import stitch_windows, tie_notes


@dataclass(frozen=True)
class Decoded:
    """The music of a plan.

    Attributes:
        plan: what was decoded.
        phrase: whole bars, without accents, tempo and instruments.
        cost: nats that the constraints cost the decoder.
    """

    plan: DecodePlan
    phrase: Phrase
    cost: float = 0.0


def perform(player: Player, plan: DecodePlan) -> Decoded:
    """Decode each latent vector once and place the windows as the plan lists them.

    Raises:
        RequestError: the constraints contradict each other, or the model does not support them.
    """
    (decoded,) = perform_all(player, [plan])
    return decoded


def perform_all(player: Player, plans: Sequence[DecodePlan]) -> list[Decoded]:
    """Decode plans that share a meter, temperature and constraints side by side.

    That is faster than one by one, and gives the same music.

    Raises:
        RequestError: as `perform`.
    """
    rows = [(plan, row) for plan in plans for row in range(len(plan.z))]
    rules = [rule for plan in plans for rule in plan.rules(player) or ()]
    codes, nats = player.decode_with_cost(
        np.concatenate([plan.z for plan in plans]),
        [plan.meter for plan, _ in rows],
        temperature=plans[0].temperature,
        rngs=[generator(plan.seed, *plan.key, row) for plan, row in rows],
        rules=rules or None,
    )
    decoded, first = [], 0
    for plan in plans:
        mine = slice(first, first + len(plan.z))
        phrase = _place_windows(player, plan, codes[mine])
        decoded.append(Decoded(plan, phrase, float(nats[mine].sum())))
        first = mine.stop
    return decoded


def _place_windows(player: Player, plan: DecodePlan, codes: Sequence[Codes]) -> Phrase:
    """The phrase of a plan, from the codes of each of its latent vectors."""
    windows = [
        (first, codes[row][: (plan.end(first) - first) * plan.meter.steps_per_bar])
        for first, row in plan.windows
    ]
    ties = plan.held
    if plan.form:
        windows, ties = move_sections(plan, windows, player.codec)
    if plan.constraints.max_polyphony:  # a tied note could exceed it
        ties = ()
    return tie_notes(stitch_windows(windows, player.codec, plan.meter), ties, player.codec)


def render_like(player: Player, z: FloatArray, like: EncodedPhrase, sampling: Sampling) -> Decoded:
    """Decode a z for each window of a phrase, and place the windows as they lie there.

    Raises:
        RequestError: z is not finite, or the constraints cannot be satisfied.
    """
    if not np.isfinite(z).all():
        raise RequestError("The latent vector is out of range: use a smaller strength.")
    plan = replace(
        like.plan,
        z=z,
        temperature=sampling.temperature,
        seed=resolve_seed(sampling.seed),
        constraints=sampling.constraints,
    )
    return perform(player, plan)


def with_recipe(
    phrase: Phrase, player: Player, verb: str, decoded: Decoded, like: Phrase | None = None
) -> Phrase:
    """The phrase with the recipe to make it again; unchanged for a net without latent vectors.

    Args:
        decoded: the plan and the cost to store.
        like: the phrase whose accents it has; they are stored, too.
    """
    if not player.latent:
        return phrase
    plan = decoded.plan
    options = plan.options() | {"cost": round(plan.cost + decoded.cost, 2)}
    if like:
        velocities = [accents(part, like) for part in like.parts]
        options["accents"] = [sorted(map(list, by_step.items())) for by_step in velocities]
    z = np.ascontiguousarray(plan.z, "<f4").tobytes()
    notes = phrase.fingerprint
    recipe = Recipe(player.digest, verb, notes, latent=player.latent, z=z, options=options)
    return replace(phrase, recipe=recipe)
