"""A checkpoint that plays: windows to `z`, `z` to windows, any number at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..checkpoint import Checkpoint
from ..errors import CheckpointError, RequestError
from ..music.codecs import CODECS, Codes
from ..music.position import WIDTH, condition, summary, window_steps
from ..music.units import Meter
from .decoders import AutoregressiveDecoder, Decoder, DenseDecoder, PlainDecoder, StepDecoder
from .encoders import DenseEncoder, Encoder, Posterior, SequenceEncoder
from .flow import Flow
from .layers import Linear
from .sampling import draw, draw_noise
from .weights import Array, Weights

SIDE_BY_SIDE = 256
"""Windows that are computed in one product."""

WITH_LATENT = ("interpolate", "reconstruct", "encode", "decode")
VERBS = {
    "rnn": ("generate", "extend"),
    "lstm": ("generate", "extend"),
    "autoencoder": WITH_LATENT,  # without a prior there is nothing to generate from
    "vae": ("generate", *WITH_LATENT),
    "sequence-vae": ("generate", *WITH_LATENT),
}


class Player:
    """The forward passes of one checkpoint.

    A window lasts `window_steps(meter)` steps. Windows of several meters may
    stand in one call; those of one meter are computed side by side.

    Attributes:
        codec: how it reads music.
        latent: Z; 0 for a next-step net, which has no latent vector.
        verbs: what it can be asked to play.

    Raises:
        CheckpointError: the weights are not those of the net that the config describes.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        net, weights = checkpoint.config.net, Weights(checkpoint.weights)
        if net.kind not in VERBS or net.codec not in CODECS:
            raise CheckpointError(
                f"This musicvae cannot play a net of kind {net.kind!r} with codec {net.codec!r}."
            )
        self.codec = CODECS[net.codec]
        self.verbs = VERBS[net.kind]
        self.latent = 0 if net.kind in ("rnn", "lstm") else net.latent
        self._prior = Flow(weights.below("prior"), net) if net.prior else None
        self._decoder: Decoder
        if not self.latent:
            self._decoder = StepDecoder(weights, self.codec, net, net.kind, WIDTH)
            return
        dense = net.kind in ("autoencoder", "vae")
        encoder = DenseEncoder if dense else SequenceEncoder
        plain = DenseDecoder if dense else PlainDecoder
        decoder = AutoregressiveDecoder if not dense and net.decoder == "autoregressive" else plain
        self._encoder: Encoder = encoder(weights.below("encoder"), self.codec.channels, net)
        self._decoder = decoder(weights.below("decoder"), self.codec, net)
        self._is_point = net.kind == "autoencoder"
        codes = 1 if self._is_point else 2
        self._to_latent = Linear(
            weights.below("to_latent"), self._encoder.width, codes * self.latent
        )

    def sample_z(self, meters: Sequence[Meter], rngs: Sequence[np.random.Generator]) -> Array:
        """A z for each meter, by its own generator: of N(0, I), or of the prior that was fitted.

        Output `[N, Z]`.
        """
        drawn = [rng.standard_normal(self.latent) for rng in rngs]
        z = np.array(drawn, np.float32).reshape(len(rngs), self.latent)
        if self._prior:
            for meter, rows in _by_meter(meters):
                z[rows] = self._prior.from_base(z[rows], summary(meter))
        return z

    def encode(self, codes: Sequence[Codes], meters: Sequence[Meter]) -> Posterior:
        """Whole windows to their posterior, `[N, Z]` each.

        Raises:
            RequestError: a next-step net has no encoder.
        """
        if not self.latent:
            raise RequestError("This model predicts the next step: it cannot encode.")
        mu = np.empty((len(codes), self.latent), dtype=np.float32)
        log_var = np.full_like(mu, -np.inf)
        for meter, rows in _by_meter(meters):
            x = self.codec.one_hot(np.stack([codes[row] for row in rows]))
            out = self._to_latent(self._encoder(x, condition(meter)))
            mu[rows] = out[:, : self.latent]
            if not self._is_point:
                log_var[rows] = out[:, self.latent :]
        return Posterior(mu, log_var)

    def decode(
        self,
        z: Array,
        meters: Sequence[Meter],
        *,
        temperature: float,
        rngs: Sequence[np.random.Generator],
    ) -> list[Codes]:
        """A window for each z, in its meter, by its own generator; temperature 0 is argmax."""
        found: dict[int, Codes] = {}
        for meter, rows in _by_meter(meters):
            noise = draw_noise(self.codec, [rngs[row] for row in rows], window_steps(meter))
            steps = self._decoder.start(np.asarray(z, np.float32)[rows], condition(meter))
            found.update(zip(rows, draw(steps, self.codec, noise, temperature), strict=True))
        return [found[row] for row in range(len(meters))]

    def extend(
        self, heard: Codes, meter: Meter, *, temperature: float, rng: np.random.Generator
    ) -> Codes:
        """The bar that follows the first bars of a window. `[T, ...]` -> `[meter.bar, ...]`.

        Raises:
            RequestError: the net decodes whole windows from z.
        """
        if self.latent:
            raise RequestError("This model decodes whole windows: it cannot go on after a bar.")
        known = condition(meter)[: len(heard) + meter.bar]
        steps = self._decoder.start(np.empty((1, 0), np.float32), known)
        noise = draw_noise(self.codec, [rng], meter.bar)
        bar: Codes = draw(steps, self.codec, noise, temperature, heard[None])[0]
        return bar

    def logits(self, z: Array, codes: Sequence[Codes], meters: Sequence[Meter]) -> list[Array]:
        """Teacher-forced: what each step is expected to be, after the true ones. `[T, C]` each."""
        found: dict[int, Array] = {}
        for meter, rows in _by_meter(meters):
            truth = np.stack([codes[row] for row in rows])
            steps = self._decoder.start(np.asarray(z, np.float32)[rows], condition(meter))
            logits = [steps(t, truth[:, t - 1] if t else None) for t in range(window_steps(meter))]
            found.update(zip(rows, np.stack(logits, axis=1), strict=True))
        return [found[row] for row in range(len(meters))]


def _by_meter(meters: Sequence[Meter]) -> Iterator[tuple[Meter, list[int]]]:
    """Rows of one meter, so many at most that what is held for them stays small."""
    for meter in dict.fromkeys(meters):
        rows = [row for row, other in enumerate(meters) if other == meter]
        for start in range(0, len(rows), SIDE_BY_SIDE):
            yield meter, rows[start : start + SIDE_BY_SIDE]
