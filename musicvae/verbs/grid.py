"""grid: the phrases between three or four corners."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..engine import Player
from ..errors import RequestError
from ..generation.decoding import render_like, with_recipe
from ..generation.latent_path import PathEnd, lerp, path_positions, path_shares
from ..generation.seeding import MOST_PROBABLE, Sampling, check_request
from ..performance.transfer import mean_tempo, scale_tempo, transfer_performance
from ..score.phrase import Phrase
from .analogy import analogous


def grid(
    player: Player,
    corners: Sequence[Phrase],
    n: int = 4,
    sampling: Sampling = MOST_PROBABLE,
    *,
    curve: str = "even",
) -> list[Phrase]:
    """Four phrases of one part each at the corners of a square, and all that lies between.

    The corners stand in reading order: top left, top right, bottom left, bottom right. Of
    three, the last is what `analogy` makes of them, so that the grid lies in their plane.
    The edges are the walks of `interpolate`, and the ends of walks in between are what
    lies between those of the edges. A cell has the length, meter, program and accents of
    its nearest corner, and a tempo among all four, geometrically.

    Returns:
        `n * n` phrases, row by row.

    Raises:
        RequestError: there are not three or four, fewer than two a side, no such curve, or
            the net has no latent.
    """
    check_request(player, "interpolate", n * n, sampling.temperature)
    if len(corners) not in (3, 4):
        raise RequestError(f"A grid has three or four corners, not {len(corners)}.")
    shares = path_shares(curve, n)
    ends = [PathEnd.of(player, corner) for corner in corners]
    if len(ends) == 3:
        a, b, c = ends
        ends.append(PathEnd(analogous(a, b, c), c.like))
    a, b, c, d = ends
    top, bottom, left, right = (
        path_positions(player, *edge, shares, curve) for edge in ((a, b), (c, d), (a, c), (b, d))
    )
    across = lerp(top[None, :], bottom[None, :], shares[:, None])  # [rows, columns]
    down = lerp(left[:, None], right[:, None], shares[None, :])
    sides = np.stack([1 - shares, shares], axis=1)
    tempos = np.log([mean_tempo(end.like.phrase) for end in ends]).reshape(2, 2)
    paces = sides @ tempos @ sides.T
    phrases = []
    for row, column in np.ndindex(n, n):
        corner = int(shares[row] >= 0.5), int(shares[column] >= 0.5)
        near = ends[2 * corner[0] + corner[1]]
        a_z, b_z, c_z, d_z = (end.over(near) for end in ends)
        x, y = float(across[row, column]), float(down[row, column])
        z = lerp(lerp(a_z, b_z, x), lerp(c_z, d_z, x), y)
        made = render_like(player, z, near.like, sampling)
        pace = math.exp(paces[row, column] - tempos[corner])
        phrase = scale_tempo(transfer_performance(made.phrase, near.like.phrase), pace)
        phrases.append(with_recipe(phrase, player, "grid", made, near.like.phrase))
    return phrases
