"""Short tunes to measure, and a player that reproduces them exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicvae.codecs import CODECS
from musicvae.codecs.base import Codes
from musicvae.engine import Player, Posterior
from musicvae.evaluation.midi_folder import FolderWindows
from musicvae.theory.meter import Meter

from ..miniatures import RAGGED, little_piece

MELODY = CODECS["melody"]


def windows(
    codec: str = "melody",
    n: int = 24,
    first: int = 0,
    meters: Sequence[Meter] = RAGGED,
    bars: int = 2,
) -> FolderWindows:
    """Short tunes in several meters."""
    chosen = [meters[i % len(meters)] for i in range(n)]
    return FolderWindows(
        CODECS[codec],
        bars,
        [
            (CODECS[codec].encode(little_piece(codec, meter, first + seed, bars)), meter)
            for seed, meter in enumerate(chosen)
        ],
    )


class Perfect(Player):
    """A player whose z is the number of a window, and whose decoder gives that window exactly."""

    def __init__(self, collection: FolderWindows) -> None:
        self.codec, self.bars, self.latent, self.verbs = MELODY, 2, 1, ("generate",)
        self.windows = collection.windows
        self.prior = None

    def encode(self, codes: Sequence[Codes], meters: Sequence[Meter]) -> Posterior:
        """Mu is the number of the window, with almost no variance."""
        numbers = [
            next((i for i, (own, _) in enumerate(self.windows) if np.array_equal(own, window)), 0)
            for window in codes
        ]
        mu = np.array(numbers, dtype=np.float32)[:, None]
        return Posterior(mu, np.full_like(mu, -40.0))

    def decode(self, z, meters, *, temperature, rngs, rules=None, narrow=None):  # type: ignore[no-untyped-def]  # as Player's
        """The window with that number if it has the meter, otherwise the first of the meter."""
        del temperature, rngs, rules, narrow
        decoded = []
        for value, meter in zip(z[:, 0], meters, strict=True):
            number = round(float(value))
            exact = 0 <= number < len(self.windows) and abs(value - number) < 1e-6
            of_meter = [codes for codes, other in self.windows if other == meter]
            fits = exact and self.windows[number][1] == meter
            decoded.append(self.windows[number][0] if fits else of_meter[0])
        return decoded

    def logits(self, z, codes, meters):  # type: ignore[no-untyped-def]  # as Player's
        """The true class has a logit of 100, the others 0."""
        return [100.0 * MELODY.one_hot(window) for window in codes]
