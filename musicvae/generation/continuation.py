"""Continue music bar by bar with a next-step net."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import BoolArray
from ..codecs.base import Codes
from ..constraints.compile import compile_rule
from ..engine import Net
from ..engine.sampling import Narrow
from ..score.windows import window_bars
from ..theory.meter import Meter
from .closing import FULL, Closing
from .seeding import Sampling


def next_bars(
    player: Net,
    codes: Codes,
    bars: int,
    meter: Meter,
    rng: np.random.Generator,
    sampling: Sampling,
    start: int = 0,
    end: int | None = None,
    cadence: str = FULL,
    within: BoolArray | None = None,
) -> Codes:
    """The codes of whole bars, followed by sampled bars. Output `[steps, ...]`.

    Args:
        rng: draws the bars; the seed of the sampling is ignored.
        start: position of the first new bar in the constraints, in bars.
        end: step at which the piece ends, counted from the first new one; None if it goes on.
        cadence: how it ends; see `Closing`.
        within: channels to choose the new steps from, `[T, C]`; None for all.
    """
    codec, constraints = player.codec, sampling.constraints
    context_steps = (window_bars(meter, player.bars) - 1) * meter.steps_per_bar
    first = start * meter.steps_per_bar
    for bar in range(start, start + bars):
        recent = codes[max(0, len(codes) - context_steps) :]
        # no training window begins in the middle of a note: decoding and encoding drops the rest
        # of a note that the first bar line cuts
        context = codec.encode(codec.decode(recent, meter))
        offset = bar * meter.steps_per_bar
        rule = compile_rule(constraints, codec, meter, meter.steps_per_bar, offset)
        left = 0 if end is None else end - (bar - start) * meter.steps_per_bar
        # what leads to the last bar is not heard, so that both come home to one key
        stop = min(len(codes), len(codes) + left - 2 * meter.steps_per_bar)
        heard = codes[max(0, stop - context_steps) : max(0, stop)]
        closing = Closing(codec, meter, left, constraints.key, heard, cadence) if left > 0 else None
        new = player.extend(
            context,
            meter,
            temperature=sampling.temperature,
            rng=rng,
            rules=[rule] if constraints else None,
            narrow=_both(closing, None if within is None else within[offset - first :]),
        )
        codes = np.concatenate([codes, new])
    return codes


def _both(closing: Closing | None, within: BoolArray | None) -> Narrow | None:
    """Narrows a step to the channels that both allow."""
    if within is None:
        return closing
    masks = within

    def narrow(t: int, steps: Sequence[Codes]) -> BoolArray:
        closes = closing(t, steps) if closing else None
        return masks[t : t + 1] if closes is None else masks[t : t + 1] & closes

    return narrow
