"""extend: continue a phrase with a next-step net, or with the prior of a model.

Such a net is trained on windows of a few bars. Each new bar is sampled as the last bar of a
window whose other bars are the ones before it, new ones included, so the net sees windows like
those of its training however long the music grows.
"""

from __future__ import annotations

from dataclasses import replace

from ..engine import Player
from ..errors import RequestError
from ..generation.continuation import next_bars
from ..generation.seeding import (
    MAX_BARS,
    MAX_SILENT_REDRAWS,
    NEW_MUSIC,
    Sampling,
    check_request,
    generator,
    resolve_seed,
)
from ..performance.transfer import transfer_performance
from ..score.phrase import Part, Phrase
from ..score.provenance import Recipe
from ..score.windows import cut_phrase, join_phrases


def extend(player: Player, phrase: Phrase, bars: int = 4, sampling: Sampling = NEW_MUSIC) -> Phrase:
    """Append sampled bars to a phrase of the parts that the model reads.

    The notes of the phrase stay as they are; a note that sounds at its end ends there.
    The new bars have its meter, last tempo, programs and accents. They satisfy the
    constraints, whose chords start with them.

    Raises:
        RequestError: neither the net nor its prior predicts the next step, or a number is out
            of range.
    """
    if "extend" not in player.verbs:
        raise RequestError(
            "This model cannot extend: fit a prior to it (musicvae fit-prior), or train a net that "
            "predicts the next step, preset rnn or lstm."
        )
    check_request(player, "extend", 1, sampling.temperature)
    if not 1 <= bars <= MAX_BARS:
        raise RequestError(f"Ask for 1 to {MAX_BARS:,} bars, not {bars}.")
    whole = cut_phrase(phrase, 0, phrase.steps + phrase.lead_in)
    seed = resolve_seed(sampling.seed)
    rng = generator(seed)
    codes = player.codec.encode(whole)
    for _ in range(MAX_SILENT_REDRAWS):
        extended = next_bars(player, codes, bars, whole.meter, rng, sampling)
        new = player.codec.decode(extended[len(codes) :], whole.meter)
        if not new.is_silent:
            break
    rests = replace(whole, parts=tuple(Part() for _ in whole.parts))
    longer = replace(phrase, bars=phrase.bars + bars)
    performed = transfer_performance(join_phrases([rests, new]), longer)
    parts = (
        replace(old, notes=old.notes + added.notes)
        for old, added in zip(phrase.parts, performed.parts, strict=True)
    )
    longer = replace(performed, parts=tuple(parts))
    options = {
        "bars": bars,
        "temperature": sampling.temperature,
        "seed": seed,
        "wishes": sampling.constraints.to_dict(),
    }
    return replace(
        longer, recipe=Recipe(player.digest, "extend", longer.fingerprint, options=options)
    )
