"""vary: neighbours of a phrase in z, near or far, and along what it can have more or less of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..adapt.apply_attributes import apply_attributes
from ..arrays import DoubleArray, FloatArray
from ..codecs.base import Codes
from ..engine import Player
from ..errors import RequestError
from ..generation.decoding import perform, with_recipe
from ..generation.latent_path import hamming, lerp
from ..generation.sections import Form, compose
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
from ..score.phrase import Phrase
from ..score.windows import join_phrases, window_bars

STRENGTH = 0.3
SHIFTS = sorted(range(-5, 7), key=abs)
HALVINGS = 6
"""Of the line, until the place is found where so much is heard to differ."""


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

    Each goes from the phrase towards new music of the prior, so far that this share of what
    differs between the two is heard: at 0 it is the reconstruction, at 1 new music. Windows
    that are the same stay the same. With *settings* the phrases go, in even steps, to where
    the phrase has so many standard deviations more of each attribute.

    Args:
        strength: 0 to 1; if None it is 0.3, or 0 where there are settings.
        settings: by attribute; see `attributes`.

    Raises:
        RequestError: the net cannot vary, has no such attribute, or a number is out of range.
    """
    check_request(player, "vary", n, sampling.temperature)
    settings = settings or {}
    share = strength if strength is not None else 0.0 if settings else STRENGTH
    if not 0 <= share <= 1:
        raise RequestError(f"A strength is a number from 0 to 1, not {share:g}.")
    source, seed = EncodedPhrase(player, phrase), resolve_seed(sampling.seed)
    if source.plan.bars > MAX_BARS:
        raise RequestError(
            f"Vary {MAX_BARS:,} bars at once, not {source.plan.bars:,}: cut the file."
        )
    plan = replace(
        source.plan,
        temperature=sampling.temperature,
        seed=seed,
        constraints=sampling.constraints,
    )
    origin = player.codec.encode(perform(player, source.plan).phrase)
    found: list[tuple[float, Phrase]] = []
    for row in range(n):
        amounts = {name: amount * (row + 1) / n for name, amount in settings.items()}
        z = apply_attributes(player, source.mu, amounts, [phrase.meter] * len(source.mu))
        if share:
            z = _towards(player, source, z, share, generator(seed, row), sampling)
        made = perform(player, replace(plan, z=z, key=(row,)))
        apart = hamming(player.codec, phrase.meter, origin, player.codec.encode(made.phrase))
        varied = with_recipe(
            transfer_performance(made.phrase, phrase), player, "vary", made, phrase
        )
        found.append((apart, varied))
    if not settings:
        found.sort(key=lambda pair: pair[0])
    return [varied for _, varied in found]


def _towards(
    player: Player,
    source: EncodedPhrase,
    z: FloatArray,
    share: float,
    rng: np.random.Generator,
    sampling: Sampling,
) -> FloatArray:
    """From each window towards new music, till this share of the difference is heard."""
    meter = source.phrase.meter
    form = Form("A", len(z) * window_bars(meter, player.bars))
    (new,) = compose(player, meter, form, [rng], replace(sampling, temperature=1.0))
    _, first, which = np.unique(source.mu, axis=0, return_index=True, return_inverse=True)
    target = _in_key_of(player, source, new.z)[first[which.ravel()]]
    if share == 1:
        return target

    def at(t: float) -> Codes:
        there = replace(source.plan, z=lerp(z, target, t))
        return player.codec.encode(perform(player, there).phrase)

    def heard(t: float) -> float:
        return hamming(player.codec, meter, start, at(t))

    start = at(0.0)

    low, high, goal = 0.0, 1.0, share * heard(1.0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if heard(middle) < goal else (low, middle)
    return lerp(z, target, high)


def _in_key_of(player: Player, source: EncodedPhrase, z: FloatArray) -> FloatArray:
    """New music moved to where it has the pitches of a phrase: a mix of two keys is in neither."""
    meters, codec = [source.phrase.meter] * len(z), player.codec
    idle = [generator(0)] * len(z)  # the most probable step needs no chance
    codes = player.decode(z, meters, temperature=0.0, rngs=idle)
    there = pitch_classes(source.whole)
    found = pitch_classes(join_phrases([codec.decode(each, meters[0]) for each in codes]))
    shared = [np.minimum(there, np.roll(found, shift)).sum() for shift in SHIFTS]
    shift = SHIFTS[int(np.argmax(shared))]
    if not shift:
        return z
    return player.encode([codec.transpose(each, shift) for each in codes], meters).mu


def pitch_classes(phrase: Phrase) -> DoubleArray:
    """Share of the time that each sounds. `[12]`"""
    found = np.zeros(12)
    for part in phrase.parts:
        for note in () if part.is_drum else part.notes:
            found[note.pitch % 12] += note.duration
    return np.asarray(found / max(1.0, found.sum()))
