"""pad: any point of a square between two or four phrases, and paths through it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..arrays import FloatArray
from ..engine import Player
from ..errors import RequestError
from ..generation.decoding import perform, render_like, with_recipe
from ..generation.latent_path import PathEnd, lerp
from ..generation.seeding import MOST_PROBABLE, Sampling, check_request, resolve_seed
from ..performance.transfer import mean_tempo, scale_tempo, transfer_performance
from ..score.phrase import Phrase, Tempo
from ..score.windows import cut_phrase, join_phrases
from ..theory.meter import Meter

MAX_POINTS = 256
"""Most points of a path."""

Point = tuple[float, float]
"""From left to right and from top to bottom, each from 0 to 1."""


class Pad:
    """A square of latent space, whose corners are encoded once.

    All its points have the meter, length, program and accents of the first corner, so that one can
    take the place of another in a loop. Tempos are interpolated geometrically.

    Args:
        corners: of one part each: left and right, or top left, top right, bottom left and bottom
            right.

    Raises:
        RequestError: there are not two or four corners, or the net has no latent vector.
    """

    def __init__(self, player: Player, corners: Sequence[Phrase]) -> None:
        check_request(player, "interpolate", 1, 0.0)
        if len(corners) not in (2, 4):
            raise RequestError(f"A pad has two or four corners, not {len(corners)}.")
        self.player = player
        ends = [PathEnd.of(player, corner) for corner in corners]
        ends = [*ends, *ends] if len(ends) == 2 else ends
        self._like = ends[0].like
        self._z = [end.over(ends[0]) for end in ends]
        self._log_tempos = np.log([mean_tempo(end.like.phrase) for end in ends]).reshape(2, 2)

    @property
    def meter(self) -> Meter:
        """The meter of all points."""
        return self._like.phrase.meter

    @property
    def bars(self) -> int:
        """The length of all points, a pick-up counted as a bar."""
        return self._like.plan.bars

    def decode(self, point: Point, sampling: Sampling = MOST_PROBABLE) -> Phrase:
        """The music at a point.

        Raises:
            RequestError: the point is outside, or a number is out of range.
        """
        check_request(self.player, "interpolate", 1, sampling.temperature)
        decoded = render_like(self.player, self._at(point), self._like, sampling)
        phrase = transfer_performance(decoded.phrase, self._like.phrase)
        phrase = scale_tempo(phrase, self._tempo_ratio(point))
        return with_recipe(phrase, self.player, "interpolate", decoded, self._like.phrase)

    def path(self, points: Sequence[Point], sampling: Sampling = MOST_PROBABLE) -> Phrase:
        """The music at some points, one after another.

        Raises:
            RequestError: there are none or too many, one is outside, or a number is out of range.
        """
        if not 1 <= len(points) <= MAX_POINTS:
            raise RequestError(f"A path has 1 to {MAX_POINTS} points, not {len(points)}.")
        check_request(self.player, "interpolate", len(points), sampling.temperature)
        like, count = self._like, len(points)
        steps = self.bars * self.meter.steps_per_bar
        size = len(self._z[0])
        plan = replace(
            like.plan,
            z=np.concatenate([self._at(point) for point in points]),
            windows=tuple(
                (first + number * self.bars, row + number * size)
                for number in range(count)
                for first, row in like.plan.windows
            ),
            bars=self.bars * count,
            section=self.bars,
            form=(),
            held=(),
            temperature=sampling.temperature,
            seed=resolve_seed(sampling.seed),
        )
        decoded = perform(self.player, plan)
        shape = join_phrases([cut_phrase(like.phrase, 0, steps)] * count)
        phrase = transfer_performance(decoded.phrase, shape)
        quarter = mean_tempo(like.phrase)
        tempos = [
            Tempo(number * steps, round(quarter * self._tempo_ratio(point)))
            for number, point in enumerate(points)
        ]
        phrase = replace(phrase, tempos=tuple(tempos))
        return with_recipe(phrase, self.player, "interpolate", decoded, shape)

    def _at(self, point: Point) -> FloatArray:
        """The latent vectors at a point. `[windows, Z]`"""
        x, y = point
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise RequestError(f"A point of a pad is two numbers from 0 to 1, not {x:g}, {y:g}.")
        top_left, top_right, bottom_left, bottom_right = self._z
        return lerp(lerp(top_left, top_right, x), lerp(bottom_left, bottom_right, x), y)

    def _tempo_ratio(self, point: Point) -> float:
        """Length of a quarter at a point, over that of the first corner."""
        x, y = point
        log_tempo = np.array([1 - y, y]) @ self._log_tempos @ np.array([1 - x, x])
        return math.exp(log_tempo - self._log_tempos[0, 0])
