"""analogy: c + (b - a) in latent space.

The sum is that of word vectors, "king - man + woman": Mikolov, Yih and Zweig, Linguistic
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
from ..generation.seeding import (
    MOST_PROBABLE,
    Sampling,
    check_request,
)
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
    """What is to `c` as `b` is to `a`: c + strength (b - a), window by window.

    The phrases have one part each. Windows are paired as `interpolate` pairs them, over the
    length of `c`, which lends its shape, tempo, program and accents. From `a` to `a` it is
    what `reconstruct` makes of `c`; as a change of `a`, what it makes of `b`.

    Raises:
        RequestError: the strength is no number, or the net has no latent.
    """
    check_request(player, "interpolate", 1, sampling.temperature)
    if not math.isfinite(strength):
        raise RequestError(f"A strength is a number such as 0.5 or 1, not {strength}.")
    of_a, of_b, of_c = (PathEnd.of(player, phrase) for phrase in (a, b, c))
    z = analogous(of_a, of_b, of_c, strength)
    made = render_like(player, z, of_c.like, sampling)
    return with_recipe(transfer_performance(made.phrase, c), player, "analogy", made, c)


def analogous(a: PathEnd, b: PathEnd, c: PathEnd, strength: float = 1.0) -> FloatArray:
    """c + strength (b - a), for each window of `c`. `[windows, Z]`"""
    exact = (np.asarray(z, np.float64) for z in (a.over(c), b.over(c), c.z))
    there, wanted, here = exact
    return np.asarray(here + strength * (wanted - there), c.z.dtype)
