"""Rendering of a decoded phrase: accompaniment of its chords, and humanizing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..codecs import CODECS
from ..constraints.spec import NO_CONSTRAINTS, Constraints
from ..errors import RequestError
from ..score.phrase import Phrase
from ..score.provenance import Recipe
from ..theory.meter import Meter
from .accompaniment import add_accompaniment, check_pattern
from .humanize import humanize_phrase


@dataclass(frozen=True)
class Rendering:
    """Options that apply after a net has decoded a phrase.

    Attributes:
        pattern: accompaniment pattern of a lead sheet; None for music without chords.
        humanize: amount of timing and velocity deviations; see `humanize_phrase`.
        below_melody: False for clips of a version that did not keep the chords below the melody.
    """

    pattern: str | None = None
    humanize: float = 0.0
    below_melody: bool = True

    @classmethod
    def create(
        cls,
        codec: str,
        pattern: str | None,
        humanize: float = 0.0,
        meter: Meter | None = None,
    ) -> Rendering:
        """Check the options for phrases of a codec; lead sheets default to the block pattern.

        Args:
            meter: that of the phrases, if it is known.

        Raises:
            RequestError: there is no such pattern, or not in this meter, the codec has no chords
                that it could play, or the amount is out of range.
        """
        humanize = float(humanize)
        humanize_phrase(Phrase(), humanize)  # checks the amount
        if CODECS[codec].has_chords:
            return cls(check_pattern(pattern or "block", meter), humanize)
        if pattern:
            raise RequestError("This model has no chords, so it takes no pattern.")
        return cls(None, humanize)

    def options(self) -> dict[str, str | float | bool | None]:
        """The options as a recipe records them; `from_recipe` reads them."""
        options = {"pattern": self.pattern, "humanize": self.humanize}
        if self.pattern and self.below_melody:
            options["below_melody"] = True
        return options

    @classmethod
    def from_recipe(cls, codec: str, recipe: Recipe) -> Rendering:
        """The options that a recipe records."""
        pattern, humanize = recipe.options.get("pattern"), recipe.options.get("humanize")
        amount = float(humanize) if isinstance(humanize, (int, float)) else 0.0
        created = cls.create(codec, None if pattern is None else str(pattern), amount)
        return replace(created, below_melody=recipe.options.get("below_melody") is True)


def render(
    phrase: Phrase, rendering: Rendering, constraints: Constraints = NO_CONSTRAINTS
) -> Phrase:
    """Add the accompaniment and humanize the phrase; its recipe records the options.

    Args:
        constraints: constraints of the phrase; the bass keeps to their key.
    """
    rendered = phrase
    if rendering.pattern:
        key = constraints.key
        rendered = add_accompaniment(
            phrase,
            rendering.pattern,
            key.tones if key else range(12),
            below_melody=rendering.below_melody,
        )
    # seeded by the notes, so that a replayed phrase deviates in the same way
    rendered = humanize_phrase(rendered, rendering.humanize, int(phrase.fingerprint[:12], 16))
    recipe = phrase.recipe
    if recipe:
        decoded_parts = replace(rendered, parts=rendered.parts[: len(phrase.parts)])
        options = {**recipe.options, **rendering.options()}
        recipe = replace(recipe, notes=decoded_parts.fingerprint, options=options)
    return replace(rendered, recipe=recipe)
