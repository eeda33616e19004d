"""encode and decode: between phrases and latent vectors z."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..arrays import FloatArray
from ..engine import Player
from ..errors import RequestError
from ..generation.decoding import perform, with_recipe
from ..generation.plan import DecodePlan
from ..generation.seeding import (
    MOST_PROBABLE,
    Sampling,
    check_request,
    resolve_seed,
)
from ..generation.source import EncodedPhrase
from ..performance.transfer import apply_defaults
from ..score.phrase import Phrase
from ..score.windows import window_bars
from ..theory.meter import Meter, bpm_to_tempo
from .generate import COMMON_TIME


def encode(player: Player, phrase: Phrase) -> FloatArray:
    """The posterior mean of each window of a phrase. Output `[windows, Z]`.

    Raises:
        RequestError: the net has no latent, or a number is out of range.
    """
    check_request(player, "encode", 1, 0.0)
    return EncodedPhrase(player, phrase).mu


def decode(
    player: Player,
    z: FloatArray,
    sampling: Sampling = MOST_PROBABLE,
    *,
    meter: Meter = COMMON_TIME,
    bpm: float = 120.0,
    program: int = 0,
) -> list[Phrase]:
    """A phrase for each row of `z`, `[N, Z]` or `[Z]`.

    Raises:
        RequestError: z has another width than the net's, or a number is out of range.
    """
    z = np.atleast_2d(np.asarray(z, dtype=np.float32))
    check_request(player, "decode", len(z), sampling.temperature)
    if z.ndim != 2 or z.shape[1] != player.latent or not np.isfinite(z).all():
        raise RequestError(f"z is {player.latent} finite numbers wide; this is {z.shape}.")
    tempo = bpm_to_tempo(bpm)
    one = DecodePlan(
        z,
        ((0, 0),),
        meter,
        window_bars(meter, player.bars),
        temperature=sampling.temperature,
        seed=resolve_seed(sampling.seed),
    )
    phrases = []
    for row in range(len(z)):
        made = perform(player, replace(one, z=z[row : row + 1], key=(row,)))
        phrase = apply_defaults(made.phrase, tempo, program)
        phrases.append(with_recipe(phrase, player, "decode", made))
    return phrases
