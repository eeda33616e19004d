"""Music of any length: sections that the prior samples bar by bar, stored as windows of z.

A section is sampled as a whole, so that its windows follow from one another. Where its bars are
no multiple of a window, its last two windows overlap. Sections of one name share their z. For a
loop, several last bars are sampled, and the one after which the first bar is most likely is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..arrays import FloatArray
from ..codecs.base import Codes
from ..engine import Net, Player
from ..errors import RequestError
from ..score.windows import join_phrases, window_bars
from ..theory.meter import Meter
from .continuation import next_bars
from .drafting import Rngs, draft_music
from .form import Form
from .latent_path import lerp
from .layout import Layout, lay_out
from .moving import move_codes
from .plain_key import to_plain_key
from .plan import DecodePlan, PlannedSection, rule_at
from .seeding import Sampling
from .stitching import TiedNote, find_tied_notes

LOOP_CANDIDATES = 12
"""Last bars that are compared for a loop."""

NEARNESS = 0.3
"""Share of the way from z to a random one at which a variation lies, for a net without a prior."""


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
        RequestError: a loop is requested of a net without a prior, more than one window of a
            net without z, or constraints of a section contradict each other.
    """
    layout = lay_out(form, sampling.constraints, loop=loop)
    size = window_bars(meter, player.bars)
    firsts = [_window_starts(music.bars, size) for music in layout.music]
    if player.prior:
        sampled = _sample_prior(player, player.prior, meter, layout, rngs, sampling, loop=loop)
    elif loop:
        raise RequestError("A loop needs a model with a prior: musicvae fit-prior MODEL --data D.")
    else:
        if not player.latent and (len(layout.places) > 1 or layout.bars > size):
            raise RequestError(f"This net makes {size} bars at once; use extend to continue them.")
        z = np.array([_random_z(layout, firsts, player.latent, rng) for rng in rngs], np.float32)
        sampled = _Sampled(z, [()] * len(rngs), [0.0] * len(rngs))
    rows = np.cumsum([0, *map(len, firsts)]).tolist()
    windows = tuple(
        (place.first + first, rows[place.music] + number)
        for place in layout.places
        for number, first in enumerate(firsts[place.music])
    )
    plan = DecodePlan(
        sampled.z[0],
        windows,
        meter,
        layout.bars,
        0 if form.is_named else form.sections[0].bars,
        player.decode_temperature(sampling.temperature),
        constraints=sampling.constraints,
        form=_planned(layout, sampling) if form.is_named else (),
    )
    return [
        replace(plan, z=z, held=ties, cost=cost) for z, ties, cost in zip(*sampled, strict=True)
    ]


def _planned(layout: Layout, sampling: Sampling) -> tuple[PlannedSection, ...]:
    """The sections as a plan has them."""
    sections = []
    for place in layout.places:
        own = layout.music[place.music].constraints
        section = PlannedSection(place.first, place.semitones)
        is_own = own != sampling.constraints
        sections.append(replace(section, constraints=own) if is_own else section)
    return tuple(sections)


def _random_z(
    layout: Layout, firsts: Sequence[Sequence[int]], latent: int, rng: np.random.Generator
) -> FloatArray:
    """z of each window from N(0, I); those of a variation lie near those of its original."""
    music = layout.music
    noise = rng.standard_normal((sum(map(len, firsts)), latent))
    drawn = np.split(noise, np.cumsum([len(starts) for starts in firsts])[:-1])
    for number, varies in enumerate(one.varies for one in music):
        if varies is not None:
            drawn[number] = lerp(drawn[varies], drawn[number], NEARNESS)
    return np.concatenate(drawn)


def _window_starts(bars: int, size: int) -> list[int]:
    """First bar of each window of a section; the last window ends with the section if it fits."""
    starts = list(range(0, bars - size + 1, size)) or [0]
    return starts if starts[-1] + size >= bars else [*starts, bars - size]


