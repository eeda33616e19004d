"""extend: a next-step net, or one that was fitted as a prior, goes on where music ends.

Such a net has learned windows of a few bars, from silence before their first
step to their last. So each new bar is drawn as the last bar of a window whose
other bars are those just heard, new ones included: what was learned is asked
for, however long the music grows.
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
    """A phrase of the parts that the model reads, and so many bars that follow it.

    What was there stays as it is; a note that sounds at its end ends with it.
    The new bars have its meter, last tempo, programs, and accents, and keep to the
    constraints, whose chords begin with them.

    Raises:
        RequestError: neither the net nor a prior of it predicts the next step, or a number is
            out of range.
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
        more = next_bars(player, codes, bars, whole.meter, rng, sampling)
        new = player.codec.decode(more[len(codes) :], whole.meter)
        if not new.is_silent:
            break
    rests = replace(whole, parts=tuple(Part() for _ in whole.parts))
    longer = replace(phrase, bars=phrase.bars + bars)
    played = transfer_performance(join_phrases([rests, new]), longer)
    both = zip(phrase.parts, played.parts, strict=True)
    longer = replace(
        played, parts=tuple(replace(old, notes=old.notes + more.notes) for old, more in both)
    )
    options = {
        "bars": bars,
        "temperature": sampling.temperature,
        "seed": seed,
        "wishes": sampling.constraints.to_dict(),
    }
    return replace(
        longer, recipe=Recipe(player.digest, "extend", longer.fingerprint, options=options)
    )
