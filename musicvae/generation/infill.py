"""Bars between given ones: drawn by a next-step net, and chosen by what comes after them.

The bars are drawn window by window as particles, which know the bars before them. That one is
taken after which the given steps are likeliest: those that are forced in the new bars, and the
bars that follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import BoolArray, DoubleArray
from ..codecs.base import Codec, Codes, head_slices
from ..constraints.compile import compile_rule
from ..engine import Net
from ..engine.sampling import Narrow
from ..score.windows import join_phrases, window_bars
from ..theory.meter import Meter
from .seeding import Sampling

Steps = tuple[int, int]
"""First step of some whole bars, counted from the bar line before a phrase, and the one after."""

PARTICLES = 16
"""Particles of each alternative."""


@dataclass(frozen=True)
class Gap:
    """Bars to draw, counted from the first bar of a piece.

    Attributes:
        first: the first bar.
        stop: the bar after the last.
        allowed: channels that each step may choose, `[T, C]`; it binds more than constraints do.
        narrow: returns what narrows some of its steps further; see `engine.sampling.Narrow`.
    """

    first: int
    stop: int
    allowed: BoolArray
    narrow: Callable[[slice], Narrow] | None = None


def fill_gap(
    net: Net,
    pieces: Codes,
    gap: Gap,
    meter: Meter,
    rngs: Sequence[np.random.Generator],
    sampling: Sampling,
) -> tuple[Codes, DoubleArray]:
    """Draw the bars of a gap in each of G pieces.

    The chords of the constraints begin with the gap; the seed of the sampling is ignored.

    Returns:
        The pieces, and the nats of the new bars and of those after them in one window.

    Shape:
        - pieces: `[G, T, ...]`, whole bars
        - Output: `[G, T, ...]`, `[G]`
    """
    codec, bar = net.codec, meter.steps_per_bar
    bars, rows = pieces.shape[1] // bar, np.arange(len(pieces))
    pieces, total = pieces.copy(), np.zeros(len(pieces))
    for start, first, stop in _windows(gap, bars, window_bars(meter, net.bars)):
        steps = slice((first - gap.first) * bar, (stop - gap.first) * bar)
        rule = compile_rule(sampling.constraints, codec, meter, (stop - first) * bar, steps.start)
        allowed = _narrow(codec, rule.allowed, gap.allowed[steps])
        context = [
            codec.encode(codec.decode(piece[start * bar : first * bar], meter)) for piece in pieces
        ]
        drawn = net.sample_particles(
            np.stack(context),
            meter,
            replace(rule, allowed=allowed),
            particles=PARTICLES,
            temperature=sampling.temperature,
            rngs=rngs,
            narrow=gap.narrow(steps) if gap.narrow else None,
        )
        weights, nats = drawn.log_weights, drawn.nats
        if stop == gap.stop < bars:
            after = _nats_after(net, pieces, first, drawn.codes, meter)
            weights, nats = weights - after, nats + after
        best = np.where(_sounds(codec, drawn.codes), weights, weights - 1e6).argmax(axis=1)
        pieces[:, first * bar : stop * bar] = drawn.codes[rows, best]
        total += nats[rows, best]
    return pieces, total


def _windows(gap: Gap, bars: int, size: int) -> Iterator[tuple[int, int, int]]:
    """First bar of each window of a gap, and the first and the last but one bar to draw in it.

    Half a window or more is context before the new bars, and as much after the last of them
    as there is room for.
    """
    first = gap.first
    while first < gap.stop:
        after = min(bars - gap.stop, size // 2)
        before = min(first, max(size // 2, size - (gap.stop - first) - after))
        stop = min(gap.stop, first - before + size)
        yield first - before, first, stop
        first = stop


def _narrow(codec: Codec, allowed: BoolArray, narrower: BoolArray) -> BoolArray:
    """What both allow at each step; where a head has nothing in common, the narrower one."""
    both = allowed & narrower
    for head in head_slices(codec):
        none_left = ~both[:, head].any(axis=1)
        both[none_left, head] = narrower[none_left, head]
    return both


def _nats_after(net: Net, pieces: Codes, first: int, drawn: Codes, meter: Meter) -> DoubleArray:
    """Nats of the bars after drawn ones, half a window of them at most. `[G, P]`

    Args:
        first: the first drawn bar.
        drawn: `[G, P, T, ...]`
    """
    codec, bar = net.codec, meter.steps_per_bar
    size, end = window_bars(meter, net.bars), first * bar + drawn.shape[2]
    stop = min(pieces.shape[1], end + max(1, size // 2) * bar)
    start = max(0, stop - size * bar)
    windows = []
    for piece, particles in zip(pieces, drawn, strict=True):
        after = codec.decode(piece[end:stop], meter)
        for particle in particles:
            before = np.concatenate([piece[: first * bar], particle])[start:]
            joined = codec.encode(join_phrases([codec.decode(before, meter), after]))
            rest = np.broadcast_to(codec.rest, (size * bar - len(joined), *codec.rest.shape))
            windows.append(np.concatenate([joined, rest]))
    no_z = np.empty((len(windows), 0), np.float32)
    nll = net.nll(no_z, windows, [meter] * len(windows))
    nats = [float(steps[end - start : stop - start].sum()) for steps in nll]
    return np.reshape(nats, drawn.shape[:2])


def _sounds(codec: Codec, drawn: Codes) -> BoolArray:
    """True for particles in which the first part plays. `[G, P, T, ...]` -> `[G, P]`"""
    part, codes = next(iter(codec.split(drawn)))
    return np.asarray(part.onset_mask(codes).any(axis=2))
