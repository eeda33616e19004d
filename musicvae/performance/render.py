"""What is done to a phrase after it was decoded: its chords are played, by people if asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..codecs import CODECS
from ..constraints.spec import FREE, Constraints
from ..errors import RequestError
from ..score.phrase import Phrase
from ..score.provenance import Recipe
from .accompaniment import add_accompaniment, check_pattern
from .humanize import humanize_phrase


@dataclass(frozen=True)
class Rendering:
    """Choices that a net has no part in.

    Attributes:
        pattern: how a lead sheet's chords are played; None where there are none.
        humanize: how far timing and loudness stray; see `humanize`.
    """

    pattern: str | None = None
    humanize: float = 0.0

    @classmethod
    def create(cls, codec: str, pattern: str | None, humanize: float = 0.0) -> Rendering:
        """For what a codec decodes.

        Raises:
            RequestError: there is no such pattern, no chords that it could play, or the
                amount is out of range.
        """
        humanize = float(humanize)
        humanize_phrase(Phrase(), humanize)
        if CODECS[codec].has_chords:
            return cls(check_pattern(pattern or "block"), humanize)
        if pattern:
            raise RequestError("This model makes no chords that a pattern could play.")
        return cls(None, humanize)

    @classmethod
    def from_recipe(cls, codec: str, recipe: Recipe) -> Rendering:
        """That of which a recipe tells."""
        pattern, humanize = recipe.options.get("pattern"), recipe.options.get("humanize")
        amount = float(humanize) if isinstance(humanize, (int, float)) else 0.0
        return cls.create(codec, None if pattern is None else str(pattern), amount)


def render(phrase: Phrase, rendering: Rendering, constraints: Constraints = FREE) -> Phrase:
    """The phrase as it is heard; its recipe tells of it, too.

    Args:
        constraints: what the phrase keeps to: what is played besides keeps to their key.
    """
    heard = phrase
    if rendering.pattern:
        key = constraints.key
        heard = add_accompaniment(phrase, rendering.pattern, key.tones if key else range(12))
    # the notes themselves are the seed: what is played again strays again as it did
    heard = humanize_phrase(heard, rendering.humanize, int(phrase.fingerprint[:12], 16))
    recipe = phrase.recipe
    if recipe:
        known = replace(heard, parts=heard.parts[: len(phrase.parts)]).fingerprint
        options = {**recipe.options, **vars(rendering)}
        recipe = replace(recipe, notes=known, options=options)
    return replace(heard, recipe=recipe)
