"""Music of any length: what the prior makes up bar after bar, in sections, as a path of z.

A section is made up in one go, so that its windows follow from one another; where its bars
are no whole number of windows, the last two overlap. A form repeats sections: what has the
same letter is the same music, and a new letter goes on from what stands before it. An end
that leads back to the start is searched for: of several last bars the one after which the
first is likeliest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from ..arrays import FloatArray
from ..codecs.base import Codes
from ..constraints.spec import Constraints
from ..engine import Net, Player
from ..errors import RequestError
from ..score.windows import join_phrases, window_bars
from ..theory.meter import Meter
from .continuation import next_bars
from .plan import DecodePlan, rule_at
from .seeding import (
    MAX_BARS,
    Sampling,
)
from .stitching import TiedNote, find_tied_notes

LOOP_CANDIDATES = 12
"""Last bars that are tried for one that leads back to the start."""

Rngs = Sequence[np.random.Generator]


@dataclass(frozen=True)
class Form:
    """Sections of equal length.

    Attributes:
        letters: which section stands where.
        bars: of one section.
    """

    letters: str
    bars: int

    @property
    def sections(self) -> str:
        """The letters that are different, in the order of their first places."""
        return "".join(dict.fromkeys(self.letters))


def parse_form(form: str | None, bars: int | None, usual: int) -> Form:
    """Sections of a piece; without a form it is one.

    Args:
        bars: of the whole piece, `usual` for each section if None.

    Raises:
        RequestError: it is no row of letters, or the bars cannot be shared among them.
    """
    letters = (form or "A").strip().upper()
    if not re.fullmatch("[A-Z]+", letters):
        raise RequestError(f"{form!r} is no form; write a letter for each section, like AABA.")
    whole = usual * len(letters) if bars is None else bars
    if not 1 <= whole <= MAX_BARS:
        raise RequestError(f"Ask for 1 to {MAX_BARS:,} bars, not {whole}.")
    if whole % len(letters):
        raise RequestError(
            f"{whole} bars are not {len(letters)} equal sections {letters}; "
            f"ask for {-(-whole // len(letters)) * len(letters)}."
        )
    return Form(letters, whole // len(letters))


def compose(
    player: Player,
    meter: Meter,
    form: Form,
    rngs: Rngs,
    sampling: Sampling,
    *,
    loop: bool = False,
) -> list[DecodePlan]:
    """A piece for each generator: its z, where their windows stand, and what is held over.

    The prior keeps to the constraints as the decoder will; chords begin anew with a section.

    Args:
        rngs: they draw the z; the seed of the sampling is not looked at.

    Raises:
        RequestError: an end that leads back is asked of a net that has no prior, or more than
            a window of one that has no z.
    """
    size, asked = window_bars(meter, player.bars), sampling.constraints
    firsts = _window_starts(form.bars, size)
    if player.prior:
        drafts = _draft_sections(player, meter, form, rngs, sampling)
        if loop:
            drafts = [
                _close_loop(player.prior, meter, form, sections, rng, sampling)
                for sections, rng in zip(drafts, rngs, strict=True)
            ]
        cuts = _window_codes(player, meter, firsts, drafts)
        z = _latents(player, meter, cuts, rngs)
        costs = _costs(player.prior, meter, firsts, cuts, asked, len(rngs))
        held = [_tied_notes(player, meter, form, firsts, sections) for sections in drafts]
    elif loop:
        raise RequestError("A loop needs a model with a prior: musicvae fit-prior MODEL --data D.")
    else:
        if not player.latent and (len(form.letters) > 1 or form.bars > size):
            raise RequestError(f"This net makes {size} bars at once; extend goes on after them.")
        shape = (len(form.sections) * len(firsts), player.latent)
        z = np.array([rng.standard_normal(shape) for rng in rngs], np.float32)
        held, costs = [()] * len(rngs), [0.0] * len(rngs)
    places = tuple(
        (number * form.bars + first, form.sections.index(letter) * len(firsts) + row)
        for number, letter in enumerate(form.letters)
        for row, first in enumerate(firsts)
    )
    bars = len(form.letters) * form.bars
    after = player.decode_temperature(sampling.temperature)
    plan = DecodePlan(z[0], places, meter, bars, form.bars, after, constraints=asked)
    return [
        replace(plan, z=points, held=ties, cost=cost)
        for points, ties, cost in zip(z, held, costs, strict=True)
    ]


def _window_starts(bars: int, size: int) -> list[int]:
    """The first bar of each window of a section; the last one ends with it, if it can."""
    whole = list(range(0, bars - size + 1, size)) or [0]
    return whole if whole[-1] + size >= bars else [*whole, bars - size]


def _draft_sections(
    player: Player,
    meter: Meter,
    form: Form,
    rngs: Rngs,
    sampling: Sampling,
) -> list[list[Codes]]:
    """For each generator the codes of each section, a window long at least."""
    asked = sampling.constraints
    size = window_bars(meter, player.bars)
    bars = max(form.bars, size)
    rules = [rule_at(player, asked, meter, 0)] * len(rngs) if asked else None
    begun = player.sample_prior([meter] * len(rngs), rngs, sampling.temperature, rules)
    drafts = []
    for first, rng in zip(begun, rngs, strict=True):
        sections: list[Codes] = []
        for letter in form.sections:
            before = first[:0]
            if sections:
                last = form.letters[form.letters.index(letter) - 1]
                before = sections[form.sections.index(last)][: form.bars * meter.steps_per_bar]
            known, there = (before, 0) if sections else (first, size)
            codes = next_bars(player, known, bars - there, meter, rng, sampling, there)
            sections.append(codes[len(before) :])
        drafts.append(sections)
    return drafts


def _close_loop(
    maker: Net,
    meter: Meter,
    form: Form,
    sections: list[Codes],
    rng: np.random.Generator,
    sampling: Sampling,
) -> list[Codes]:
    """The sections, the last bar of the last one chosen so that the first bar follows from it."""
    codec, bar = maker.codec, meter.steps_per_bar
    heard = (window_bars(meter, maker.bars) - 1) * bar
    last, end = form.sections.index(form.letters[-1]), form.bars * bar
    piece = [sections[form.sections.index(letter)][:end] for letter in form.letters]
    # what sounds before the last bar, the piece going round
    around = np.concatenate(piece * -(-(heard + bar) // (end * len(piece))))[:-bar]
    tried = (maker, around, 1, meter, rng, sampling, form.bars - 1)
    ends = [piece[-1][-bar:], *(next_bars(*tried)[-bar:] for _ in range(LOOP_CANDIDATES - 1))]
    first = codec.decode(piece[0][:bar], meter)
    tails = [np.concatenate([around, each])[len(around) + bar - heard :] for each in ends]
    both = [codec.encode(join_phrases([codec.decode(tail, meter), first])) for tail in tails]
    nats = maker.nll(np.empty((LOOP_CANDIDATES, 0), np.float32), both, [meter] * LOOP_CANDIDATES)
    best = int(np.argmin([each[-bar:].sum() for each in nats]))
    changed = np.concatenate([sections[last][: end - bar], ends[best], sections[last][end:]])
    return [changed if number == last else codes for number, codes in enumerate(sections)]


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
    maker: Net,
    meter: Meter,
    firsts: Sequence[int],
    cuts: Sequence[Codes],
    asked: Constraints,
    pieces: int,
) -> list[float]:
    """Nats that what was asked for cost each piece as it was made up."""
    if not asked:
        return [0.0] * pieces
    every = len(cuts) // len(firsts)
    rules = [rule_at(maker, asked, meter, first) for first in firsts] * every
    nothing = np.empty((len(cuts), 0), np.float32)
    nats = maker.cost(nothing, cuts, [meter] * len(cuts), rules)
    return [float(own) for own in nats.reshape(pieces, -1).sum(axis=1)]


def _latents(player: Player, meter: Meter, cuts: Sequence[Codes], rngs: Rngs) -> FloatArray:
    """A z of the posterior of each window. `[pieces, windows, Z]`"""
    mu, log_var = player.encode(cuts, [meter] * len(cuts))
    noise = [rng.standard_normal((len(cuts) // len(rngs), player.latent)) for rng in rngs]
    spread = np.exp(log_var / 2) * np.concatenate(noise).astype(np.float32)
    return np.asarray(mu + spread).reshape(len(rngs), -1, player.latent)


def _tied_notes(
    player: Player, meter: Meter, form: Form, firsts: Sequence[int], sections: list[Codes]
) -> tuple[TiedNote, ...]:
    """The notes that sound on over the bar lines where windows meet, in every section."""
    seams = [first * meter.steps_per_bar for first in firsts]
    steps = form.bars * meter.steps_per_bar
    of = [find_tied_notes(player.codec.decode(codes[:steps], meter), seams) for codes in sections]
    return tuple(
        TiedNote(part, step + at, pitch, end + at)
        for at, letter in zip(count(0, steps), form.letters, strict=False)
        for part, step, pitch, end in of[form.sections.index(letter)]
    )
