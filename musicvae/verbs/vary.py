"""vary: neighbours of a phrase in z, near or far, or with more or less of an attribute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..adapt.apply_attributes import apply_attributes
from ..arrays import DoubleArray, FloatArray
from ..engine import Player
from ..errors import RequestError
from ..generation.decoding import perform, perform_all, with_recipe
from ..generation.form import equal_sections
from ..generation.latent_path import hamming, lerp
from ..generation.plan import DecodePlan
from ..generation.sections import compose
from ..generation.seeding import (
    MAX_BARS,
    MOST_PROBABLE,
    Sampling,
    check_request,
    generator,
    resolve_seed,
)
from ..generation.source import EncodedPhrase
from ..performance.transfer import transfer_performance
from ..progress import in_parts
from ..score.phrase import Phrase
from ..score.windows import join_phrases, window_bars

STRENGTH = 0.3
"""Default strength without settings."""

SHIFTS = sorted(range(-5, 7), key=abs)
"""Transpositions in semitones, the smallest first."""

HALVINGS = 6
"""Rounds of bisection for the position at which the music differs as much as requested."""


def vary(
    player: Player,
    phrase: Phrase,
    n: int = 8,
    sampling: Sampling = MOST_PROBABLE,
    *,
    strength: float | None = None,
    settings: Mapping[str, float] | None = None,
) -> list[Phrase]:
    """Neighbours of a phrase, the nearest first.

    Each lies on the line from the phrase to new music of the prior, at the position where this
    share of the difference between the two is reached: 0 is the reconstruction, 1 is new music.
    Windows that are equal stay equal. With *settings*, the phrases go in even steps to a phrase
    with so many standard deviations more of each attribute.

    Args:
        strength: 0 to 1; if None it is 0.3, or 0 with settings.
        settings: amounts by attribute; see `adapt.apply_attributes`.

    Raises:
        RequestError: the net cannot vary, has no such attribute, or a number is out of range.
    """
    check_request(player, "vary", n, sampling.temperature)
    settings = settings or {}
    share = strength if strength is not None else 0.0 if settings else STRENGTH
    if not 0 <= share <= 1:
        raise RequestError(f"A strength is a number from 0 to 1, not {share:g}.")
    source, seed = EncodedPhrase(player, phrase), resolve_seed(sampling.seed)
    check_length(source.plan.bars)
    plan = replace(
        source.plan,
        temperature=sampling.temperature,
        seed=seed,
        constraints=sampling.constraints,
    )
    origin = player.codec.encode(perform(player, source.plan).phrase)
    plans: list[DecodePlan] = []
    for row in in_parts(range(n)):
        amounts = {name: amount * (row + 1) / n for name, amount in settings.items()}
        z = apply_attributes(player, source.mu, amounts, [phrase.meter] * len(source.mu))
        if share:
            z = _towards_new_music(player, source, z, share, generator(seed, row), sampling)
        plans.append(replace(plan, z=z, key=(row,)))
    neighbours: list[tuple[float, Phrase]] = []
    for decoded in perform_all(player, plans):
        distance = hamming(player.codec, phrase.meter, origin, player.codec.encode(decoded.phrase))
        varied = transfer_performance(decoded.phrase, phrase)
        neighbours.append((distance, with_recipe(varied, player, "vary", decoded, phrase)))
    if not settings:
        neighbours.sort(key=lambda pair: pair[0])
    return [varied for _, varied in neighbours]


def check_length(bars: int) -> None:
    """Raise RequestError if so many bars are too many for `vary`."""
    if bars > MAX_BARS:
        raise RequestError(f"Vary {MAX_BARS:,} bars at once, not {bars:,}: cut the file.")


def check_differ(
    n: int, strength: float | None, settings: Mapping[str, float] | None, temperature: float
) -> None:
    """Raise RequestError if nothing makes several variations differ."""
    if n > 1 and strength == 0 and not settings and not temperature:
        raise RequestError(
            f"With strength 0 all {n} variations are the same: ask for one, or for more strength."
        )


def _towards_new_music(
    player: Player,
    source: EncodedPhrase,
    z: FloatArray,
    share: float,
    rng: np.random.Generator,
    sampling: Sampling,
) -> FloatArray:
    """Move each z towards sampled music, until this share of the difference is reached."""
    meter, codec = source.phrase.meter, player.codec
    form = equal_sections("A", len(z) * window_bars(meter, player.bars))
    (new,) = compose(player, meter, form, [rng], replace(sampling, temperature=1.0))
    # equal windows of the source get the same target, so they stay equal
    _, first, inverse = np.unique(source.mu, axis=0, return_index=True, return_inverse=True)
    target = _in_key_of(player, source, new.z)[first[inverse.ravel()]]
    if share == 1:
        return target
    start = codec.encode(perform(player, replace(source.plan, z=z)).phrase)

    def distance(t: float) -> float:
        phrase = perform(player, replace(source.plan, z=lerp(z, target, t))).phrase
        return hamming(codec, meter, start, codec.encode(phrase))

    low, high, goal = 0.0, 1.0, share * distance(1.0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if distance(middle) < goal else (low, middle)
    return lerp(z, target, high)


def _in_key_of(player: Player, source: EncodedPhrase, z: FloatArray) -> FloatArray:
    """Transpose new music so that it shares most pitch classes with a phrase.

    Between music in two different keys, z decodes to music that is in neither.
    """
    meters, codec = [source.phrase.meter] * len(z), player.codec
    unused = [generator(0)] * len(z)  # temperature 0 draws nothing
    codes = player.decode(z, meters, temperature=0.0, rngs=unused)
    goal = pitch_classes(source.whole)
    current = pitch_classes(join_phrases([codec.decode(window, meters[0]) for window in codes]))
    shared = [np.minimum(goal, np.roll(current, shift)).sum() for shift in SHIFTS]
    shift = SHIFTS[int(np.argmax(shared))]
    if not shift:
        return z
    return player.encode([codec.transpose(window, shift) for window in codes], meters).mu


def pitch_classes(phrase: Phrase) -> DoubleArray:
    """Share of the sounding time of each pitch class; drums are skipped. `[12]`"""
    steps = np.zeros(12)
    for part in phrase.parts:
        for note in () if part.is_drum else part.notes:
            steps[note.pitch % 12] += note.duration
    return np.asarray(steps / max(1.0, steps.sum()))
