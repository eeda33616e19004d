"""A net that plays: windows to `z`, `z` to windows, any number at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

import numpy as np

from ..arrays import FloatArray
from ..checkpoint import Checkpoint
from ..codecs import CODECS
from ..codecs.base import Codes, SoundingState
from ..codecs.conditioning import condition, width
from ..config import Kind
from ..constraints.step_rule import StepRule
from ..errors import CheckpointError, RequestError
from ..score.windows import window_steps
from ..theory.meter import Meter
from .constrained import ConstraintState, split_rules
from .constraint_cost import constraint_cost
from .decoders import Decoder, StepDecoder, Steps, decoder_of
from .encoders import Posterior, encoder_of
from .layers import Linear
from .sampling import expected_onsets, sample_noise, sample_steps, step_nll
from .threads import one_blas_thread
from .weights import (
    Weights,
)

BATCH_SIZE = 256
"""Windows that are computed in one product."""


class Net:
    """The forward passes of the net of a checkpoint.

    A window lasts `steps(meter)` steps. Windows of several meters may
    stand in one call; those of one meter are computed side by side.

    Attributes:
        codec: how it reads music.
        bars: of a window; see `position.window_bars`.
        latent: Z; 0 for a next-step net, which has no latent vector.

    Raises:
        CheckpointError: the weights are not those of the net that the config describes.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        net, weights = checkpoint.config.net, Weights(checkpoint.weights)
        if net.kind not in get_args(Kind) or net.codec not in CODECS:
            raise CheckpointError(
                f"This musicvae cannot play a net of kind {net.kind!r} with codec {net.codec!r}."
            )
        self.codec = CODECS[net.codec]
        self.bars = net.bars
        self.latent = 0 if net.kind in ("rnn", "lstm") else net.latent
        self._decoder: Decoder
        if not self.latent:
            self._decoder = StepDecoder(weights, self.codec, net, net.kind, width(net.bars))
            return
        self._encoder = encoder_of(weights.scope("encoder"), self.codec, net)
        self._decoder = decoder_of(weights.scope("decoder"), self.codec, net)
        self._is_point = net.kind == "autoencoder"
        codes = 1 if self._is_point else 2
        self._to_latent = Linear(
            weights.scope("to_latent"), self._encoder.width, codes * self.latent
        )

    def steps(self, meter: Meter) -> int:
        """Of a window in that meter."""
        return window_steps(meter, self.bars)

    @one_blas_thread()
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
            out = self._to_latent(self._encoder(x, self._condition(meter)))
            mu[rows] = out[:, : self.latent]
            if not self._is_point:
                log_var[rows] = out[:, self.latent :]
        return Posterior(mu, log_var)

    @one_blas_thread()
    def decode(
        self,
        z: FloatArray,
        meters: Sequence[Meter],
        *,
        temperature: float,
        rngs: Sequence[np.random.Generator],
        rules: Sequence[StepRule] | None = None,
    ) -> list[Codes]:
        """A window for each z, in its meter, by its own generator, under its rule if it has one.

        Temperature 0 is argmax.
        """
        found: dict[int, Codes] = {}
        for meter, rows in _by_meter(meters):
            kept = self._constraint_state(z, meter, rows, rules) if rules else None
            drawn = self._draw(z, meter, rows, temperature, rngs, kept)
            found.update(zip(rows, self._whole(drawn, len(rows)), strict=True))
        return [found[row] for row in range(len(meters))]

    @one_blas_thread()
    def decode_with_cost(
        self,
        z: FloatArray,
        meters: Sequence[Meter],
        *,
        temperature: float,
        rngs: Sequence[np.random.Generator],
        rules: Sequence[StepRule] | None = None,
    ) -> tuple[list[Codes], FloatArray]:
        """As `decode`, and the nats that its rule cost each window, `[N]`: what `cost` gives."""
        if not rules:
            free = self.decode(z, meters, temperature=temperature, rngs=rngs)
            return free, np.zeros(len(meters), np.float32)
        found: dict[int, Codes] = {}
        nats = np.zeros(len(meters), np.float32)
        for meter, rows in _by_meter(meters):
            kept = self._constraint_state(z, meter, rows, rules)
            kept.cost = np.zeros(len(kept.which))
            drawn = self._draw(z, meter, rows, temperature, rngs, kept)
            windows = self._whole(drawn, len(rows))
            found.update(zip(rows, windows, strict=True))
            nats[rows] = kept.cost.reshape(len(rows), -1).sum(axis=1)
            if not np.array_equal(self._split_segments(windows), drawn):
                # spelled otherwise than drawn, a segment would have heard itself otherwise
                of = [rules[row] for row in rows]
                nats[rows] = self.cost(z[rows], list(windows), [meter] * len(rows), of)
        return [found[row] for row in range(len(meters))], nats

    @one_blas_thread()
    def extend(
        self,
        heard: Codes,
        meter: Meter,
        *,
        temperature: float,
        rng: np.random.Generator,
        rules: Sequence[StepRule] | None = None,
    ) -> Codes:
        """The bar that follows the first bars of a window. `[T, ...]` -> `[meter.bar, ...]`.

        One rule is that of the bar.

        Raises:
            RequestError: the net decodes whole windows.
        """
        if self.latent:
            raise RequestError("This model decodes whole windows: it cannot go on after a bar.")
        known = self._condition(meter)[: len(heard) + meter.steps_per_bar]
        steps = self._decoder.start(np.empty((1, 0), np.float32), known)
        noise, first = (
            sample_noise(self.codec, [rng], meter.steps_per_bar),
            self.codec.initial_state(1, meter),
        )
        before, chain = heard[None], self._decoder.chain
        bar: Codes
        kept = ConstraintState(self.codec, rules, chain) if rules else None
        (bar,) = sample_steps(steps, self.codec, first, noise, temperature, before, chain, kept)
        return bar

    @one_blas_thread()
    def logits(
        self, z: FloatArray, codes: Sequence[Codes], meters: Sequence[Meter]
    ) -> list[FloatArray]:
        """Teacher-forced: what each step is expected to be, after the true ones. `[T, C]` each.

        In a chain, after what truly stands before it in its own step as well.
        """
        found: dict[int, FloatArray] = {}
        for meter, rows in _by_meter(meters):
            truth = self._split_segments(np.stack([codes[row] for row in rows]))
            steps = self._start(z, meter, rows)
            each = [steps(t, truth[:, t - 1] if t else None) for t in range(truth.shape[1])]
            logits = np.stack(each, axis=1).reshape(len(rows), self.steps(meter), -1)
            if self._decoder.chain is not None:
                logits += self.codec.one_hot(truth) @ self._decoder.chain
            found.update(zip(rows, logits, strict=True))
        return [found[row] for row in range(len(meters))]

    @one_blas_thread()
    def features(self, codes: Sequence[Codes], meters: Sequence[Meter]) -> list[FloatArray]:
        """Teacher-forced: what a next-step net's head reads at each step. `[T, H]` each."""
        if not isinstance(self._decoder, StepDecoder) or self.latent:
            raise RequestError("This model decodes whole windows: it is no next-step net.")
        found: dict[int, FloatArray] = {}
        for meter, rows in _by_meter(meters):
            truth = np.stack([codes[row] for row in rows])
            nothing = np.empty((len(rows), 0), np.float32)
            steps = self._decoder.hidden_steps(nothing, self._condition(meter))
            each = [steps(t, truth[:, t - 1] if t else None) for t in range(truth.shape[1])]
            found.update(zip(rows, np.stack(each, axis=1), strict=True))
        return [found[row] for row in range(len(meters))]

    def nll(
        self, z: FloatArray, codes: Sequence[Codes], meters: Sequence[Meter]
    ) -> list[FloatArray]:
        """Teacher-forced `-log p` of each step of windows. `[T]` each."""
        each = zip(self.logits(z, codes, meters), codes, strict=True)
        return [step_nll(self.codec, logits, window) for logits, window in each]

    @one_blas_thread()
    def cost(
        self,
        z: FloatArray,
        codes: Sequence[Codes],
        meters: Sequence[Meter],
        rules: Sequence[StepRule],
    ) -> FloatArray:
        """Nats that rules cost windows which were drawn under them; see `cost.price`. `[N]`"""
        nats = np.zeros(len(codes), np.float32)
        logits = self.logits(z, codes, meters)
        for meter, rows in _by_meter(meters):
            truth, said = (
                self._split_segments(np.stack([each[row] for row in rows]))
                for each in (codes, logits)
            )
            kept, first = (
                self._constraint_state(z, meter, rows, rules),
                self._initial_state(len(truth), meter),
            )
            each = constraint_cost(kept, said, truth, first)
            nats[rows] = each.reshape(len(rows), -1).sum(axis=1)
        return nats

    def _constraint_state(
        self, z: FloatArray, meter: Meter, rows: list[int], rules: Sequence[StepRule]
    ) -> ConstraintState:
        """For some windows' segments; a decoder of z knows what it would play without."""
        split = split_rules([rules[row] for row in rows], self._decoder.segments)
        kept = ConstraintState(self.codec, split, self._decoder.chain)
        if self.latent and kept.counted:
            steps, first = self._start(z, meter, rows), self._initial_state(len(split), meter)
            kept.foreseen_notes = expected_onsets(steps, kept, first)
        return kept

    def _draw(
        self,
        z: FloatArray,
        meter: Meter,
        rows: list[int],
        temperature: float,
        rngs: Sequence[np.random.Generator],
        kept: ConstraintState | None,
    ) -> Codes:
        """Segments of some windows of one meter. `[rows * segments, T / segments, ...]`"""
        noise = self._split_segments(
            sample_noise(self.codec, [rngs[row] for row in rows], self.steps(meter))
        )
        steps = self._start(z, meter, rows)
        first, chain = self._initial_state(len(noise), meter), self._decoder.chain
        return sample_steps(steps, self.codec, first, noise, temperature, None, chain, kept)

    def _whole(self, drawn: Codes, n: int) -> Codes:
        """Windows of their segments, in their one spelling; the inverse of `_apart`."""
        windows = drawn.reshape(n, -1, *drawn.shape[2:])
        if self._decoder.segments > 1:
            windows = np.stack([self.codec.canonicalize(window) for window in windows])
        return windows

    def _start(self, z: FloatArray, meter: Meter, rows: list[int]) -> Steps:
        return self._decoder.start(np.asarray(z, np.float32)[rows], self._condition(meter))

    def _initial_state(self, n: int, meter: Meter) -> SoundingState:
        """What sounds before the first step of each of `n` segments."""
        return (
            self.codec.unknown_state if self._decoder.segments > 1 else self.codec.initial_state
        )(n, meter)

    def _split_segments(self, windows: Codes) -> Codes:
        """Windows in segments. `[N, T, ...]` -> `[N * segments, T / segments, ...]`"""
        return windows.reshape(len(windows) * self._decoder.segments, -1, *windows.shape[2:])

    def _condition(self, meter: Meter) -> FloatArray:
        return condition(meter, self.bars)


def _by_meter(meters: Sequence[Meter]) -> Iterator[tuple[Meter, list[int]]]:
    """Rows of one meter, so many at most that what is held for them stays small."""
    for meter in dict.fromkeys(meters):
        rows = [row for row, other in enumerate(meters) if other == meter]
        for start in range(0, len(rows), BATCH_SIZE):
            yield meter, rows[start : start + BATCH_SIZE]
