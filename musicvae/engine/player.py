"""A checkpoint that plays: windows to `z`, `z` to windows, any number at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..checkpoint import Checkpoint, prior_of
from ..config import SEGMENT_NOTES, NetConfig
from ..errors import CheckpointError, RequestError
from ..music.codecs import CODECS, Codec, Codes
from ..music.position import condition, max_steps, width, window_steps
from ..music.units import Meter
from .decoders import (
    AutoregressiveDecoder,
    Decoder,
    DenseDecoder,
    HierarchicalDecoder,
    PlainDecoder,
    StepDecoder,
)
from .encoders import DenseEncoder, Encoder, HierarchicalEncoder, Posterior, SequenceEncoder
from .layers import Linear
from .sampling import draw, draw_noise, frame_nats
from .weights import Array, Weights

SIDE_BY_SIDE = 256
"""Windows that are computed in one product."""

DRAWS = 8
"""So often at most a window is made up until it is no commonplace."""

DENSE = ("autoencoder", "vae")
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

    A window lasts `steps(meter)` steps. Windows of several meters may
    stand in one call; those of one meter are computed side by side.

    Attributes:
        codec: how it reads music.
        bars: of a window; see `position.window_bars`.
        latent: Z; 0 for a next-step net, which has no latent vector.
        verbs: what it can be asked to play.
        prior: the next-step net that makes music up; None where z is of N(0, I).

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
        self.bars = net.bars
        self.verbs = VERBS[net.kind]
        self.latent = 0 if net.kind in ("rnn", "lstm") else net.latent
        prior = prior_of(checkpoint)
        self.prior = Player(prior) if prior else None
        self._floor = net.prior_floor
        if self.prior:
            self.verbs = (*self.verbs, "extend")
        self._decoder: Decoder
        if not self.latent:
            self._decoder = StepDecoder(weights, self.codec, net, net.kind, width(net.bars))
            return
        self._encoder = _encoder(weights.below("encoder"), self.codec, net)
        self._decoder = _decoder(weights.below("decoder"), self.codec, net)
        self._is_point = net.kind == "autoencoder"
        codes = 1 if self._is_point else 2
        self._to_latent = Linear(
            weights.below("to_latent"), self._encoder.width, codes * self.latent
        )

    def sample_z(
        self,
        meters: Sequence[Meter],
        rngs: Sequence[np.random.Generator],
        temperature: float = 1.0,
    ) -> Array:
        """A z for each meter, by its own generator: of N(0, I), or of the prior that was fitted.

        A fitted prior makes up a window, at the temperature, and draws z from its posterior.
        Output `[N, Z]`.
        """
        z = np.zeros((len(rngs), self.latent), np.float32)
        spread = np.ones_like(z)
        if self.prior:
            made_up = self._make_up(self.prior, meters, rngs, temperature)
            z, log_var = self.encode(made_up, meters)
            spread = np.exp(log_var / 2)
        noise = [rng.standard_normal(self.latent) for rng in rngs]
        return z + spread * np.array(noise, np.float32).reshape(z.shape)

    def _make_up(
        self,
        prior: Player,
        meters: Sequence[Meter],
        rngs: Sequence[np.random.Generator],
        temperature: float,
    ) -> list[Codes]:
        """Windows of the prior; a commonplace is made up again, unless safety is asked for."""
        found: dict[int, Codes] = {}
        rows = list(range(len(meters)))
        for _ in range(DRAWS):
            here, mine = [meters[row] for row in rows], [rngs[row] for row in rows]
            nothing = np.empty((len(rows), 0), np.float32)
            drawn = prior.decode(nothing, here, temperature=temperature, rngs=mine)
            found.update(zip(rows, drawn, strict=True))
            if not self._floor or temperature < 1:
                break
            nats = prior.nats(nothing, drawn, here)
            rows = [row for row, each in zip(rows, nats, strict=True) if each.mean() < self._floor]
            if not rows:
                break
        return [found[row] for row in range(len(meters))]

    def steps(self, meter: Meter) -> int:
        """Of a window in that meter."""
        return window_steps(meter, self.bars)

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
            out = self._to_latent(self._encoder(x, self._known(meter)))
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
            noise = self._apart(
                draw_noise(self.codec, [rngs[row] for row in rows], self.steps(meter))
            )
            steps = self._decoder.start(np.asarray(z, np.float32)[rows], self._known(meter))
            before = self.codec.unknown if self._decoder.segments > 1 else self.codec.silence
            first, chain = before(len(noise), meter), self._decoder.chain
            drawn = draw(steps, self.codec, first, noise, temperature, chain=chain)
            windows = drawn.reshape(len(rows), self.steps(meter), *drawn.shape[2:])
            if self._decoder.segments > 1:
                windows = np.stack([self.codec.spell(window) for window in windows])
            found.update(zip(rows, windows, strict=True))
        return [found[row] for row in range(len(meters))]

    def extend(
        self, heard: Codes, meter: Meter, *, temperature: float, rng: np.random.Generator
    ) -> Codes:
        """The bar that follows the first bars of a window. `[T, ...]` -> `[meter.bar, ...]`.

        A net that decodes whole windows leaves it to its prior.

        Raises:
            RequestError: it has none.
        """
        if self.prior:
            return self.prior.extend(heard, meter, temperature=temperature, rng=rng)
        if self.latent:
            raise RequestError("This model decodes whole windows: it cannot go on after a bar.")
        known = self._known(meter)[: len(heard) + meter.bar]
        steps = self._decoder.start(np.empty((1, 0), np.float32), known)
        noise = draw_noise(self.codec, [rng], meter.bar)
        bar: Codes = draw(
            steps,
            self.codec,
            self.codec.silence(1, meter),
            noise,
            temperature,
            heard[None],
            self._decoder.chain,
        )[0]
        return bar

    def logits(self, z: Array, codes: Sequence[Codes], meters: Sequence[Meter]) -> list[Array]:
        """Teacher-forced: what each step is expected to be, after the true ones. `[T, C]` each.

        In a chain, after what truly stands before it in its own step as well.
        """
        found: dict[int, Array] = {}
        for meter, rows in _by_meter(meters):
            truth = self._apart(np.stack([codes[row] for row in rows]))
            steps = self._decoder.start(np.asarray(z, np.float32)[rows], self._known(meter))
            each = [steps(t, truth[:, t - 1] if t else None) for t in range(truth.shape[1])]
            logits = np.stack(each, axis=1).reshape(len(rows), self.steps(meter), -1)
            if self._decoder.chain is not None:
                logits += self.codec.one_hot(truth) @ self._decoder.chain
            found.update(zip(rows, logits, strict=True))
        return [found[row] for row in range(len(meters))]

    def features(self, codes: Sequence[Codes], meters: Sequence[Meter]) -> list[Array]:
        """Teacher-forced: what a next-step net's head reads at each step. `[T, H]` each."""
        if not isinstance(self._decoder, StepDecoder) or self.latent:
            raise RequestError("This model decodes whole windows: it is no next-step net.")
        found: dict[int, Array] = {}
        for meter, rows in _by_meter(meters):
            truth = np.stack([codes[row] for row in rows])
            nothing = np.empty((len(rows), 0), np.float32)
            steps = self._decoder.below_the_head(nothing, self._known(meter))
            each = [steps(t, truth[:, t - 1] if t else None) for t in range(truth.shape[1])]
            found.update(zip(rows, np.stack(each, axis=1), strict=True))
        return [found[row] for row in range(len(meters))]

    def nats(self, z: Array, codes: Sequence[Codes], meters: Sequence[Meter]) -> list[Array]:
        """Teacher-forced `-log p` of each step of windows. `[T]` each."""
        each = zip(self.logits(z, codes, meters), codes, strict=True)
        return [frame_nats(self.codec, logits, window) for logits, window in each]

    def _apart(self, windows: Codes) -> Codes:
        """Windows in segments. `[N, T, ...]` -> `[N * segments, T / segments, ...]`"""
        return windows.reshape(len(windows) * self._decoder.segments, -1, *windows.shape[2:])

    def _known(self, meter: Meter) -> Array:
        return condition(meter, self.bars)


