"""Music of any length: sections that the prior samples bar by bar, stored as windows of z.

A section is sampled as a whole, so that its windows follow from one another. Where its bars are
no multiple of a window, its last two windows overlap. In a form, a new letter continues the
section before it. For a loop, several last bars are sampled, and the one after which the first
bar is most likely is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import NamedTuple

import numpy as np

from ..arrays import BoolArray, FloatArray
from ..codecs.base import Codec, Codes
from ..constraints.spec import Constraints
from ..engine import Net, Player
from ..engine.sampling import Narrow
from ..errors import RequestError
from ..score.windows import join_phrases, window_bars
from ..theory.meter import Meter
from .closing import MIN_BARS, Closing, opening
from .continuation import next_bars
from .form import Form
from .plain_key import to_plain_key
from .plan import DecodePlan, rule_at
from .seeding import Sampling
from .stitching import TiedNote, find_tied_notes

LOOP_CANDIDATES = 12
"""Last bars that are compared for a loop."""

Rngs = Sequence[np.random.Generator]


class _Sampled(NamedTuple):
    """The fields in which the plans of several pieces differ."""

    z: FloatArray  # [pieces, windows, Z]
    ties: Sequence[tuple[TiedNote, ...]]
    costs: Sequence[float]


def compose(
    player: Player,
    meter: Meter,
    form: Form,
    rngs: Rngs,
    sampling: Sampling,
    *,
    loop: bool = False,
) -> list[DecodePlan]:
    """Sample a piece for each generator and plan its windows.

    The prior satisfies the constraints as the decoder will. Their chords start over with each
    section.

    Args:
        rngs: draw z; the seed of the sampling is ignored.

    Raises:
        RequestError: a loop is requested of a net without a prior, or more than one window of a
            net without z.
    """
    size = window_bars(meter, player.bars)
    firsts = _window_starts(form.bars, size)
    if player.prior:
        sampled = _sample_prior(player, player.prior, meter, form, rngs, sampling, loop=loop)
    elif loop:
        raise RequestError("A loop needs a model with a prior: musicvae fit-prior MODEL --data D.")
    else:
        if not player.latent and (len(form.letters) > 1 or form.bars > size):
            raise RequestError(f"This net makes {size} bars at once; use extend to continue them.")
        shape = (len(form.sections) * len(firsts), player.latent)
        z = np.array([rng.standard_normal(shape) for rng in rngs], np.float32)
        sampled = _Sampled(z, [()] * len(rngs), [0.0] * len(rngs))
    windows = tuple(
        (place * form.bars + first, form.sections.index(letter) * len(firsts) + row)
        for place, letter in enumerate(form.letters)
        for row, first in enumerate(firsts)
    )
    plan = DecodePlan(
        sampled.z[0],
        windows,
        meter,
        len(form.letters) * form.bars,
        form.bars,
        player.decode_temperature(sampling.temperature),
        constraints=sampling.constraints,
    )
    return [
        replace(plan, z=z, held=ties, cost=cost) for z, ties, cost in zip(*sampled, strict=True)
    ]


def _window_starts(bars: int, size: int) -> list[int]:
    """First bar of each window of a section; the last window ends with the section if it fits."""
    starts = list(range(0, bars - size + 1, size)) or [0]
    return starts if starts[-1] + size >= bars else [*starts, bars - size]


def _sample_prior(
    player: Player,
    prior: Net,
    meter: Meter,
    form: Form,
    rngs: Rngs,
    sampling: Sampling,
    *,
    loop: bool,
) -> _Sampled:
    """Draft the sections of each piece with the prior, and encode their windows."""
    firsts = _window_starts(form.bars, window_bars(meter, player.bars))
    drafts = _draft_sections(player, meter, form, rngs, sampling, closes=not loop)
    if loop:
        drafts = [
            _close_loop(prior, meter, form, sections, rng, sampling)
            for sections, rng in zip(drafts, rngs, strict=True)
        ]
    given = sampling.constraints
    if player.codec.has_chords and not (given.key or given.chords or given.range):
        drafts = [to_plain_key(player.codec, meter, sections) for sections in drafts]
    windows = _window_codes(player, meter, firsts, drafts)
    return _Sampled(
        _latents(player, meter, windows, len(rngs)),
        [_tied_notes(player, meter, form, firsts, sections) for sections in drafts],
        _costs(prior, meter, firsts, windows, sampling.constraints, len(rngs)),
    )


def _draft_sections(
    player: Player, meter: Meter, form: Form, rngs: Rngs, sampling: Sampling, *, closes: bool
) -> list[list[Codes]]:
    """The codes of each section, for each generator; a section is at least a window long.

    If the piece closes, it is its last section that does.
    """
    constraints = sampling.constraints
    size, bar = window_bars(meter, player.bars), meter.steps_per_bar
    bars, steps = max(form.bars, size), form.bars * bar
    rules = [rule_at(player, constraints, meter, 0)] * len(rngs) if constraints else None
    closes = closes and form.bars >= MIN_BARS and not constraints.chords
    end_of_last = {form.letters[-1]: steps} if closes else {}
    end = end_of_last.get(form.letters[0])
    narrow = _narrow_ends(player.codec, meter, constraints, end)
    windows = player.sample_prior([meter] * len(rngs), rngs, sampling.temperature, rules, narrow)
    drafts = []
    for window, rng in zip(windows, rngs, strict=True):
        # the first section continues the sampled window, the others the section before them
        left = None if end is None else end - len(window)
        sections = [next_bars(player, window, bars - size, meter, rng, sampling, size, left)]
        for letter in form.sections[1:]:
            previous = form.letters[form.letters.index(letter) - 1]
            context = sections[form.sections.index(previous)][:steps]
            ends = end_of_last.get(letter)
            codes = next_bars(player, context, bars, meter, rng, sampling, end=ends)
            sections.append(codes[len(context) :])
        drafts.append(sections)
    return drafts


def _narrow_ends(
    codec: Codec, meter: Meter, constraints: Constraints, end: int | None
) -> Narrow | None:
    """Narrows how a window opens and, if the piece ends in it or in the next bar, how it closes."""
    first = None if constraints.chords else opening(codec, constraints.key)
    closing = None if end is None else Closing(codec, meter, end, constraints.key)

    def narrow(t: int, steps: Sequence[Codes]) -> BoolArray | None:
        if t == 0 and first is not None:
            return first
        return closing(t, steps) if closing else None

    return narrow if closing or first is not None else None


def _close_loop(
    prior: Net,
    meter: Meter,
    form: Form,
    sections: list[Codes],
    rng: np.random.Generator,
    sampling: Sampling,
) -> list[Codes]:
    """The sections, with the last bar replaced by the one that best leads to the first bar."""
    codec, bar = prior.codec, meter.steps_per_bar
    context_steps = (window_bars(meter, prior.bars) - 1) * bar
    last, end = form.sections.index(form.letters[-1]), form.bars * bar
    piece = [sections[form.sections.index(letter)][:end] for letter in form.letters]
    # the piece repeated until it is long enough, without its last bar
    repeats = -(-(context_steps + bar) // (end * len(piece)))
    before = np.concatenate(piece * repeats)[:-bar]
    candidates = [piece[-1][-bar:]]
    for _ in range(LOOP_CANDIDATES - 1):
        codes = next_bars(prior, before, 1, meter, rng, sampling, form.bars - 1)
        candidates.append(codes[-bar:])
    opening = codec.decode(piece[0][:bar], meter)
    start = len(before) + bar - context_steps
    contexts = [np.concatenate([before, ending])[start:] for ending in candidates]
    windows = [
        codec.encode(join_phrases([codec.decode(context, meter), opening])) for context in contexts
    ]
    no_z = np.empty((LOOP_CANDIDATES, 0), np.float32)
    nll = prior.nll(no_z, windows, [meter] * LOOP_CANDIDATES)
    best = candidates[int(np.argmin([steps[-bar:].sum() for steps in nll]))]
    closed = np.concatenate([sections[last][: end - bar], best, sections[last][end:]])
    return [closed if index == last else codes for index, codes in enumerate(sections)]


def _window_codes(
    player: Player, meter: Meter, firsts: Sequence[int], drafts: list[list[Codes]]
) -> list[Codes]:
    """Each window of each section of each piece."""
    codec, steps = player.codec, player.steps(meter)
    return [
        codec.encode(codec.decode(codes[first * meter.steps_per_bar :][:steps], meter))
        for sections in drafts
        for codes in sections
        for first in firsts
    ]


def _costs(
    prior: Net,
    meter: Meter,
    firsts: Sequence[int],
    windows: Sequence[Codes],
    constraints: Constraints,
    pieces: int,
) -> list[float]:
    """Nats that the constraints cost the prior, for each piece."""
    if not constraints:
        return [0.0] * pieces
    sections = len(windows) // len(firsts)
    rules = [rule_at(prior, constraints, meter, first) for first in firsts] * sections
    no_z = np.empty((len(windows), 0), np.float32)
    nats = prior.cost(no_z, windows, [meter] * len(windows), rules)
    return [float(cost) for cost in nats.reshape(pieces, -1).sum(axis=1)]


def _latents(player: Player, meter: Meter, windows: Sequence[Codes], pieces: int) -> FloatArray:
    """The posterior mean of each window, from which it comes back best. `[pieces, windows, Z]`"""
    mu, _ = player.encode(windows, [meter] * len(windows))
    return mu.reshape(pieces, -1, player.latent)


def _tied_notes(
    player: Player, meter: Meter, form: Form, firsts: Sequence[int], sections: list[Codes]
) -> tuple[TiedNote, ...]:
    """The notes of a piece that are tied across the window boundaries within its sections."""
    boundaries = [first * meter.steps_per_bar for first in firsts]
    steps = form.bars * meter.steps_per_bar
    ties = [
        find_tied_notes(player.codec.decode(codes[:steps], meter), boundaries) for codes in sections
    ]
    return tuple(
        TiedNote(part, step + start, pitch, end + start)
        for start, letter in zip(count(0, steps), form.letters, strict=False)
        for part, step, pitch, end in ties[form.sections.index(letter)]
    )
