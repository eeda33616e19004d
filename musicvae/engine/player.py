"""A checkpoint that plays: windows to `z`, `z` to windows, any number at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..checkpoint import Checkpoint, attributes_of, prior_of, scales_of
from ..errors import CheckpointError, RequestError
from ..music.codecs import CODECS, Codes
from ..music.coding import Sounding
from ..music.position import condition, width, window_steps
from ..music.rules import Rule
from ..music.units import Meter
from .cost import price
from .decoders import Decoder, StepDecoder, Steps, decoder_of
from .encoders import Posterior, encoder_of
from .layers import Linear
from .obedience import Obedience, apart
from .sampling import draw, draw_noise, foresee, frame_nats
from .weights import Array, Weights

SIDE_BY_SIDE = 256
"""Windows that are computed in one product."""

DRAWS = 8
"""So often at most a window is made up until it is no commonplace."""

WITH_LATENT = ("interpolate", "reconstruct", "encode", "decode")
VERBS = {
    "rnn": ("generate", "extend"),
    "lstm": ("generate", "extend"),
    "autoencoder": WITH_LATENT,  # without a prior there is nothing to generate from
    "vae": ("generate", "vary", *WITH_LATENT),
    "sequence-vae": ("generate", "vary", *WITH_LATENT),
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
        attributes: directions in z by name, `[Z]` each.
        scales: mean and SD over the training set of those that can be measured.

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
        self._checkpoint = checkpoint
        self.attributes, self.scales = attributes_of(checkpoint), scales_of(checkpoint)
        if any(direction.shape != (self.latent,) for direction in self.attributes.values()):
            raise CheckpointError(f"A direction of an attribute is {self.latent} numbers wide.")
        if self.prior:
            self.verbs = (*self.verbs, "extend")
        self._decoder: Decoder
        if not self.latent:
            self._decoder = StepDecoder(weights, self.codec, net, net.kind, width(net.bars))
            return
        self._encoder = encoder_of(weights.below("encoder"), self.codec, net)
        self._decoder = decoder_of(weights.below("decoder"), self.codec, net)
        self._is_point = net.kind == "autoencoder"
        codes = 1 if self._is_point else 2
        self._to_latent = Linear(
            weights.below("to_latent"), self._encoder.width, codes * self.latent
        )

    @property
    def digest(self) -> str:
        """Fingerprint of the net that a z goes through; see `Checkpoint.digest`."""
        return self._checkpoint.digest

    def sample_z(
        self,
        meters: Sequence[Meter],
        rngs: Sequence[np.random.Generator],
        temperature: float = 1.0,
        rules: Sequence[Rule] | None = None,
    ) -> Array:
        """A z for each meter, by its own generator: of N(0, I), or of the prior that was fitted.

        A fitted prior makes up a window, at the temperature and under the rules, and draws z
        from its posterior. Output `[N, Z]`.
        """
        z = np.zeros((len(rngs), self.latent), np.float32)
        spread = np.ones_like(z)
        if self.prior:
            made_up = self.make_up(meters, rngs, temperature, rules)
            z, log_var = self.encode(made_up, meters)
            spread = np.exp(log_var / 2)
        noise = [rng.standard_normal(self.latent) for rng in rngs]
        return z + spread * np.array(noise, np.float32).reshape(z.shape)

    def make_up(
        self,
        meters: Sequence[Meter],
        rngs: Sequence[np.random.Generator],
        temperature: float,
        rules: Sequence[Rule] | None = None,
    ) -> list[Codes]:
        """Windows of the prior; a commonplace is made up again, unless safety is asked for.

        Raises:
            RequestError: there is no prior that knows music.
        """
        if not self.prior:
            raise RequestError("This model has no prior that makes music up: musicvae fit-prior.")
        found: dict[int, Codes] = {}
        rows = list(range(len(meters)))
        for _ in range(DRAWS):
            here, mine = [meters[row] for row in rows], [rngs[row] for row in rows]
            nothing = np.empty((len(rows), 0), np.float32)
            kept = [rules[row] for row in rows] if rules else None
            drawn = self.prior.decode(nothing, here, temperature=temperature, rngs=mine, rules=kept)
            found.update(zip(rows, drawn, strict=True))
            if not self._floor or temperature < 1:
                break
            nats = self.prior.nats(nothing, drawn, here)
            rows = [row for row, each in zip(rows, nats, strict=True) if each.mean() < self._floor]
            if not rows:
                break
        return [found[row] for row in range(len(meters))]

    def after_z(self, temperature: float) -> float:
        """Temperature of the steps of a new phrase, once its z is drawn.

        Where a prior made the music up, chance has had its part: the rest would be errors.
        """
        return 0.0 if self.prior else temperature

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
        rules: Sequence[Rule] | None = None,
    ) -> list[Codes]:
        """A window for each z, in its meter, by its own generator, under its rule if it has one.

        Temperature 0 is argmax.
        """
        found: dict[int, Codes] = {}
        for meter, rows in _by_meter(meters):
            noise = self._apart(
                draw_noise(self.codec, [rngs[row] for row in rows], self.steps(meter))
            )
            steps = self._start(z, meter, rows)
            first, chain = self._before(len(noise), meter), self._decoder.chain
            kept = self._obedience(z, meter, rows, rules) if rules else None
            drawn = draw(steps, self.codec, first, noise, temperature, None, chain, kept)
            windows = drawn.reshape(len(rows), self.steps(meter), *drawn.shape[2:])
            if self._decoder.segments > 1:
                windows = np.stack([self.codec.spell(window) for window in windows])
            found.update(zip(rows, windows, strict=True))
        return [found[row] for row in range(len(meters))]

    def extend(
        self,
        heard: Codes,
        meter: Meter,
        *,
        temperature: float,
        rng: np.random.Generator,
        rules: Sequence[Rule] | None = None,
    ) -> Codes:
        """The bar that follows the first bars of a window. `[T, ...]` -> `[meter.bar, ...]`.

        A net that decodes whole windows leaves it to its prior. One rule is that of the bar.

        Raises:
            RequestError: it has none.
        """
        if self.prior:
            return self.prior.extend(heard, meter, temperature=temperature, rng=rng, rules=rules)
        if self.latent:
            raise RequestError("This model decodes whole windows: it cannot go on after a bar.")
        known = self._known(meter)[: len(heard) + meter.bar]
        steps = self._decoder.start(np.empty((1, 0), np.float32), known)
        noise, first = draw_noise(self.codec, [rng], meter.bar), self.codec.silence(1, meter)
        before, chain = heard[None], self._decoder.chain
        bar: Codes
        kept = Obedience(self.codec, rules, chain) if rules else None
        (bar,) = draw(steps, self.codec, first, noise, temperature, before, chain, kept)
        return bar

    def logits(self, z: Array, codes: Sequence[Codes], meters: Sequence[Meter]) -> list[Array]:
        """Teacher-forced: what each step is expected to be, after the true ones. `[T, C]` each.

        In a chain, after what truly stands before it in its own step as well.
        """
        found: dict[int, Array] = {}
        for meter, rows in _by_meter(meters):
            truth = self._apart(np.stack([codes[row] for row in rows]))
            steps = self._start(z, meter, rows)
            each = [steps(t, truth[:, t - 1] if t else None) for t in range(truth.shape[1])]
            logits = np.stack(each, axis=1).reshape(len(rows), self.steps(meter), -1)
            if self._decoder.chain is not None:
                logits += self.codec.one_hot(truth) @ self._decoder.chain
            found.update(zip(rows, logits, strict=True))
        return [found[row] for row in range(len(meters))]

    def nats(self, z: Array, codes: Sequence[Codes], meters: Sequence[Meter]) -> list[Array]:
        """Teacher-forced `-log p` of each step of windows. `[T]` each."""
        each = zip(self.logits(z, codes, meters), codes, strict=True)
        return [frame_nats(self.codec, logits, window) for logits, window in each]

    def cost(
        self, z: Array, codes: Sequence[Codes], meters: Sequence[Meter], rules: Sequence[Rule]
    ) -> Array:
        """Nats that rules cost windows which were drawn under them; see `cost.price`. `[N]`"""
        nats = np.zeros(len(codes), np.float32)
        logits = self.logits(z, codes, meters)
        for meter, rows in _by_meter(meters):
            truth, said = (
                self._apart(np.stack([each[row] for row in rows])) for each in (codes, logits)
            )
            kept, first = self._obedience(z, meter, rows, rules), self._before(len(truth), meter)
            each = price(kept, said, truth, first)
            nats[rows] = each.reshape(len(rows), -1).sum(axis=1)
        return nats

    def _obedience(
        self, z: Array, meter: Meter, rows: list[int], rules: Sequence[Rule]
    ) -> Obedience:
        """For some windows' segments; a decoder of z knows what it would play without."""
        split = apart([rules[row] for row in rows], self._decoder.segments)
        kept = Obedience(self.codec, split, self._decoder.chain)
        if self.latent and kept.counted:
            steps, first = self._start(z, meter, rows), self._before(len(split), meter)
            kept.foreseen = foresee(steps, kept, first)
        return kept

    def _start(self, z: Array, meter: Meter, rows: list[int]) -> Steps:
        return self._decoder.start(np.asarray(z, np.float32)[rows], self._known(meter))

    def _before(self, n: int, meter: Meter) -> Sounding:
        """What sounds before the first step of each of `n` segments."""
        return (self.codec.unknown if self._decoder.segments > 1 else self.codec.silence)(n, meter)

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
