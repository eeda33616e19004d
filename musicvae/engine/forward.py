"""What a net computes from given windows: their posterior, and how likely each step is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np

from ..arguments import quote
from ..arrays import FloatArray
from ..checkpoint import Checkpoint
from ..codecs import CODECS
from ..codecs.base import Codes, SoundingState
from ..codecs.conditioning import condition_features, lag_steps
from ..config import Kind
from ..errors import CheckpointError, RequestError
from ..score.windows import window_steps
from ..theory.meter import Meter
from .batching import by_meter, in_order, stack_rows
from .decoders import Decoder, build_decoder, teacher_forced
from .encoders import Posterior, build_encoder, finite_posterior
from .layers import Linear
from .sampling import step_nll
from .step_decoder import StepDecoder, Steps
from .threads import one_blas_thread
from .weights import Weights


class ForwardNet:
    """The net of a checkpoint, applied to given windows.

    A window lasts `steps(meter)` steps. One call may mix windows of several meters; those of
    one meter are computed side by side.

    Attributes:
        codec: encodes phrases as steps.
        bars: bars of a window; see `score.windows.window_bars`.
        latent: Z; 0 for a next-step net, which has no latent vector.

    Raises:
        CheckpointError: the weights are not those of the net that the config describes.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        net, weights = checkpoint.config.net, Weights(checkpoint.weights)
        if net.kind not in get_args(Kind) or net.codec not in CODECS:
            raise CheckpointError(
                f"This version of musicvae has no net of kind {net.kind!r} with codec "
                f"{quote(net.codec)}."
            )
        self.codec = CODECS[net.codec]
        self.bars = net.bars
        self.latent = 0 if net.kind in ("rnn", "lstm") else net.latent
        self._decoder: Decoder
        if not self.latent:
            self._decoder = StepDecoder(weights, self.codec, net, net.kind)
            return
        self._encoder = build_encoder(weights.scope("encoder"), self.codec, net)
        self._decoder = build_decoder(weights.scope("decoder"), self.codec, net)
        self._is_point = net.kind == "autoencoder"
        self._part = self.latent // net.segments  # width of the z of one segment
        outputs = self._part if self._is_point else 2 * self._part  # mu, then log_var
        self._to_latent = Linear(weights.scope("to_latent"), self._encoder.width, outputs)

    def steps(self, meter: Meter) -> int:
        """Steps of a window in that meter."""
        return window_steps(meter, self.bars)

    @one_blas_thread()
    def encode(self, codes: Sequence[Codes], meters: Sequence[Meter]) -> Posterior:
        """Posterior of whole windows, `[N, Z]` each.

        Raises:
            RequestError: a next-step net has no encoder.
        """
        if not self.latent:
            raise RequestError("This model predicts the next step: it cannot encode.")
        mu = np.empty((len(codes), self.latent), dtype=np.float32)
        log_var = np.full_like(mu, -np.inf)
        for meter, rows in by_meter(meters):
            x = self.codec.one_hot(stack_rows(codes, rows))
            out = self._to_latent(self._encoder(x, self._known(meter)[0]))
            mu[rows] = out[..., : self._part].reshape(len(rows), -1)
            if not self._is_point:
                log_var[rows] = out[..., self._part :].reshape(len(rows), -1)
        return finite_posterior(mu, log_var)

    @one_blas_thread()
    def logits(
        self, z: FloatArray, codes: Sequence[Codes], meters: Sequence[Meter]
    ) -> list[FloatArray]:
        """Teacher-forced logits of each step, given the true steps before it. `[T, C]` each.

        In a chain, also given the true channels before it in the same step.
        """
        by_row: dict[int, FloatArray] = {}
        for meter, rows in by_meter(meters):
            truth = self._split_segments(stack_rows(codes, rows))
            logits = teacher_forced(self._start(z, meter, rows), truth)
            logits = logits.reshape(len(rows), self.steps(meter), -1)
            if self._decoder.chain is not None:
                logits += self.codec.one_hot(truth) @ self._decoder.chain
            by_row.update(zip(rows, logits, strict=True))
        return in_order(by_row)

    @one_blas_thread()
    def features(self, codes: Sequence[Codes], meters: Sequence[Meter]) -> list[FloatArray]:
        """Teacher-forced hidden states that the head of a next-step net reads. `[T, H]` each.

        Raises:
            RequestError: the net decodes whole windows.
        """
        if not isinstance(self._decoder, StepDecoder) or self.latent:
            raise RequestError("This model decodes whole windows: it is no next-step net.")
        by_row: dict[int, FloatArray] = {}
        for meter, rows in by_meter(meters):
            no_z = np.empty((len(rows), 0), np.float32)
            steps = self._decoder.start(no_z, *self._known(meter)).hidden
            hidden = teacher_forced(steps, stack_rows(codes, rows))
            by_row.update(zip(rows, hidden, strict=True))
        return in_order(by_row)

    def nll(
        self, z: FloatArray, codes: Sequence[Codes], meters: Sequence[Meter]
    ) -> list[FloatArray]:
        """Teacher-forced `-log p` of each step of windows. `[T]` each."""
        pairs = zip(self.logits(z, codes, meters), codes, strict=True)
        return [step_nll(self.codec, logits, window) for logits, window in pairs]

    def _start(self, z: FloatArray, meter: Meter, rows: list[int]) -> Steps:
        return self._decoder.start(np.asarray(z, np.float32)[rows], *self._known(meter))

    def _initial_state(self, n: int, meter: Meter) -> SoundingState:
        """What sounds before the first step of each of `n` segments."""
        if self._decoder.segments > 1:
            return self.codec.unknown_state(n, meter)
        return self.codec.initial_state(n, meter)

    def _split_segments(self, windows: Codes) -> Codes:
        """`[N, T, ...]` -> `[N * segments, T / segments, ...]`"""
        return windows.reshape(len(windows) * self._decoder.segments, -1, *windows.shape[2:])

    def _known(self, meter: Meter, steps: int | None = None) -> tuple[FloatArray, list[int]]:
        """The condition of the first steps of a window, `[T, K]`, and the lags in steps."""
        return condition_features(meter, self.bars)[:steps], lag_steps(meter, self.bars)
