"""Plans decoded to music: notes, what the constraints cost, and the recipe of both."""

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
from .seeding import (
    Sampling,
    generator,
    resolve_seed,
)
from .source import EncodedPhrase
from .stitching import stitch_windows, tie_notes


@dataclass(frozen=True)
class Decoded:
    """What a plan gave.

    Attributes:
        plan: what was decoded.
        phrase: of whole bars, without accents, tempo and instruments.
        cost: nats that the constraints cost the decoder.
    """

    plan: DecodePlan
    phrase: Phrase
    cost: float = 0.0


def perform(player: Player, plan: DecodePlan) -> Decoded:
    """Decode each latent vector once and lay the windows where the plan has them.

    Raises:
        RequestError: the constraints contradict each other, or mean nothing to the model.
    """
    codes, nats = player.decode_with_cost(
        plan.z,
        [plan.meter] * len(plan.z),
        temperature=plan.temperature,
        rngs=[generator(plan.seed, *plan.key, row) for row in range(len(plan.z))],
        rules=plan.rules(player),
    )
    pieces = [
        (first, codes[row][: (plan.end(first) - first) * plan.meter.steps_per_bar])
        for first, row in plan.windows
    ]
    # who asks for few at once has no room for what is held over
    held = () if plan.constraints.max_polyphony else plan.held
    phrase = tie_notes(stitch_windows(pieces, player.codec, plan.meter), held, player.codec)
    return Decoded(plan, phrase, float(nats.sum()))


def render_like(player: Player, z: FloatArray, like: EncodedPhrase, sampling: Sampling) -> Decoded:
    """A window for each z, where those of a phrase stand."""
    if not np.isfinite(z).all():
        raise RequestError("That is farther than z reaches: ask for less.")
    plan = replace(
        like.plan,
        z=z,
        temperature=sampling.temperature,
        seed=resolve_seed(sampling.seed),
        constraints=sampling.constraints,
    )
    return perform(player, plan)


def with_recipe(
    phrase: Phrase, player: Player, verb: str, made: Decoded, like: Phrase | None = None
) -> Phrase:
    """The phrase, knowing how it came about, and whose accents it was lent.

    Without a z there is nothing to begin from: what a next-step net makes has none.
    """
    if not player.latent:
        return phrase
    plan = made.plan
    options = plan.options() | {"cost": round(plan.cost + made.cost, 2)}
    if like:
        loud = [accents(part, like) for part in like.parts]
        options["accents"] = [sorted(map(list, own.items())) for own in loud]
    z = np.ascontiguousarray(plan.z, "<f4").tobytes()
    notes = phrase.fingerprint
    recipe = Recipe(player.digest, verb, notes, latent=player.latent, z=z, options=options)
    return replace(phrase, recipe=recipe)
