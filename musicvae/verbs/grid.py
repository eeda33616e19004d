"""grid: a square of phrases between three or four corners."""

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
from ..progress import in_parts
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
    """A square of phrases, of one part each, with the given phrases at its corners.

    The corners are top left, top right, bottom left, bottom right. If the last is missing, it is
    the `analogy` of the other three, so that the grid lies in their plane. The edges are those
    that `interpolate` returns; the positions of cells inside are interpolated between those on
    the edges. A cell has the length, meter, program and accents of its nearest corner, and a
    tempo that is interpolated geometrically between all four.

    Returns:
        `n * n` phrases, row by row.

    Raises:
        RequestError: there are not three or four corners, `n` is below 2, there is no such
            curve, or the net has no latent vector.
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
    weights = np.stack([1 - shares, shares], axis=1)  # [n, 2], of the two sides
    corner_tempos = np.log([mean_tempo(end.like.phrase) for end in ends]).reshape(2, 2)
    log_tempos = weights @ corner_tempos @ weights.T
    phrases = []
    for row, column in in_parts([*np.ndindex(n, n)]):
        corner = int(shares[row] >= 0.5), int(shares[column] >= 0.5)
        near = ends[2 * corner[0] + corner[1]]
        z_a, z_b, z_c, z_d = (end.over(near) for end in ends)
        x, y = float(across[row, column]), float(down[row, column])
        z = lerp(lerp(z_a, z_b, x), lerp(z_c, z_d, x), y)
        decoded = render_like(player, z, near.like, sampling)
        ratio = math.exp(log_tempos[row, column] - corner_tempos[corner])
        phrase = scale_tempo(transfer_performance(decoded.phrase, near.like.phrase), ratio)
        phrases.append(with_recipe(phrase, player, "grid", decoded, near.like.phrase))
    return phrases
