"""A checkpoint that plays: its net, what makes music up for it, and where its z lead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import FloatArray
from ..checkpoint import Checkpoint, attributes_of, prior_of, scales_of
from ..codecs.base import Codes
from ..constraints.step_rule import StepRule
from ..errors import CheckpointError, RequestError
from ..theory.meter import Meter
from .net import Net

MAX_REDRAWS = 8
"""So often at most a window is made up until it is no commonplace."""

WITH_LATENT = ("interpolate", "reconstruct", "encode", "decode")
VERBS = {
    "rnn": ("generate", "extend"),
    "lstm": ("generate", "extend"),
    "autoencoder": WITH_LATENT,  # without a prior there is nothing to generate from
    "vae": ("generate", "vary", *WITH_LATENT),
    "sequence-vae": ("generate", "vary", *WITH_LATENT),
}


class Player(Net):
    """The net of a checkpoint, with the prior that was fitted to it.

    Attributes:
        verbs: what it can be asked to play.
        prior: the next-step net that makes music up; None where z is of N(0, I).
        attributes: directions in z by name, `[Z]` each.
        scales: mean and SD over the training set of those that can be measured.

    Raises:
        CheckpointError: the weights are not those of the net that the config describes.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(checkpoint)
        prior = prior_of(checkpoint)
        self.prior = Net(prior) if prior else None
        self.verbs = (*VERBS[checkpoint.config.net.kind], *(("extend",) if prior else ()))
        self._floor = checkpoint.config.net.min_nll
        self._checkpoint = checkpoint
        self.attributes, self.scales = attributes_of(checkpoint), scales_of(checkpoint)
        if any(direction.shape != (self.latent,) for direction in self.attributes.values()):
            raise CheckpointError(f"A direction of an attribute is {self.latent} numbers wide.")

    @property
    def digest(self) -> str:
        """Fingerprint of the net that a z goes through; see `Checkpoint.digest`."""
        return self._checkpoint.digest

    def sample_z(
        self,
        meters: Sequence[Meter],
        rngs: Sequence[np.random.Generator],
        temperature: float = 1.0,
        rules: Sequence[StepRule] | None = None,
    ) -> FloatArray:
        """A z for each meter, by its own generator: of N(0, I), or of the prior that was fitted.

        A fitted prior makes up a window, at the temperature and under the rules, and draws z
        from its posterior. Output `[N, Z]`.
        """
        z = np.zeros((len(rngs), self.latent), np.float32)
        spread = np.ones_like(z)
        if self.prior:
            made_up = self.sample_prior(meters, rngs, temperature, rules)
            z, log_var = self.encode(made_up, meters)
            spread = np.exp(log_var / 2)
        noise = [rng.standard_normal(self.latent) for rng in rngs]
        return z + spread * np.array(noise, np.float32).reshape(z.shape)

    def sample_prior(
        self,
        meters: Sequence[Meter],
        rngs: Sequence[np.random.Generator],
        temperature: float,
        rules: Sequence[StepRule] | None = None,
    ) -> list[Codes]:
        """Windows of the prior; a commonplace is made up again, unless safety is asked for.

        Raises:
            RequestError: there is no prior that knows music.
        """
        if not self.prior:
            raise RequestError("This model has no prior that makes music up: musicvae fit-prior.")
        found: dict[int, Codes] = {}
        rows = list(range(len(meters)))
        for _ in range(MAX_REDRAWS):
            here, mine = [meters[row] for row in rows], [rngs[row] for row in rows]
            nothing = np.empty((len(rows), 0), np.float32)
            kept = [rules[row] for row in rows] if rules else None
            drawn = self.prior.decode(nothing, here, temperature=temperature, rngs=mine, rules=kept)
            found.update(zip(rows, drawn, strict=True))
            if not self._floor or temperature < 1:
                break
            nats = self.prior.nll(nothing, drawn, here)
            rows = [row for row, each in zip(rows, nats, strict=True) if each.mean() < self._floor]
            if not rows:
                break
        return [found[row] for row in range(len(meters))]

    def decode_temperature(self, temperature: float) -> float:
        """Temperature of the steps of a new phrase, once its z is drawn.

        Where a prior made the music up, chance has had its part: the rest would be errors.
        """
        return 0.0 if self.prior else temperature

    def extend(
        self,
        heard: Codes,
        meter: Meter,
        *,
        temperature: float,
        rng: np.random.Generator,
        rules: Sequence[StepRule] | None = None,
    ) -> Codes:
        """As `Net.extend`; a net that decodes whole windows leaves it to its prior."""
        go_on = self.prior.extend if self.prior else super().extend
        return go_on(heard, meter, temperature=temperature, rng=rng, rules=rules)
