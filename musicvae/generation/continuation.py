"""Continue music bar by bar with a next-step net."""

from __future__ import annotations

import numpy as np

from ..codecs.base import Codes
from ..constraints.compile import compile_rule
from ..engine import Net
from ..score.windows import window_bars
from ..theory.meter import Meter
from .seeding import Sampling


def next_bars(
    player: Net,
    codes: Codes,
    bars: int,
    meter: Meter,
    rng: np.random.Generator,
    sampling: Sampling,
    start: int = 0,
) -> Codes:
    """Codes of some whole bars, and of those that follow them. `[T, ...]`

    Args:
        rng: it draws them; the seed of the sampling is not looked at.
        start: the bar of the constraints that is the first of the new ones.
    """
    codec, asked, temperature = player.codec, sampling.constraints, sampling.temperature
    kept = (window_bars(meter, player.bars) - 1) * meter.steps_per_bar
    for number in range(start, start + bars):
        # a note cut by the window's first bar line is not heard: no window it learned has one
        heard = codec.encode(codec.decode(codes[max(0, len(codes) - kept) :], meter))
        rule = compile_rule(asked, codec, meter, meter.steps_per_bar, number * meter.steps_per_bar)
        rules = [rule] if asked else None
        bar = player.extend(heard, meter, temperature=temperature, rng=rng, rules=rules)
        codes = np.concatenate([codes, bar])
    return codes
