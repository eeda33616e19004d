"""A net in numpy: windows -> `z` and `z` -> windows, any number at once."""

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
from ..constraints.step_rule import StepRule
from ..errors import CheckpointError, RequestError
from ..score.windows import window_steps
from ..theory.meter import Meter
from .batching import by_meter, in_order, stack_rows
from .constrained import ConstraintState, split_rules
from .constraint_cost import constraint_cost
from .decoders import Decoder, StepDecoder, Steps, build_decoder, teacher_forced
from .encoders import Posterior, build_encoder, finite_posterior
from .layers import Linear
from .sampling import expected_onsets, sample_noise, sample_steps, step_nll
from .threads import one_blas_thread
from .weights import Weights


class Net:
    """The forward passes of the net of a checkpoint.

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
    def decode(
        self,
        z: FloatArray,
        meters: Sequence[Meter],
        *,
        temperature: float,
        rngs: Sequence[np.random.Generator],
        rules: Sequence[StepRule] | None = None,
    ) -> list[Codes]:
        """Decode a window from each z, in its meter, with its own generator and its own rule.

        Temperature 0 takes the most probable steps.
        """
        windows: dict[int, Codes] = {}
        for meter, rows in by_meter(meters):
            state = self._constraint_state(z, meter, rows, rules) if rules else None
            segments = self._sample(z, meter, rows, temperature, rngs, state)
            windows.update(zip(rows, self._join_segments(segments, len(rows)), strict=True))
        return in_order(windows)

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
        """As `decode`, and what the rule cost each window in nats, `[N]`: the result of `cost`."""
        nats = np.zeros(len(meters), np.float32)
        if not rules:
            return self.decode(z, meters, temperature=temperature, rngs=rngs), nats
        windows: dict[int, Codes] = {}
        for meter, rows in by_meter(meters):
            state = self._constraint_state(z, meter, rows, rules)
            state.cost = np.zeros(len(state.rule_of_row))
            segments = self._sample(z, meter, rows, temperature, rngs, state)
            joined = self._join_segments(segments, len(rows))
            windows.update(zip(rows, joined, strict=True))
            nats[rows] = state.cost.reshape(len(rows), -1).sum(axis=1)
            if not np.array_equal(self._split_segments(joined), segments):
                # the canonical steps differ from the sampled ones, and so do their logits
                row_rules = [rules[row] for row in rows]
                nats[rows] = self.cost(z[rows], list(joined), [meter] * len(rows), row_rules)
        return in_order(windows), nats

    @one_blas_thread()
    def extend(
        self,
        context: Codes,
        meter: Meter,
        *,
        temperature: float,
        rng: np.random.Generator,
        rules: Sequence[StepRule] | None = None,
    ) -> Codes:
        """Sample the bar that follows the first bars of a window.

        Args:
            rules: one rule, for the new bar.

        Shape:
            - context: `[T, ...]`
            - Output: `[meter.steps_per_bar, ...]`

        Raises:
            RequestError: the net decodes whole windows.
        """
        if self.latent:
            raise RequestError("This model decodes whole windows: it cannot go on after a bar.")
        known = self._known(meter, len(context) + meter.steps_per_bar)
        state = ConstraintState(self.codec, rules, self._decoder.chain) if rules else None
        bar: Codes
        (bar,) = sample_steps(
            self._decoder.start(np.empty((1, 0), np.float32), *known),
            self.codec,
            self.codec.initial_state(1, meter),
            sample_noise(self.codec, [rng], meter.steps_per_bar),
            temperature,
            context=context[None],
            chain=self._decoder.chain,
            constraints=state,
            top_p=self._decoder.top_p,
        )
        return bar

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
            steps = self._decoder.hidden_steps(no_z, *self._known(meter))
            hidden = teacher_forced(steps, stack_rows(codes, rows))
            by_row.update(zip(rows, hidden, strict=True))
        return in_order(by_row)

    def nll(
        self, z: FloatArray, codes: Sequence[Codes], meters: Sequence[Meter]
    ) -> list[FloatArray]:
        """Teacher-forced `-log p` of each step of windows. `[T]` each."""
        pairs = zip(self.logits(z, codes, meters), codes, strict=True)
        return [step_nll(self.codec, logits, window) for logits, window in pairs]

    @one_blas_thread()
    def cost(
        self,
        z: FloatArray,
        codes: Sequence[Codes],
        meters: Sequence[Meter],
        rules: Sequence[StepRule],
    ) -> FloatArray:
        """What the rules cost windows that were drawn under them, in nats. `[N]`

        See `constraint_cost.step_cost`.
        """
        nats = np.zeros(len(codes), np.float32)
        logits = self.logits(z, codes, meters)
        for meter, rows in by_meter(meters):
            truth = self._split_segments(stack_rows(codes, rows))
            row_logits = self._split_segments(stack_rows(logits, rows))
            state = self._constraint_state(z, meter, rows, rules)
            sounding = self._initial_state(len(truth), meter)
            segment_nats = constraint_cost(state, row_logits, truth, sounding)
            nats[rows] = segment_nats.reshape(len(rows), -1).sum(axis=1)
        return nats

    def _constraint_state(
        self, z: FloatArray, meter: Meter, rows: list[int], rules: Sequence[StepRule]
    ) -> ConstraintState:
        """State of the segments of some windows, with the notes that z foresees."""
        split = split_rules([rules[row] for row in rows], self._decoder.segments)
        state = ConstraintState(self.codec, split, self._decoder.chain)
        if self.latent and state.counted:
            sounding = self._initial_state(len(split), meter)
            state.foreseen_notes = expected_onsets(self._start(z, meter, rows), state, sounding)
        return state

    def _sample(
        self,
        z: FloatArray,
        meter: Meter,
        rows: list[int],
        temperature: float,
        rngs: Sequence[np.random.Generator],
        state: ConstraintState | None,
    ) -> Codes:
        """Sample the segments of windows of one meter. `[rows * segments, T / segments, ...]`"""
        noise = sample_noise(self.codec, [rngs[row] for row in rows], self.steps(meter))
        noise = self._split_segments(noise)
        return sample_steps(
            self._start(z, meter, rows),
            self.codec,
            self._initial_state(len(noise), meter),
            noise,
            temperature,
            chain=self._decoder.chain,
            constraints=state,
            top_p=self._decoder.top_p,
        )

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

    def _join_segments(self, segments: Codes, n: int) -> Codes:
        """The `n` windows that segments belong to, in canonical form; undoes `_split_segments`."""
        windows = segments.reshape(n, -1, *segments.shape[2:])
        if self._decoder.segments > 1:
            windows = np.stack([self.codec.canonicalize(window) for window in windows])
        return windows

    def _known(self, meter: Meter, steps: int | None = None) -> tuple[FloatArray, list[int]]:
        """The condition of the first steps of a window, `[T, K]`, and the lags in steps."""
        return condition_features(meter, self.bars)[:steps], lag_steps(meter, self.bars)
