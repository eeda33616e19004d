"""Rendering of a decoded phrase: accompaniment of its chords, and humanizing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import index
from typing import Any

from ..arguments import quote
from ..codecs import CODECS
from ..constraints.spec import NO_CONSTRAINTS, Constraints
from ..errors import RequestError
from ..score.phrase import Phrase
from ..score.provenance import Recipe
from ..theory.general_midi import ProgramsLike, parse_programs
from ..theory.keys import Key, parse_key
from ..theory.meter import Meter
from .accompaniment import add_accompaniment, check_pattern
from .dynamics import change_loudness
from .humanize import check_amount, humanize_phrase

DRUMS = "drums"
"""Name of the codec of drums, and of their part."""


@dataclass(frozen=True)
class Rendering:
    """Options that apply after a net has decoded a phrase.

    Attributes:
        pattern: accompaniment pattern of a lead sheet; None for music without chords.
        humanize: amount of timing and velocity deviations; see `humanize_phrase`.
        below_melody: False for clips of a version that did not keep the chords below the melody.
        programs: General MIDI programs of some parts, by their number from 0.
        loudness: velocities to add from some bars on; see `change_loudness`.
        keys: the keys from some bars on; empty for one key or none.
    """

    pattern: str | None = None
    humanize: float = 0.0
    below_melody: bool = True
    programs: tuple[tuple[int, int], ...] = ()
    loudness: tuple[tuple[int, int], ...] = ()
    keys: tuple[tuple[int, Key | None], ...] = ()

    @classmethod
    def create(
        cls,
        codec: str,
        pattern: str | None,
        humanize: float = 0.0,
        meter: Meter | None = None,
        programs: ProgramsLike | None = None,
    ) -> Rendering:
        """Check the options for phrases of a codec; lead sheets default to the block pattern.

        Args:
            meter: that of the phrases, if it is known.
            programs: General MIDI programs of some parts; see `general_midi.parse_programs`.

        Raises:
            RequestError: there is no such pattern, or not in this meter, the codec has no chords
                that it could play, or no part of such a name, or the amount is out of range.
        """
        humanize = float(humanize)
        check_amount(humanize)
        by_part = _programs_by_number(codec, parse_programs(programs))
        if CODECS[codec].has_chords:
            name = check_pattern(pattern or "block", meter)
            return cls(name, humanize, programs=by_part)
        if pattern:
            raise RequestError("This model has no chords, so it takes no pattern.")
        return cls(None, humanize, programs=by_part)

    def options(self) -> dict[str, Any]:
        """The options as a recipe records them; `from_recipe` reads them."""
        options: dict[str, Any] = {"pattern": self.pattern, "humanize": self.humanize}
        if self.pattern and self.below_melody:
            options["below_melody"] = True
        if self.programs:
            options["programs"] = [[*pair] for pair in self.programs]
        if self.loudness:
            options["loudness"] = [[*pair] for pair in self.loudness]
        if self.keys:
            options["keys"] = [[bar, key and str(key)] for bar, key in self.keys]
        return options

    @classmethod
    def from_recipe(cls, codec: str, recipe: Recipe) -> Rendering:
        """The options that a recipe records."""
        pattern, humanize = recipe.options.get("pattern"), recipe.options.get("humanize")
        amount = float(humanize) if isinstance(humanize, (int, float)) else 0.0
        created = cls.create(codec, None if pattern is None else str(pattern), amount)
        pairs = recipe.options.get("programs", ())
        loudness = recipe.options.get("loudness", ())
        keys = recipe.options.get("keys", ())
        return replace(
            created,
            below_melody=recipe.options.get("below_melody") is True,
            programs=tuple((index(number), index(program)) for number, program in pairs),
            loudness=tuple((index(bar), index(added)) for bar, added in loudness),
            keys=tuple((index(bar), parse_key(key)) for bar, key in keys),
        )


def part_names(codec: str) -> list[str]:
    """Names of the parts of a rendered phrase, in their order, in lower case."""
    model = CODECS[codec]
    names = [part.name for part in model.parts if not part.has_chords]
    if not model.has_chords:
        return names
    return [*names, "chords", *(["bass"] if len(names) == 1 else [])]


def _programs_by_number(codec: str, programs: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    """Programs by the number of their part, from 0.

    Raises:
        RequestError: the model makes no such part, or it is drums, which have none.
    """
    names = part_names(codec)
    pitched = [name for name in names if name != DRUMS]
    for name in programs:
        if name not in pitched:
            parts = f"its parts are {', '.join(pitched)}" if pitched else "drums have no program"
            raise RequestError(f"This model makes no part {quote(name)} with a program; {parts}.")
    return tuple((names.index(name), program) for name, program in programs.items())


def render(
    phrase: Phrase, rendering: Rendering, constraints: Constraints = NO_CONSTRAINTS
) -> Phrase:
    """Add the accompaniment and humanize the phrase; its recipe records the options.

    Args:
        constraints: constraints of the phrase; the bass keeps to their key, or to `keys`.
    """
    rendered = phrase
    if rendering.pattern:
        keys = rendering.keys or ((0, constraints.key),)
        rendered = add_accompaniment(
            phrase,
            rendering.pattern,
            {bar: key.tones if key else range(12) for bar, key in keys},
            below_melody=rendering.below_melody,
        )
    programs = dict(rendering.programs)
    parts = (
        replace(part, program=programs.get(number, part.program))
        for number, part in enumerate(rendered.parts)
    )
    rendered = replace(rendered, parts=tuple(parts))
    rendered = change_loudness(rendered, rendering.loudness)
    # seeded by the notes, so that a replayed phrase deviates in the same way
    rendered = humanize_phrase(rendered, rendering.humanize, int(phrase.fingerprint[:12], 16))
    recipe = phrase.recipe
    if recipe:
        decoded_parts = replace(rendered, parts=rendered.parts[: len(phrase.parts)])
        options = {**recipe.options, **rendering.options()}
        recipe = replace(recipe, notes=decoded_parts.fingerprint, options=options)
    return replace(rendered, recipe=recipe)
