"""encode and decode: from phrases to latent vectors z, and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..arrays import FloatArray
from ..engine import Player
from ..errors import RequestError
from ..generation.decoding import perform_all, with_recipe
from ..generation.plan import DecodePlan
from ..generation.seeding import MOST_PROBABLE, Sampling, check_request, resolve_seed
from ..generation.source import EncodedPhrase
from ..performance.transfer import apply_defaults
from ..score.phrase import Phrase
from ..score.windows import window_bars
from ..theory.meter import Meter, bpm_to_tempo
from .generate import COMMON_TIME


def encode(player: Player, phrase: Phrase) -> FloatArray:
    """The posterior mean of each window of a phrase. Output `[windows, Z]`.

    Raises:
        RequestError: the net has no latent vector, or the phrase is shorter than a bar.
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
    """Decode each row of `z`, `[N, Z]` or `[Z]`, to a phrase of one window.

    Raises:
        RequestError: z is not finite or has another width than the net's, or a number is out of
            range.
    """
    z = np.atleast_2d(np.asarray(z, dtype=np.float32))
    check_request(player, "decode", len(z), sampling.temperature)
    if z.ndim != 2 or z.shape[1] != player.latent or not np.isfinite(z).all():
        raise RequestError(f"z is {player.latent} finite numbers wide; this is {z.shape}.")
    tempo = bpm_to_tempo(bpm)
    plan = DecodePlan(
        z,
        ((0, 0),),
        meter,
        window_bars(meter, player.bars),
        temperature=sampling.temperature,
        seed=resolve_seed(sampling.seed),
    )
    phrases = []
    plans = [replace(plan, z=z[row : row + 1], key=(row,)) for row in range(len(z))]
    for decoded in perform_all(player, plans):
        phrase = apply_defaults(decoded.phrase, tempo, program)
        phrases.append(with_recipe(phrase, player, "decode", decoded))
    return phrases
