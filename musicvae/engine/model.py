"""A checkpoint in numpy: its net, the prior that was fitted to it, and its attributes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import FloatArray
from ..checkpoint import Checkpoint, attribute_directions, attribute_scales, prior_of
from ..codecs.base import Codes, count_played
from ..constraints.step_rule import StepRule
from ..errors import CheckpointError, RequestError
from ..theory.meter import Meter
from .batching import in_order
from .net import Net
from .sampling import Narrow

MAX_REDRAWS = 8
"""Most draws of a window from the prior; the last one is accepted even if it is over-likely."""

LATENT_VERBS = ("interpolate", "reconstruct", "encode", "decode")
VERBS = {
    "rnn": ("generate", "extend", "fill"),
    "lstm": ("generate", "extend", "fill"),
    "autoencoder": LATENT_VERBS,  # without a prior there is nothing to generate from
    "vae": ("generate", "vary", *LATENT_VERBS),
    "sequence-vae": ("generate", "vary", *LATENT_VERBS),
}
"""Verbs of each kind of net; a fitted prior adds `extend` and `fill`, and to these chords beside a
melody add `harmonize` and `melodize`, to several parts `accompany`, to drums `drumify`."""


class Player(Net):
    """The net of a checkpoint, with the prior that was fitted to it.

    Attributes:
        verbs: verbs that the model supports.
        prior: next-step net that samples new windows; None if the prior of z is N(0, I).
        attributes: directions in z by name, `[Z]` each.
        scales: mean and SD over the training set of the attributes that can be measured.

    Raises:
        CheckpointError: the weights are not those of the net that the config describes.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(checkpoint)
        prior = prior_of(checkpoint)
        self.prior = Net(prior) if prior else None
        self.verbs: tuple[str, ...] = VERBS[checkpoint.config.net.kind]
        if prior:
            self.verbs = (*self.verbs, "extend", "fill")
        if "fill" in self.verbs and self.codec.has_chords and self.codec.pitches:
            self.verbs = (*self.verbs, "harmonize", "melodize")
        if "fill" in self.verbs and sum(not part.has_chords for part in self.codec.parts) > 1:
            self.verbs = (*self.verbs, "accompany")
        if "fill" in self.verbs and not (self.codec.pitches or self.codec.has_chords):
            self.verbs = (*self.verbs, "drumify")
        self._min_nll = checkpoint.config.net.min_nll
        self._checkpoint = checkpoint
        self.attributes, self.scales = (
            attribute_directions(checkpoint),
            attribute_scales(checkpoint),
        )
        if any(direction.shape != (self.latent,) for direction in self.attributes.values()):
            raise CheckpointError(f"The direction of an attribute must have {self.latent} numbers.")
        if any(scale.shape != (2,) or scale[1] <= 0 for scale in self.scales.values()):
            raise CheckpointError("The scale of an attribute must be its mean and its SD.")

    @property
    def digest(self) -> str:
        """Digest of the net that encodes and decodes z; see `Checkpoint.digest`."""
        return self._checkpoint.digest

    def sample_z(
        self,
        meters: Sequence[Meter],
        rngs: Sequence[np.random.Generator],
        temperature: float = 1.0,
        rules: Sequence[StepRule] | None = None,
    ) -> FloatArray:
        """Draw a z for each meter with its own generator: from the fitted prior, or from N(0, I).

        A fitted prior samples a window, at the temperature and under the rules; z is the posterior
        mean of that window, from which it comes back most exactly. Output `[N, Z]`.
        """
        if self.prior:
            return self.encode(self.sample_prior(meters, rngs, temperature, rules), meters).mu
        noise = [rng.standard_normal(self.latent) for rng in rngs]
        return np.array(noise, np.float32).reshape(len(rngs), self.latent)

    def sample_prior(
        self,
        meters: Sequence[Meter],
        rngs: Sequence[np.random.Generator],
        temperature: float,
        rules: Sequence[StepRule] | None = None,
        narrow: Narrow | None = None,
    ) -> list[Codes]:
        """Sample windows from the fitted prior.

        Windows whose mean NLL is below `min_nll` are over-likely and are drawn again, unless the
        temperature is below 1, which asks for likely music. So are windows of a band in which one
        of the parts rests all along, or its melody has fewer notes than bars.

        Raises:
            RequestError: no prior was fitted to this model.
        """
        if not self.prior:
            raise RequestError(
                "No prior was fitted to this model, so it cannot sample new windows. "
                "Run musicvae fit-prior."
            )
        windows: dict[int, Codes] = {}
        rows = list(range(len(meters)))
        for _ in range(MAX_REDRAWS):
            row_meters = [meters[row] for row in rows]
            no_z = np.empty((len(rows), 0), np.float32)
            drawn = self.prior.decode(
                no_z,
                row_meters,
                temperature=temperature,
                rngs=[rngs[row] for row in rows],
                rules=[rules[row] for row in rows] if rules else None,
                narrow=narrow,
            )
            windows.update(zip(rows, drawn, strict=True))
            refused = np.zeros(len(rows), bool)
            if self._min_nll and temperature >= 1:
                nll = self.prior.nll(no_z, drawn, row_meters)
                refused |= np.array([steps.mean() for steps in nll]) < self._min_nll
            if self.codec.parts_may_rest:
                refused |= [not self._is_full(codes) for codes in drawn]
            rows = [row for row, is_refused in zip(rows, refused, strict=True) if is_refused]
            if not rows:
                break
        return in_order(windows)

    def _is_full(self, codes: Codes) -> bool:
        """True if all parts of a window play, and the first one begins a note a bar or more."""
        melody, notes = next(self.codec.split(codes))
        is_tune = melody.onset_mask(notes).sum() >= self.bars
        return bool(is_tune) and count_played(self.codec, codes) == len(self.codec.parts)

    def decode_temperature(self, temperature: float) -> float:
        """Temperature at which a sampled z is decoded.

        0 with a fitted prior: its window was sampled at the temperature already, and sampling once
        more when decoding would only add errors.
        """
        return 0.0 if self.prior else temperature

    def extend(
        self,
        context: Codes,
        meter: Meter,
        *,
        temperature: float,
        rng: np.random.Generator,
        rules: Sequence[StepRule] | None = None,
        narrow: Narrow | None = None,
    ) -> Codes:
        """As `Net.extend`; a net that decodes whole windows uses its fitted prior."""
        extend = self.prior.extend if self.prior else super().extend
        return extend(context, meter, temperature=temperature, rng=rng, rules=rules, narrow=narrow)
