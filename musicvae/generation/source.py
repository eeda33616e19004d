"""A phrase as a model encodes it: a latent vector for each window, and the plan of its windows."""

from __future__ import annotations

from dataclasses import replace

from ..engine import Player
from ..errors import RequestError
from ..score.phrase import Phrase
from ..score.windows import cut_phrase, split_windows, window_bars
from .plan import DecodePlan, plan_of
from .stitching import find_tied_notes


class EncodedPhrase:
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
        bars = (phrase.steps + phrase.lead_in) // meter.steps_per_bar
        if not bars:
            raise RequestError("There is not a bar of music in it.")
        whole = cut_phrase(phrase, 0, bars * meter.steps_per_bar)
        self.whole = codec.decode(codec.encode(whole), meter)
        plan = plan_of(player, phrase)
        if plan is None:
            codes = [codec.encode(one) for one in split_windows(phrase, player.bars)]
            size = window_bars(meter, player.bars)
            places = tuple((row * size, row) for row in range(len(codes)))
            mu = player.encode(codes, [meter] * len(codes)).mu
            plan = DecodePlan(mu, places, meter, bars)
        firsts, rows = zip(*plan.windows, strict=True)
        self.mu = plan.z[list(rows)]
        held = find_tied_notes(self.whole, (first * meter.steps_per_bar for first in firsts))
        places = tuple((first, row) for row, first in enumerate(firsts))
        upbeat = 1 if phrase.pickup else 0
        self.plan = DecodePlan(self.mu, places, meter, bars, plan.section, held=held, upbeat=upbeat)


def parts_made_by(player: Player, phrase: Phrase) -> Phrase | None:
    """Of a phrase that this net made, and nobody changed, the parts that it made."""
    recipe = phrase.recipe
    if recipe is None or recipe.model != player.digest:
        return None
    found = (replace(phrase, parts=phrase.parts[:n]) for n in range(1, len(phrase.parts) + 1))
    return next((own for own in found if own.fingerprint == recipe.notes), None)