def _sample_prior(
    player: Player,
    prior: Net,
    meter: Meter,
    layout: Layout,
    rngs: Rngs,
    sampling: Sampling,
    *,
    loop: bool,
) -> _Sampled:
    """Draft the music of each piece with the prior, and encode its windows."""
    size = window_bars(meter, player.bars)
    drafts = draft_music(player, meter, layout, rngs, sampling)
    if loop:
        drafts = [
            _close_loop(prior, meter, layout, drafted, rng, sampling)
            for drafted, rng in zip(drafts, rngs, strict=True)
        ]
    given = [music.constraints for music in layout.music]
    if player.codec.has_chords and not any(g.key or g.chords or g.range for g in given):
        drafts = [to_plain_key(player.codec, meter, drafted) for drafted in drafts]
    starts = [
        (music, first)
        for music, one in enumerate(layout.music)
        for first in _window_starts(one.bars, size)
    ]
    windows = _window_codes(player, meter, starts, drafts)
    return _Sampled(
        _latents(player, meter, windows, len(rngs)),
        [_tied_notes(player, meter, layout, drafted) for drafted in drafts],
        _costs(prior, meter, layout, starts, windows, len(rngs)),
    )


def _close_loop(
    prior: Net,
    meter: Meter,
    layout: Layout,
    drafted: list[Codes],
    rng: np.random.Generator,
    sampling: Sampling,
) -> list[Codes]:
    """The music, with the last bar replaced by the one that best leads to the first bar."""
    codec, bar = prior.codec, meter.steps_per_bar
    context_steps = (window_bars(meter, prior.bars) - 1) * bar
    last = layout.places[-1]
    music, end = layout.music[last.music], layout.music[last.music].bars * bar
    # as the last section, which is the one that is drawn, hears the others
    piece = [
        move_codes(
            codec,
            drafted[place.music][: layout.music[place.music].bars * bar],
            place.semitones - last.semitones,
            meter,
        )
        for place in layout.places
    ]
    # the piece repeated until it is long enough, without its last bar
    repeats = -(-(context_steps + bar) // sum(map(len, piece)))
    before = np.concatenate(piece * repeats)[:-bar]
    candidates = [piece[-1][-bar:]]
    own = replace(sampling, constraints=music.constraints)
    for _ in range(LOOP_CANDIDATES - 1):
        codes = next_bars(prior, before, 1, meter, rng, own, music.bars - 1)
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
    closing = drafted[last.music]
    closed = np.concatenate([closing[: end - bar], best, closing[end:]])
    return [closed if number == last.music else codes for number, codes in enumerate(drafted)]


def _window_codes(
    player: Player,
    meter: Meter,
    starts: Sequence[tuple[int, int]],
    drafts: list[list[Codes]],
) -> list[Codes]:
    """The windows of each piece, given by their music and its bar."""
    codec, steps = player.codec, player.steps(meter)
    return [
        codec.encode(codec.decode(drafted[music][first * meter.steps_per_bar :][:steps], meter))
        for drafted in drafts
        for music, first in starts
    ]


def _costs(
    prior: Net,
    meter: Meter,
    layout: Layout,
    starts: Sequence[tuple[int, int]],
    windows: Sequence[Codes],
    pieces: int,
) -> list[float]:
    """Nats that the constraints cost the prior, for each piece."""
    if not any(music.constraints for music in layout.music):
        return [0.0] * pieces
    rules = [rule_at(prior, layout.music[m].constraints, meter, first) for m, first in starts]
    no_z = np.empty((len(windows), 0), np.float32)
    nats = prior.cost(no_z, windows, [meter] * len(windows), rules * pieces)
    return [float(cost) for cost in nats.reshape(pieces, -1).sum(axis=1)]


def _latents(player: Player, meter: Meter, windows: Sequence[Codes], pieces: int) -> FloatArray:
    """The posterior mean of each window, from which it comes back best. `[pieces, windows, Z]`"""
    mu, _ = player.encode(windows, [meter] * len(windows))
    return mu.reshape(pieces, -1, player.latent)


def _tied_notes(
    player: Player, meter: Meter, layout: Layout, drafted: list[Codes]
) -> tuple[TiedNote, ...]:
    """The notes of a piece that are tied across the window boundaries within its sections."""
    bar, size = meter.steps_per_bar, window_bars(meter, player.bars)
    ties = [
        find_tied_notes(
            player.codec.decode(codes[: music.bars * bar], meter),
            [first * bar for first in _window_starts(music.bars, size)],
        )
        for music, codes in zip(layout.music, drafted, strict=True)
    ]
    return tuple(
        TiedNote(part, step + place.first * bar, pitch, end + place.first * bar)
        for place in layout.places
        for part, step, pitch, end in ties[place.music]
    )
