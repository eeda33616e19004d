"""analogy: c + (b - a) in latent space.

The idea is that of word vectors, "king - man + woman": Mikolov, Yih and Zweig, Linguistic
Regularities in Continuous Space Word Representations, NAACL 2013, section 3.
"""

from __future__ import annotations

import math

import numpy as np

from ..arrays import FloatArray
from ..engine import Player
from ..errors import RequestError
from ..generation.decoding import render_like, with_recipe
from ..generation.latent_path import PathEnd
from ..generation.seeding import MOST_PROBABLE, Sampling, check_request
from ..performance.transfer import transfer_performance
from ..score.phrase import Phrase


def analogy(
    player: Player,
    a: Phrase,
    b: Phrase,
    c: Phrase,
    sampling: Sampling = MOST_PROBABLE,
    *,
    strength: float = 1.0,
) -> Phrase:
    """Change `c` as `b` differs from `a`: decode c + strength (b - a), window by window.

    The phrases have one part each. Windows are paired as in `interpolate`, over the length of
    `c`; the result has its shape, tempo, program and accents. If `a` and `b` are the same, the
    result is the reconstruction of `c`; if `a` and `c` are, it is that of `b`.

    Raises:
        RequestError: the strength is not finite, or the net has no latent vector.
    """
    check_request(player, "interpolate", 1, sampling.temperature)
    if not math.isfinite(strength):
        raise RequestError(f"A strength is a number such as 0.5 or 1, not {strength}.")
    end_a, end_b, end_c = (PathEnd.of(player, phrase) for phrase in (a, b, c))
    z = analogous(end_a, end_b, end_c, strength)
    decoded = render_like(player, z, end_c.like, sampling)
    return with_recipe(transfer_performance(decoded.phrase, c), player, "analogy", decoded, c)


def analogous(a: PathEnd, b: PathEnd, c: PathEnd, strength: float = 1.0) -> FloatArray:
    """c + strength (b - a), for each window of `c`. `[windows, Z]`"""
    z_a, z_b, z_c = (np.asarray(z, np.float64) for z in (a.over(c), b.over(c), c.z))
    return np.asarray(z_c + strength * (z_b - z_a), c.z.dtype)
