"""A codec that may change on beats only, as a chord track does."""

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
    """A melody codec that holds between beats."""

    def initial_state(self, n: int, meter: Meter) -> SoundingState:
        """Number of sequences, current step, and steps per beat."""
        return n, 0, meter.steps_per_beat

    def allowed(self, sounding: SoundingState) -> NDArray[np.bool_]:
        """Any class on a beat, a hold elsewhere."""
        n, step, beat = sounding
        mask = np.full((n, self.channels), step % beat == 0)
        mask[:, self.HOLD] = True
        return mask

    def advance(self, sounding: SoundingState, step: Codes) -> tuple[Codes, SoundingState]:
        """The state one step later."""
        n, number, beat = sounding
        return step, (n, number + 1, beat)


LEAD = PartsCodec("lead", (MelodyCodec(), OnBeats("chords")), select_melody)
"""A melody and a part that changes on beats."""
