"""drumify: drums that follow the rhythm of other parts, from the prior of a drum model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ..arrays import IntArray
from ..codecs.base import Codes
from ..engine import Player
from ..generation.alternatives import DrawingTask, distinct_alternatives
from ..generation.follow_rhythm import FollowRhythm, rhythm_from_text, rhythm_to_text
from ..generation.infill import Gap, Steps
from ..generation.seeding import NEW_MUSIC, Sampling, check_request, resolve_seed
from ..score.phrase import Phrase
from ..score.windows import cut_phrase
from .fill import new_notes, with_new_notes, without_notes

PARTICLES = 8
"""Particles of each alternative: twice as many follow hardly closer, and take longer."""


def drumify(
    player: Player,
    phrase: Phrase,
    gaps: Sequence[Steps],
    n: int = 1,
    sampling: Sampling = NEW_MUSIC,
    *,
    rhythm: IntArray,
) -> list[Phrase]:
    """Draw the drums of a phrase anew in some bars; the likeliest alternative comes first.

    Args:
        phrase: one part of drums, which may be silent.
        gaps: the bars, in order.
        rhythm: what the drums follow, a level for each step from the bar line before the phrase;
            see `follow_rhythm.rhythm_of`. `[T]`

    Returns:
        As `verbs.fill.fill`.

    Raises:
        RequestError: the model plays no drums or has no prior, no other bars were found, or a
            number is out of range.
    """
    sampling = replace(sampling, seed=resolve_seed(sampling.seed))
    rhythms = [rhythm_to_text(rhythm[start:stop]) for start, stop in gaps]
    draw = partial(draw_drums, player, phrase, gaps, sampling=sampling, rhythms=rhythms)
    return distinct_alternatives(phrase, n, draw)


def draw_drums(
    player: Player,
    phrase: Phrase,
    gaps: Sequence[Steps],
    rows: Sequence[int],
    *,
    sampling: Sampling,
    rhythms: Sequence[str],
) -> list[Phrase]:
    """Alternatives by their numbers, each of which depends on its number and the seed alone.

    Args:
        rhythms: of each gap, as text.
    """
    check_request(player, "drumify", len(rows), sampling.temperature)
    codec, bar = player.codec, phrase.meter.steps_per_bar
    parts = range(len(phrase.parts))
    whole = without_notes(cut_phrase(phrase, 0, phrase.steps + phrase.lead_in), gaps, parts)
    kept, holes = codec.encode(whole), []
    for (start, stop), text in zip(gaps, rhythms, strict=True):
        follow = FollowRhythm(rhythm_from_text(text, stop - start), bar)
        free = np.ones((stop - start, codec.channels), bool)
        gap = Gap(start // bar, stop // bar, free, tilt=follow, particles=PARTICLES)
        holes.append(replace(gap, heard=_heard(kept, start, stop, bar)))

    def put_in(codes: Codes) -> Phrase:
        return with_new_notes(phrase, new_notes(codec, phrase, codes, gaps, parts), gaps, parts)

    options = {"rhythms": [*rhythms]}
    task = DrawingTask("drumify", player, phrase.meter, kept, holes, put_in, options)
    return task.draw(rows, sampling)


def _heard(kept: Codes, start: int, stop: int, bar: int) -> Steps:
    """The bars that a gap goes on from and leads to: none before or after a bar without drums."""
    goes_on = kept[max(0, start - bar) : start].any()
    leads_to = kept[stop : stop + bar].any()
    return (0 if goes_on else start // bar, (len(kept) if leads_to else stop) // bar)
