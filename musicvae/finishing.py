"""What is done to a phrase after it was decoded: its chords are played."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .errors import RequestError
from .music.accompaniment import accompanied, known_pattern
from .music.notes import Phrase


@dataclass(frozen=True)
class Finish:
    """Choices that a net has no part in; called with a phrase, it gives it as it is heard.

    Attributes:
        pattern: how a lead sheet's chords are played; None where there are none.
    """

    pattern: str | None = None

    @classmethod
    def of(cls, codec: str, pattern: str | None) -> Finish:
        """For what a codec decodes.

        Raises:
            RequestError: there is no such pattern, or no chords that it could play.
        """
        if codec == "leadsheet":
            return cls(known_pattern(pattern or "block"))
        if pattern:
            raise RequestError("This model makes no chords that a pattern could play.")
        return cls()

    @classmethod
    def again(cls, codec: str, phrase: Phrase) -> Finish:
        """That of which the recipe of a phrase tells."""
        pattern = phrase.recipe.options.get("pattern") if phrase.recipe else None
        return cls.of(codec, None if pattern is None else str(pattern))

    def __call__(self, phrase: Phrase) -> Phrase:
        """Its recipe tells of it, too."""
        heard = accompanied(phrase, self.pattern) if self.pattern else phrase
        recipe = phrase.recipe
        if recipe:
            known = replace(heard, parts=heard.parts[: len(phrase.parts)]).fingerprint
            options = {**recipe.options, **vars(self)}
            recipe = replace(recipe, notes=known, options=options)
        return replace(heard, recipe=recipe)
