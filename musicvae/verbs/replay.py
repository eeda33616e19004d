"""replay: make the notes of a phrase again, from its recipe and the net that it names.

Tempo, key signature, instruments and names are taken from the phrase itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from operator import index
from typing import Any

from ..codecs.pitch_range import MAX_PITCH, move_back, move_parts
from ..constraints.parse import constraints_from_dict
from ..constraints.spec import Constraints
from ..engine import Player
from ..errors import RequestError
from ..generation.decoding import perform
from ..generation.plan import plan_of
from ..generation.seeding import Sampling
from ..performance.render import Rendering, render
from ..performance.transfer import apply_defaults, transfer_performance
from ..score.phrase import Phrase
from .drumify import draw_drums
from .extend import extend
from .fill import draw_fills
from .harmonize import draw_chords


def replay(player: Player, phrase: Phrase) -> Phrase:
    """Make a phrase of the parts that the model reads again, and render it as it was rendered.

    Raises:
        RequestError: it has no recipe, another net made it, its notes were changed since, or the
            result differs from it.
    """
    recipe = phrase.recipe
    if recipe is None:
        raise RequestError("it carries no recipe that can be read")
    if recipe.model != player.digest:
        raise RequestError(f"another model made it, {recipe.model[:12]}; name its folder: --model")
    if recipe.notes != phrase.fingerprint:
        raise RequestError("its notes were changed since it was made; vary or reconstruct it")
    regenerate = _AGAIN.get(recipe.verb, _decode_again)
    try:
        moved = [index(semitones) for semitones in recipe.options.get("moved", ())]
        if any(abs(semitones) > MAX_PITCH for semitones in moved):
            raise ValueError
        fitted = move_parts(phrase, moved)
        notes, constraints = regenerate(player, fitted, recipe.options)
        is_bare = recipe.verb in ("fill", "drumify")
        rendering = Rendering() if is_bare else Rendering.from_recipe(player.codec.name, recipe)
    except RequestError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, ArithmeticError) as error:
        raise RequestError("its recipe cannot be read") from error
    replayed = render(replace(notes, recipe=fitted.recipe), rendering, constraints)
    replayed = _with_programs_of(move_back(replayed, moved), phrase)
    if not is_same(replayed, phrase):
        raise RequestError("the result differs: another prior made it, or another machine")
    return replace(
        replayed,
        key_signature=phrase.key_signature,
        key_changes=phrase.key_changes,
        section_names=phrase.section_names,
    )


def _with_programs_of(replayed: Phrase, phrase: Phrase) -> Phrase:
    """The replayed phrase with the instruments that the file has now."""
    pairs = zip(replayed.parts, phrase.parts, strict=False)
    own = (replace(new, program=old.program) for new, old in pairs)
    return replace(replayed, parts=(*own, *replayed.parts[len(phrase.parts) :]))


def is_same(replayed: Phrase, phrase: Phrase) -> bool:
    """Return True if the parts that a phrase was replayed from have the same notes again."""
    parts = replace(replayed, parts=replayed.parts[: len(phrase.parts)])
    return phrase.recipe is not None and parts.fingerprint == phrase.recipe.notes


def _decode_again(
    player: Player, phrase: Phrase, options: Mapping[str, Any]
) -> tuple[Phrase, Constraints]:
    """Decode the plan of a phrase, and perform it as the phrase is performed."""
    plan = plan_of(player, phrase)
    if plan is None:
        raise ValueError
    decoded = perform(player, plan).phrase
    if "accents" in options:
        velocities = [
            {int(step): int(velocity) for step, velocity in pairs} for pairs in options["accents"]
        ]
        return transfer_performance(decoded, phrase, velocities), plan.constraints
    decoded = apply_defaults(decoded, phrase.tempos[0].microseconds, phrase.parts[0].program)
    parts = (
        replace(part, program=source.program, name=source.name)
        for part, source in zip(decoded.parts, phrase.parts, strict=True)
    )
    return replace(decoded, tempos=phrase.tempos, parts=tuple(parts)), plan.constraints


def _extend_again(
    player: Player, phrase: Phrase, options: Mapping[str, Any]
) -> tuple[Phrase, Constraints]:
    """Cut off the bars that `extend` appended, and append them again."""
    bars, constraints = index(options["bars"]), constraints_from_dict(options["wishes"])
    sampling = Sampling(options["temperature"], index(options["seed"]), constraints)
    end = phrase.steps - bars * phrase.meter.steps_per_bar
    parts = (
        replace(part, notes=tuple(note for note in part.notes if note.start < end))
        for part in phrase.parts
    )
    source = replace(
        phrase,
        bars=phrase.bars - bars,
        parts=tuple(parts),
        chords=tuple(change for change in phrase.chords if change.step < end),
    )
    return extend(player, source, bars, sampling), constraints


def _fill_again(
    player: Player, phrase: Phrase, options: Mapping[str, Any]
) -> tuple[Phrase, Constraints]:
    """Draw the bars that `fill` drew; what it kept of the old ones the new ones have, too."""
    gaps, rows, sampling = _drawn(phrase, options)
    keep = options["keep"]
    parts = options.get("parts", range(len(phrase.parts)))
    parts = [range(len(phrase.parts))[index(number)] for number in parts]
    (filled,) = draw_fills(player, phrase, gaps, rows, sampling=sampling, keep=keep, parts=parts)
    return filled, sampling.constraints


def _harmonize_again(
    player: Player, phrase: Phrase, options: Mapping[str, Any]
) -> tuple[Phrase, Constraints]:
    """Draw the chords that `harmonize` drew."""
    gaps, rows, sampling = _drawn(phrase, options)
    asked = {"style": str(options["style"]), "per_bar": options["per_bar"]}
    (harmonized,) = draw_chords(player, phrase, gaps, rows, sampling=sampling, **asked)
    return harmonized, sampling.constraints


def _drumify_again(
    player: Player, phrase: Phrase, options: Mapping[str, Any]
) -> tuple[Phrase, Constraints]:
    """Draw the drums that `drumify` drew."""
    gaps, rows, sampling = _drawn(phrase, options)
    rhythms = [*map(str, options["rhythms"])]
    (drums,) = draw_drums(player, phrase, gaps, rows, sampling=sampling, rhythms=rhythms)
    return drums, sampling.constraints


def _drawn(
    phrase: Phrase, options: Mapping[str, Any]
) -> tuple[list[tuple[int, int]], list[int], Sampling]:
    """Gaps, number and sampling of an alternative.

    Raises:
        ValueError and others: the recipe is damaged.
    """
    constraints = constraints_from_dict(options["wishes"])
    sampling = Sampling(options["temperature"], index(options["seed"]), constraints)
    gaps = [(index(start), index(stop)) for start, stop in options["gaps"]]
    lines = [0, *(line for gap in gaps for line in gap), phrase.steps + phrase.lead_in]
    if lines != sorted(lines) or not all(start < stop for start, stop in gaps):
        raise ValueError
    if any(step % phrase.meter.steps_per_bar for gap in gaps for step in gap):
        raise ValueError
    return gaps, [index(options["row"])], sampling


_AGAIN = {
    "extend": _extend_again,
    "fill": _fill_again,
    "harmonize": _harmonize_again,
    "drumify": _drumify_again,
}
