"""A codec whose steps are forced between beats, as those of chords are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicvae.codecs import MelodyCodec
from musicvae.codecs.base import Codes, SoundingState
from musicvae.codecs.multitrack import PartsCodec
from musicvae.codecs.track_selection import select_melody
from musicvae.theory.meter import Meter


@dataclass(frozen=True)
class OnBeats(MelodyCodec):
    """A voice that may do something on beats only; between them it holds."""

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """How many sequences, which step, and the steps of a beat."""
        return n, 0, meter.steps_per_beat

    def allowed(self, sounding: SoundingState) -> NDArray[np.bool_]:
        """Anything on a beat, a hold between."""
        n, step, beat = sounding
        mask = np.full((n, self.channels), step % beat == 0)
        mask[:, self.HOLD] = True
        return mask

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """A step later."""
        n, number, beat = sounding
        return step, (n, number + 1, beat)


LEAD = PartsCodec("lead", (MelodyCodec(), OnBeats("chords")), select_melody)
"""A melody over it."""
