"""Decode a plan to notes, count what the constraints cost, and store both as a recipe."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..arrays import FloatArray
from ..engine import Player
from ..errors import RequestError
from ..performance.transfer import accents
from ..score.phrase import Phrase
from ..score.provenance import Recipe
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
    codes, nats = player.decode_with_cost(
        plan.z,
        [plan.meter] * len(plan.z),
        temperature=plan.temperature,
        rngs=[generator(plan.seed, *plan.key, row) for row in range(len(plan.z))],
        rules=plan.rules(player),
    )
    windows = [
        (first, codes[row][: (plan.end(first) - first) * plan.meter.steps_per_bar])
        for first, row in plan.windows
    ]
    # a tied note could exceed a limit on simultaneous notes
    ties = () if plan.constraints.max_polyphony else plan.held
    phrase = tie_notes(stitch_windows(windows, player.codec, plan.meter), ties, player.codec)
    return Decoded(plan, phrase, float(nats.sum()))


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
