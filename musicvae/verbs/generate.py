"""generate: sample new phrases from the prior."""

from __future__ import annotations

from dataclasses import replace

from ..config import SampleConfig
from ..engine import Player
from ..generation.decoding import perform_all, with_recipe
from ..generation.form import Form, parse_form, with_form
from ..generation.sections import compose
from ..generation.seeding import (
    MAX_SILENT_REDRAWS,
    NEW_MUSIC,
    Sampling,
    check_request,
    generator,
    resolve_seed,
)
from ..performance.transfer import apply_defaults
from ..score.phrase import Phrase
from ..score.windows import window_bars
from ..theory.meter import Meter, bpm_to_tempo

COMMON_TIME = Meter(4, 4)


def generate(
    player: Player,
    n: int = SampleConfig.n,
    sampling: Sampling = NEW_MUSIC,
    *,
    meter: Meter = COMMON_TIME,
    bars: int | None = None,
    form: str | Form | None = None,
    loop: bool = False,
    bpm: float = 120.0,
    program: int = 0,
) -> list[Phrase]:
    """Sample `n` new phrases: z from the prior, then the steps of each window.

    A phrase depends on the seed and its index, not on `n`. A silent phrase is drawn again.

    Args:
        bars: of a phrase; a window of the model if None, or one for each section of a form.
        form: its sections; those of one name are the same music. See `generation.form`.
        loop: choose a last bar that leads back to the first.

    Raises:
        RequestError: the net has no prior, the form is none, or a number is out of range.
    """
    check_request(player, "generate", n, sampling.temperature)
    tempo, seed = bpm_to_tempo(bpm), resolve_seed(sampling.seed)
    if not isinstance(form, Form):
        form = parse_form(form, bars, window_bars(meter, player.bars))
    phrases: dict[int, Phrase] = {}
    for attempt in range(MAX_SILENT_REDRAWS):
        rows = [row for row in range(n) if row not in phrases or phrases[row].is_silent]
        if not rows:
            break
        rngs = [generator(seed, row, attempt) for row in rows]
        plans = compose(player, meter, form, rngs, sampling, loop=loop)
        plans = [
            replace(plan, seed=seed, key=(row, attempt))
            for row, plan in zip(rows, plans, strict=True)
        ]
        for row, decoded in zip(rows, perform_all(player, plans), strict=True):
            phrase = apply_defaults(decoded.phrase, tempo, program)
            phrase = with_form(phrase, form, tempo)
            phrases[row] = with_recipe(phrase, player, "generate", decoded)
    return [phrases[row] for row in range(n)]
