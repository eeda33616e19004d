"""Encode a phrase: a latent vector for each window, and the plan that decodes it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..arrays import FloatArray
from ..engine import Player
from ..errors import RequestError
from ..midi.own_format import MAX_MODEL_PARTS
from ..score.phrase import Phrase
from ..score.windows import cut_phrase, split_windows, window_bars
from .plan import DecodePlan, PlannedSection, plan_of
from .stitching import find_tied_notes


class EncodedPhrase:
    """A phrase cut into windows, with a latent vector for each.

    For a phrase that this net made, these are the z in its recipe; for any other, the
    posterior means.

    Attributes:
        phrase: what was encoded.
        whole: the phrase in whole bars, as the codec represents it.
        mu: `[windows, Z]`
        plan: decodes mu to a piece in the shape of the phrase.

    Raises:
        RequestError: the phrase is shorter than a bar.
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
            codes = [codec.encode(window) for window in split_windows(phrase, player.bars)]
            size = window_bars(meter, player.bars)
            placed = tuple((row * size, row) for row in range(len(codes)))
            mu = player.encode(codes, [meter] * len(codes)).mu
            plan = DecodePlan(mu, placed, meter, bars)
        firsts, rows = zip(*plan.windows, strict=True)
        self.mu = plan.z[list(rows)]
        moved = [i for i, first in enumerate(firsts) if plan.section_at(first)[0].semitones]
        if moved:  # its z has the music in another key
            self.mu[moved] = self._encode(player, [firsts[i] for i in moved])
        ties = find_tied_notes(self.whole, (first * meter.steps_per_bar for first in firsts))
        placed = tuple((first, row) for row, first in enumerate(firsts))
        upbeat = 1 if phrase.pickup else 0
        form = tuple(PlannedSection(section.first) for section in plan.form)
        self.plan = DecodePlan(
            self.mu, placed, meter, bars, plan.section, held=ties, upbeat=upbeat, form=form
        )

    def _encode(self, player: Player, firsts: Sequence[int]) -> FloatArray:
        """The posterior means of the windows that begin at some bars. `[N, Z]`"""
        meter = self.whole.meter
        bar, steps = meter.steps_per_bar, player.steps(meter)
        windows = [cut_phrase(self.whole, bar * i, bar * i + steps) for i in firsts]
        codes = [player.codec.encode(window) for window in windows]
        return player.encode(codes, [meter] * len(codes)).mu


def generated_parts(player: Player, phrase: Phrase) -> Phrase | None:
    """The parts of a phrase that this net generated; None if their notes were changed since."""
    recipe = phrase.recipe
    if recipe is None or recipe.model != player.digest:
        return None
    for count in range(1, min(MAX_MODEL_PARTS, len(phrase.parts)) + 1):
        generated = replace(phrase, parts=phrase.parts[:count])
        if generated.fingerprint == recipe.notes:
            return generated
    return None
