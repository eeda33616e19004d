"""What is done to a phrase after it was decoded: its chords are played, by people if asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from .errors import RequestError
from .music.accompaniment import accompanied, known_pattern
from .music.codecs import CODECS
from .music.humanize import humanized
from .music.notes import Phrase
from .music.wishes import parse_constraints


@dataclass(frozen=True)
class Finish:
    """Choices that a net has no part in; called with a phrase, it gives it as it is heard.

    Attributes:
        pattern: how a lead sheet's chords are played; None where there are none.
        humanize: how far timing and loudness stray; see `humanize`.
    """

    pattern: str | None = None
    humanize: float = 0.0

    @classmethod
    def of(cls, codec: str, pattern: str | None, humanize: float) -> Finish:
        """For what a codec decodes.

        Raises:
            RequestError: there is no such pattern, no chords that it could play, or the
                amount is out of range.
        """
        humanize = float(humanize)
        humanized(Phrase(), humanize)
        if CODECS[codec].has_chords:
            return cls(known_pattern(pattern or "block"), humanize)
        if pattern:
            raise RequestError("This model makes no chords that a pattern could play.")
        return cls(None, humanize)

    @classmethod
    def again(cls, codec: str, phrase: Phrase) -> Finish:
        """That of which the recipe of a phrase tells."""
        options = phrase.recipe.options if phrase.recipe else {}
        pattern, humanize = options.get("pattern"), options.get("humanize")
        amount = float(humanize) if isinstance(humanize, (int, float)) else 0.0
        return cls.of(codec, None if pattern is None else str(pattern), amount)

    def __call__(self, phrase: Phrase) -> Phrase:
        """Its recipe tells of it, too."""
        heard = accompanied(phrase, self.pattern, _tones(phrase)) if self.pattern else phrase
        # the notes themselves are the seed: what is played again strays again as it did
        heard = humanized(heard, self.humanize, int(phrase.fingerprint[:12], 16))
        recipe = phrase.recipe
        if recipe:
            known = replace(heard, parts=heard.parts[: len(phrase.parts)]).fingerprint
            options = {**recipe.options, **vars(self)}
            recipe = replace(recipe, notes=known, options=options)
        return replace(heard, recipe=recipe)


def _tones(phrase: Phrase) -> Collection[int]:
    """Pitch classes of the key that it keeps to; all of them where it keeps to none."""
    wishes = phrase.recipe.options["wishes"] if phrase.recipe else {}
    key = parse_constraints(**wishes).key
    return key.tones if key else range(12)
