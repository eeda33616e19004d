"""interpolate: phrases on a line through z from one phrase to another.

Section 4.2 of Roberts et al., ICML 2018 (arXiv:1803.05428), window by window instead of whole
pieces, across meters, and in steps that sound even.
"""

from __future__ import annotations

from ..engine import Player
from ..generation.decoding import render_like, with_recipe
from ..generation.latent_path import PathEnd, lerp, path_positions, path_shares
from ..generation.seeding import MOST_PROBABLE, Sampling, check_request
from ..performance.transfer import mean_tempo, scale_tempo, transfer_performance
from ..progress import in_parts
from ..score.phrase import Phrase


def interpolate(
    player: Player,
    a: Phrase,
    b: Phrase,
    n: int = 8,
    sampling: Sampling = MOST_PROBABLE,
    *,
    curve: str = "even",
) -> list[Phrase]:
    """Go from `a` to `b`, of one part each, in `n` phrases, both ends included.

    Windows at the same place are paired; the shorter phrase starts over. Each pair is
    interpolated along the line between their posterior means, at positions where the decoded
    music moves away from `a` in even steps, or as the curve says. Every phrase has the nearer
    end's length, meter, program and accents, and a tempo between the two, geometrically. All
    use the same random numbers, so the ends are what `reconstruct` returns.

    Raises:
        RequestError: fewer than two phrases, no such curve, or the net has no latent vector.
    """
    check_request(player, "interpolate", n, sampling.temperature)
    shares = path_shares(curve, n)
    ends = PathEnd.of(player, a), PathEnd.of(player, b)
    ratio = mean_tempo(ends[1].like.phrase) / mean_tempo(ends[0].like.phrase)
    phrases = []
    positions = path_positions(player, *ends, shares, curve)
    for share, position in in_parts([*zip(shares, positions, strict=True)]):
        side = 0 if share < 0.5 else 1
        near = ends[side]
        z = lerp(ends[0].over(near), ends[1].over(near), position)
        decoded = render_like(player, z, near.like, sampling)
        phrase = transfer_performance(decoded.phrase, near.like.phrase)
        phrase = scale_tempo(phrase, ratio ** (share - side))
        phrases.append(with_recipe(phrase, player, "interpolate", decoded, near.like.phrase))
    return phrases
