"""replay: what a recipe tells, played again by the net that it names.

Tempo, instruments and names are those of the phrase that carries the recipe; the notes
are made anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from operator import index
from typing import Any

from ..constraints.parse import from_dict
from ..constraints.spec import Constraints
from ..engine import Player
from ..errors import RequestError
from ..generation.decoding import perform
from ..generation.plan import plan_of
from ..generation.seeding import Sampling
from ..performance.render import Rendering, render
from ..performance.transfer import apply_defaults, transfer_performance
from ..score.phrase import Phrase
from .extend import extend


def replay(player: Player, phrase: Phrase) -> Phrase:
    """The phrase once more, made of the parts that the model reads, and rendered as it was.

    Raises:
        RequestError: it has no recipe, another net made it, or its notes were changed since; or
            what is made now is not what was made.
    """
    recipe = phrase.recipe
    if recipe is None:
        raise RequestError("it carries no recipe that can be read; no musicvae made it so")
    if recipe.model != player.digest:
        raise RequestError(f"another model made it, {recipe.model[:12]}; name its folder: --model")
    if recipe.notes != phrase.fingerprint:
        raise RequestError("its notes were changed since it was made; vary or reconstruct it")
    try:
        made, constraints = _played_again(player, phrase, recipe.options)
    except RequestError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, ArithmeticError) as error:
        raise RequestError("its recipe cannot be read") from error
    rendering = Rendering.from_recipe(player.codec.name, recipe)
    heard = render(replace(made, recipe=recipe), rendering, constraints)
    if not is_same(heard, phrase):
        raise RequestError("another prior than this model's made it, or another machine")
    return heard


def is_same(made: Phrase, phrase: Phrase) -> bool:
    """Whether what was made again has the notes of the parts that it was made from."""
    own = replace(made, parts=made.parts[: len(phrase.parts)])
    return phrase.recipe is not None and own.fingerprint == phrase.recipe.notes


def _played_again(
    player: Player, phrase: Phrase, options: Mapping[str, Any]
) -> tuple[Phrase, Constraints]:
    """The notes, made anew, and what they keep to."""
    if phrase.recipe and phrase.recipe.verb == "extend":
        return _extended_again(player, phrase, **{name: options[name] for name in _OF_EXTEND})
    plan = plan_of(player, phrase)
    if plan is None:
        raise ValueError
    bare = perform(player, plan).phrase
    if "accents" not in options:
        made = apply_defaults(bare, phrase.tempos[0].microseconds, phrase.parts[0].program)
        parts = (
            replace(part, program=own.program, name=own.name)
            for part, own in zip(made.parts, phrase.parts, strict=True)
        )
        return replace(made, tempos=phrase.tempos, parts=tuple(parts)), plan.constraints
    loud = [{int(at): int(velocity) for at, velocity in own} for own in options["accents"]]
    return transfer_performance(bare, phrase, loud), plan.constraints


_OF_EXTEND = ("bars", "temperature", "seed", "wishes")


def _extended_again(
    player: Player,
    phrase: Phrase,
    *,
    bars: int,
    temperature: float,
    seed: int,
    wishes: Mapping[str, Any],
) -> tuple[Phrase, Constraints]:
    """What was there before its last bars, and these once more."""
    bars, sampling = index(bars), Sampling(temperature, index(seed), from_dict(wishes))
    end = phrase.steps - bars * phrase.meter.steps_per_bar
    parts = (
        replace(part, notes=tuple(note for note in part.notes if note.start < end))
        for part in phrase.parts
    )
    begun = replace(
        phrase,
        bars=phrase.bars - bars,
        parts=tuple(parts),
        chords=tuple(change for change in phrase.chords if change.step < end),
    )
    return extend(player, begun, bars, sampling), sampling.constraints
