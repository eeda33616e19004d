"""Bars between given ones: drawn by a next-step net, and chosen by what comes after them.

The bars are drawn window by window as particles, which know the bars before them. That one is
taken after which the given steps are likeliest: those that are forced in the new bars, and the
bars that follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import BoolArray, DoubleArray, FloatArray, IntArray
from ..codecs.base import Codec, Codes, head_slices
from ..constraints.compile import compile_rule
from ..engine import Net
from ..engine.layers import bulk_products
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
        guide: what the draws know of later steps, `[T, C]`; see `engine.particles`.
        narrow: returns what narrows some of its steps further; see `engine.sampling.Narrow`.
        tilt: returns log-weights of some of its steps, given the codes of the gap before them; see
            `engine.particles`.
        heard: first bar that the draws know of, and the one after the last; None for all.
        particles: drawn side by side; None for `PARTICLES`.
    """

    first: int
    stop: int
    allowed: BoolArray
    guide: FloatArray | None = None
    narrow: Callable[[slice], Narrow] | None = None
    tilt: Callable[[slice, Codes], FloatArray] | None = None
    heard: tuple[int, int] | None = None
    particles: int | None = None


def fill_gap(
    net: Net,
    piece: Codes,
    gap: Gap,
    meter: Meter,
    rng: np.random.Generator,
    sampling: Sampling,
) -> tuple[Codes, float]:
    """Draw the bars of a gap in a piece.

    The chords of the constraints begin with the gap; the seed of the sampling is ignored.

    Returns:
        The piece, and the nats of the new bars and of those after them in one window.

    Shape:
        - piece: `[T, ...]`, whole bars
        - Output: `[T, ...]`
    """
    first, stop = gap.heard or (0, len(piece) // meter.steps_per_bar)
    steps = slice(first * meter.steps_per_bar, stop * meter.steps_per_bar)
    moved = replace(gap, first=gap.first - first, stop=gap.stop - first)
    piece = piece.copy()
    piece[steps], nats = _fill_heard(net, piece[steps], moved, meter, rng, sampling)
    return piece, nats


def _fill_heard(
    net: Net,
    piece: Codes,
    gap: Gap,
    meter: Meter,
    rng: np.random.Generator,
    sampling: Sampling,
) -> tuple[Codes, float]:
    """As `fill_gap`; all bars of the piece are heard."""
    codec, bar = net.codec, meter.steps_per_bar
    bars, piece, total = len(piece) // bar, piece.copy(), 0.0
    for start, first, stop in _windows(gap, bars, window_bars(meter, net.bars)):
        steps = slice((first - gap.first) * bar, (stop - gap.first) * bar)
        rule = compile_rule(sampling.constraints, codec, meter, (stop - first) * bar, steps.start)
        rule = replace(rule, allowed=_narrow(codec, rule.allowed, gap.allowed[steps]))
        if not sampling.constraints:  # what is given is no reason to play more or less elsewhere
            rule = replace(rule, counts=np.zeros_like(rule.counts))
        drawn = net.sample_particles(
            codec.encode(codec.decode(piece[start * bar : first * bar], meter)),
            meter,
            rule,
            particles=gap.particles or PARTICLES,
            temperature=sampling.temperature,
            rng=rng,
            goes_on=start > 0,
            guide=None if gap.guide is None else gap.guide[steps],
            tilt=gap.tilt(steps, piece[gap.first * bar : first * bar]) if gap.tilt else None,
            narrow=gap.narrow(steps) if gap.narrow else None,
        )
        weights, nats = drawn.log_weights, drawn.nats
        if stop == gap.stop < bars:
            after = _nats_after(net, piece, first, drawn.codes, meter)
            weights, nats = weights - after, nats + after
        silent = _silent_parts(codec, drawn.codes, gap.allowed[steps])
        best = int((weights - 1e6 * silent).argmax())
        piece[first * bar : stop * bar] = drawn.codes[best]
        total += nats[best]
    return piece, float(total)


def _windows(gap: Gap, bars: int, size: int) -> Iterator[tuple[int, int, int]]:
    """First bar of each window of a gap, the first bar to draw in it, and the one after the last.

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


def _nats_after(net: Net, piece: Codes, first: int, drawn: Codes, meter: Meter) -> DoubleArray:
    """Nats of the bars after drawn ones, half a window of them at most. `[P]`

    Args:
        first: the first drawn bar.
        drawn: `[P, T, ...]`
    """
    codec, bar = net.codec, meter.steps_per_bar
    size, end = window_bars(meter, net.bars), first * bar + drawn.shape[1]
    stop = min(len(piece), end + max(1, size // 2) * bar)
    start = max(0, stop - size * bar)
    after = codec.decode(piece[end:stop], meter)
    windows = []
    for particle in drawn:
        before = np.concatenate([piece[: first * bar], particle])[start:]
        joined = codec.encode(join_phrases([codec.decode(before, meter), after]))
        rest = np.broadcast_to(codec.rest, (size * bar - len(joined), *codec.rest.shape))
        windows.append(np.concatenate([joined, rest]))
    no_z = np.empty((len(windows), 0), np.float32)
    with bulk_products():  # there are always as many rows
        nll = net.nll(no_z, windows, [meter] * len(windows))
    return np.array([steps[end - start : stop - start].sum() for steps in nll], float)


def _silent_parts(codec: Codec, drawn: Codes, allowed: BoolArray) -> IntArray:
    """How many of the parts that were free to play rest all along; chords do not count. `[P]`

    Shape:
        - drawn: `[P, T, ...]`
        - allowed: `[T, C]`
    """
    silent = np.zeros(len(drawn), np.int64)
    for (part, codes), head in zip(codec.split(drawn), head_slices(codec), strict=False):
        if not part.has_chords and (allowed[:, head].sum(axis=1) > 1).any():
            silent += ~part.onset_mask(codes).any(axis=1)
    return silent
