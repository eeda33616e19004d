"""Alternatives for the same bars: drawn until they differ, and put in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..codecs.base import Codes
from ..engine import Player
from ..errors import RequestError
from ..progress import in_parts
from ..score.phrase import Phrase
from ..score.provenance import Recipe
from ..theory.meter import Meter
from .infill import Gap, fill_gap
from .seeding import Sampling, generator, resolve_seed

MAX_ROUNDS = 4
"""Rounds in which alternatives are drawn that are new."""


@dataclass(frozen=True)
class DrawingTask:
    """Gaps of a piece that are drawn, and how a phrase is made of the result.

    Attributes:
        verb: which draws them.
        codes: of the piece, `[T, ...]`, whole bars.
        put_in: makes a phrase of the codes with its gaps filled.
        options: what the recipe stores of the request, besides gaps and sampling.
    """

    verb: str
    player: Player
    meter: Meter
    codes: Codes
    gaps: Sequence[Gap]
    put_in: Callable[[Codes], Phrase]
    options: Mapping[str, Any]

    def draw(self, rows: Sequence[int], sampling: Sampling) -> list[Phrase]:
        """Alternatives by their numbers; each depends on its number and the seed alone."""
        seed = resolve_seed(sampling.seed)
        return [self._draw_one(row, sampling, seed) for row in in_parts(rows)]

    def _draw_one(self, row: int, sampling: Sampling, seed: int) -> Phrase:
        net, rng = self.player.prior or self.player, generator(seed, row)
        codes, nats = self.codes, 0.0
        for gap in in_parts(self.gaps):
            codes, more = fill_gap(net, codes, gap, self.meter, rng, sampling)
            nats += more
        result, bar = self.put_in(codes), self.meter.steps_per_bar
        options = {
            **self.options,
            "gaps": [[gap.first * bar, gap.stop * bar] for gap in self.gaps],
            "temperature": sampling.temperature,
            "seed": seed,
            "wishes": sampling.constraints.to_dict(),
            "row": row,
            "nats": round(nats, 2),
        }
        recipe = Recipe(self.player.digest, self.verb, result.fingerprint, options=options)
        return replace(result, recipe=recipe)


def distinct_alternatives(
    phrase: Phrase, n: int, draw: Callable[[Sequence[int]], list[Phrase]]
) -> list[Phrase]:
    """Alternatives that differ from a phrase and from each other, the likeliest first.

    Args:
        n: how many; if fewer are found, a notice says so.
        draw: draws alternatives by their numbers, with the `nats` of each in its recipe.

    Raises:
        RequestError: none was found.
    """
    found: dict[str, Phrase] = {}
    rows = range(n)
    for _ in range(MAX_ROUNDS):
        for drawn in draw(rows):
            if drawn.fingerprint != phrase.fingerprint:
                found.setdefault(drawn.fingerprint, drawn)
        rows = range(rows.stop, rows.stop + n - len(found))
        if not rows:
            break
    if not found:
        raise RequestError("What was asked for leaves nothing but what is there: ask for less.")
    alternatives = sorted(found.values(), key=_nats)
    if len(found) < n:
        notice = f"only {len(found)} different alternatives were found, not {n}"
        alternatives = [replace(one, notices=(*one.notices, notice)) for one in alternatives]
    return alternatives


def _nats(phrase: Phrase) -> float:
    assert phrase.recipe is not None
    return float(phrase.recipe.options["nats"])
