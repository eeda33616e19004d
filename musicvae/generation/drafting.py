"""Drafts: what the prior samples for each music of a piece, bar by bar, before z.

The first music begins with a sampled window. Every other one goes on from the section that stands
before it, in its own key. A variation keeps the first bars of each phrase, and gets new ones after
them, over the same chords.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..arrays import BoolArray
from ..codecs.base import Codec, Codes, head_slices
from ..constraints.spec import Constraints
from ..engine import Player
from ..engine.sampling import Narrow
from ..progress import in_parts
from ..score.windows import window_bars
from ..theory.meter import Meter
from .closing import OPEN, Closing, opening
from .continuation import next_bars
from .energy import RESTING_DRUMS, UsualMusic, measure_usual, with_energy
from .form import NEUTRAL
from .layout import Layout, Music
from .moving import move_codes
from .plan import rule_at
from .seeding import Sampling

Rngs = Sequence[np.random.Generator]

LAST_BARS = 2
"""Bars that a cadence is about: the one that it ends in, and the one that leads there."""

PHRASE_BARS = 4
"""Bars of a phrase, of which a variation keeps the first half."""


def draft_music(
    player: Player, meter: Meter, layout: Layout, rngs: Rngs, sampling: Sampling
) -> list[list[Codes]]:
    """The codes of each music, for each generator; a music is at least a window long."""
    size, bar = window_bars(meter, player.bars), meter.steps_per_bar
    drafter = _Drafter(player, meter, sampling, layout)
    first = layout.music[0]
    constraints = drafter.constraints(first)
    rules = [rule_at(player, constraints, meter, 0)] * len(rngs) if constraints else None
    narrow = _narrow_ends(player.codec, meter, first, drafter.without_drums(first))
    windows = player.sample_prior([meter] * len(rngs), rngs, sampling.temperature, rules, narrow)
    known = size
    if first.energy > NEUTRAL and first.cadence != OPEN:
        # bars that lead to a rest are drawn one by one, as a rule has one density for a window
        known = max(1, min(size, first.bars - LAST_BARS))
    drafts = []
    for window, rng in in_parts([*zip(windows, rngs, strict=True)]):
        bars = max(first.bars, size) - known
        drafted = [drafter.extend(window[: known * bar], first, rng, bars, known)]
        for number, music in enumerate(layout.music[1:], 1):
            before, place = layout.before(number)
            context = drafted[before.music][: layout.music[before.music].bars * bar]
            context = move_codes(player.codec, context, before.semitones - place.semitones, meter)
            if music.varies is None:
                codes = drafter.extend(context, music, rng, max(music.bars, size))
            else:
                codes = drafter.vary(context, music, drafted[music.varies], rng)
            drafted.append(codes[len(context) :])
        drafts.append(drafted)
    return drafts


class _Drafter:
    """Draws bars of music for one piece after another."""

    def __init__(self, player: Player, meter: Meter, sampling: Sampling, layout: Layout) -> None:
        self.player, self.meter, self.sampling = player, meter, sampling
        self.usual: UsualMusic | None = None
        if any(music.energy != NEUTRAL for music in layout.music):
            self.usual = measure_usual(player, meter, sampling)

    def constraints(self, music: Music, *, may_rest: bool = False) -> Constraints:
        """The constraints of a music, narrowed by its energy; see `with_energy`."""
        if self.usual is None:
            return music.constraints
        return with_energy(self.usual, music, self.sampling.constraints, may_rest=may_rest)

    def without_drums(self, music: Music) -> BoolArray | None:
        """The channels `[1, C]` without drums, if a band's drums rest; None if they do not."""
        codec = self.player.codec
        if music.energy > RESTING_DRUMS or len(codec.parts) == 1:
            return None
        allowed = np.ones((1, codec.channels), dtype=bool)
        for part, head in zip(codec.parts, head_slices(codec), strict=True):
            if not part.pitches and not part.has_chords:
                allowed[:, head] = np.arange(part.channels) == part.rest
        return allowed

    def extend(
        self,
        codes: Codes,
        music: Music,
        rng: np.random.Generator,
        bars: int,
        start: int = 0,
        within: BoolArray | None = None,
    ) -> Codes:
        """The codes, followed by so many bars of a music from its bar `start` on.

        Args:
            within: channels to choose the new steps from, `[T, C]`.
        """
        bar = self.meter.steps_per_bar
        drums = self.without_drums(music)
        if drums is not None:
            within = np.tile(drums, (bars * bar, 1)) & (True if within is None else within)
        for number in in_parts(range(start, start + bars)):
            end = None if music.cadence == OPEN else (music.bars - number) * bar
            constraints = self.constraints(music, may_rest=end == bar)
            now = (number - start) * bar
            codes = next_bars(
                self.player,
                codes,
                1,
                self.meter,
                rng,
                replace(self.sampling, constraints=constraints),
                number,
                end,
                music.cadence,
                None if within is None else within[now : now + bar],
            )
        return codes

    def vary(self, codes: Codes, music: Music, original: Codes, rng: np.random.Generator) -> Codes:
        """The codes, followed by a variation of an original; chords stay but in the last bar."""
        bar, phrase = self.meter.steps_per_bar, min(PHRASE_BARS, music.bars)
        chords = _same_chords(self.player.codec, original)
        for number in range(music.bars):
            steps = slice(number * bar, (number + 1) * bar)
            is_last = number == music.bars - 1
            if number % phrase < phrase // 2 and not is_last:
                codes = np.concatenate([codes, original[steps]])
            else:
                within = None if is_last or chords is None else chords[steps]
                codes = self.extend(codes, music, rng, 1, number, within)
        rest = window_bars(self.meter, self.player.bars) - music.bars
        return self.extend(codes, music, rng, max(0, rest), music.bars)


def _same_chords(codec: Codec, codes: Codes) -> BoolArray | None:
    """The channels with the chords of some codes, `[T, C]`; None for a codec without chords."""
    if not codec.has_chords:
        return None
    allowed = np.ones((len(codes), codec.channels), dtype=bool)
    pairs = zip(codec.split(codes), head_slices(codec), strict=True)
    for (part, classes), head in pairs:
        if part.has_chords:
            allowed[:, head] = classes[:, None] == np.arange(part.channels)
    return allowed


def _narrow_ends(
    codec: Codec, meter: Meter, music: Music, within: BoolArray | None = None
) -> Narrow | None:
    """Narrows how a window opens and, if the music ends in it or in the next bar, how it closes.

    Args:
        within: channels to choose every step from, `[1, C]`; None for all.
    """
    key, end = music.constraints.key, music.bars * meter.steps_per_bar
    first = None if music.constraints.chords else opening(codec, key)
    closing = None
    if music.cadence != OPEN:
        closing = Closing(codec, meter, end, key, None, music.cadence)

    def narrow(t: int, steps: Sequence[Codes]) -> BoolArray | None:
        ends = first if t == 0 and first is not None else closing(t, steps) if closing else None
        return ends if within is None else within if ends is None else within & ends

    return narrow if closing or first is not None or within is not None else None