def _by_meter(meters: Sequence[Meter]) -> Iterator[tuple[Meter, list[int]]]:
    """Rows of one meter, so many at most that what is held for them stays small."""
    for meter in dict.fromkeys(meters):
        rows = [row for row, other in enumerate(meters) if other == meter]
        for start in range(0, len(rows), SIDE_BY_SIDE):
            yield meter, rows[start : start + SIDE_BY_SIDE]


def _encoder(weights: Weights, codec: Codec, net: NetConfig) -> Encoder:
    if net.kind in DENSE:
        return DenseEncoder(weights, codec.channels, net)
    seen, steps = codec.channels + width(net.bars), max_steps(net.bars)
    if not net.conductor:
        return SequenceEncoder(weights, seen, net.encoder, notes=net.notes, steps=steps)
    below = SequenceEncoder(
        weights.below("steps"), seen, net.encoder, notes=net.notes, steps=steps // net.bars
    )
    note = SEGMENT_NOTES * net.notes
    return HierarchicalEncoder(weights, below, net.bars, hidden=net.conductor, notes=note)


def _decoder(weights: Weights, codec: Codec, net: NetConfig) -> Decoder:
    if net.kind in DENSE:
        return DenseDecoder(weights, codec, net)
    if net.decoder == "plain":
        return PlainDecoder(weights, codec, net)
    if net.conductor:
        return HierarchicalDecoder(weights, codec, net)
    steps = max_steps(net.bars)
    return AutoregressiveDecoder(weights, codec, net, latent=net.latent, steps=steps)
