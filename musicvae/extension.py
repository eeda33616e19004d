"""extend: a next-step net, or one that was fitted as a prior, goes on where music ends.

Such a net has learned windows of a few bars, from silence before their first
step to their last. So each new bar is drawn as the last bar of a window whose
other bars are those just heard, new ones included: what was learned is asked
for, however long the music grows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .config import SampleConfig
from .engine import Player
from .errors import RequestError
from .generation import DRAWS, check, generators
from .music.manner import play_like
from .music.notes import Part, Phrase
from .music.position import window_bars
from .music.windows import cut, join

MAX_BARS = 1_000


def extend(
    player: Player,
    phrase: Phrase,
    bars: int = 4,
    *,
    temperature: float = SampleConfig.temperature,
    seed: int | None = None,
) -> Phrase:
    """A phrase of the parts that the model reads, and so many bars that follow it.

    What was there stays as it is; a note that sounds at its end ends with it.
    The new bars have its meter, last tempo, programs, and accents.

    Raises:
        RequestError: neither the net nor a prior of it predicts the next step, or a number is
            out of range.
    """
    if "extend" not in player.verbs:
        raise RequestError(
            "This model cannot extend: fit a prior to it (musicvae fit-prior), or train a net that "
            "predicts the next step, preset rnn or lstm."
        )
    check(player, "extend", 1, temperature)
    if not 1 <= bars <= MAX_BARS:
        raise RequestError(f"Ask for 1 to {MAX_BARS:,} bars, not {bars}.")
    whole = cut(phrase, 0, phrase.steps + phrase.lead_in)
    (rng,) = generators(seed, 1)
    for _ in range(DRAWS):
        new = _go_on(player, whole, bars, temperature, rng)
        if not new.is_silent:
            break
    rests = replace(whole, parts=tuple(Part() for _ in whole.parts))
    longer = replace(phrase, bars=phrase.bars + bars)
    played = play_like(join([rests, new]), longer)
    both = zip(phrase.parts, played.parts, strict=True)
    return replace(
        played, parts=tuple(replace(old, notes=old.notes + more.notes) for old, more in both)
    )


def _go_on(
    player: Player, whole: Phrase, bars: int, temperature: float, rng: np.random.Generator
) -> Phrase:
    """The bars that follow some whole ones, alone."""
    meter, codec = whole.meter, player.codec
    codes = codec.encode(whole)
    old = len(codes)
    kept = (window_bars(meter, player.bars) - 1) * meter.bar
    for _ in range(bars):
        # a note cut by the window's first bar line is not heard: no window it learned has one
        heard = codec.encode(codec.decode(codes[-kept:], meter))
        bar = player.extend(heard, meter, temperature=temperature, rng=rng)
        codes = np.concatenate([codes, bar])
    return codec.decode(codes[old:], meter)
