"""A net in numpy: windows -> `z` and `z` -> windows, any number at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import BoolArray, FloatArray
from ..codecs.base import Codec, Codes, head_slices
from ..constraints.step_rule import StepRule
from ..errors import RequestError
from ..theory.meter import Meter
from .batching import by_meter, in_order, stack_rows
from .constrained import ConstraintState, split_rules
from .constraint_cost import constraint_cost
from .forward import ForwardNet
from .layers import bulk_products
from .particles import Particles, sample_particles
from .sampling import Narrow, expected_onsets, sample_noise, sample_steps
from .step_decoder import RunningSteps
from .threads import one_blas_thread


class Net(ForwardNet):
    """The net of a checkpoint, which also samples windows: freely, or under constraints."""

    @one_blas_thread()
    def decode(
        self,
        z: FloatArray,
        meters: Sequence[Meter],
        *,
        temperature: float,
        rngs: Sequence[np.random.Generator],
        rules: Sequence[StepRule] | None = None,
        narrow: Narrow | None = None,
    ) -> list[Codes]:
        """Decode a window from each z, in its meter, with its own generator and its own rule.

        Temperature 0 takes the most probable steps. `narrow` is for windows of one meter.
        """
        windows: dict[int, Codes] = {}
        for meter, rows in by_meter(meters):
            state = self._constraint_state(z, meter, rows, rules) if rules else None
            segments = self._sample(z, meter, rows, temperature, rngs, state, narrow)
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
            sampled = segments.reshape(joined.shape)
            for row, window, drawn in zip(rows, joined, sampled, strict=True):
                if not np.array_equal(window, drawn):
                    # the canonical steps differ from the sampled ones, and so do their logits
                    nats[row] = self.cost(z[row : row + 1], [window], [meter], [rules[row]])[0]
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
        narrow: Narrow | None = None,
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
        self._check_next_step()
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
            narrow=narrow,
        )
        return bar

    @one_blas_thread()
    def sample_particles(
        self,
        context: Codes,
        meter: Meter,
        rule: StepRule,
        *,
        particles: int,
        temperature: float,
        rng: np.random.Generator,
        goes_on: bool = False,
        guide: FloatArray | None = None,
        tilt: FloatArray | None = None,
        narrow: Narrow | None = None,
    ) -> Particles:
        """Sample the bars that follow the first bars of a window.

        Args:
            rule: of the new bars.
            goes_on: True if something may sound before the window.
            guide, tilt, narrow: see `particles.sample_particles`.

        Shape:
            - context: `[S, ...]`

        Raises:
            RequestError: the net decodes whole windows.
        """
        self._check_next_step()
        steps = len(rule.allowed)
        running = self._decoder.start(
            np.empty((1, 0), np.float32), *self._known(meter, len(context) + steps)
        )
        assert isinstance(running, RunningSteps)
        with bulk_products():  # there are always as many rows
            return sample_particles(
                running,
                self.codec,
                (self.codec.unknown_state if goes_on else self.codec.initial_state)(1, meter),
                context,
                sample_noise(self.codec, [rng] * particles, steps, _free(self.codec, rule)),
                temperature,
                ConstraintState(self.codec, [rule] * particles, self._decoder.chain),
                rng,
                top_p=self._decoder.top_p,
                guide=guide,
                tilt=tilt,
                narrow=narrow,
            )

    def _check_next_step(self) -> None:
        if self.latent:
            raise RequestError("This model decodes whole windows: it cannot go on after a bar.")

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
        narrow: Narrow | None = None,
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
            narrow=narrow,
        )

    def _join_segments(self, segments: Codes, n: int) -> Codes:
        """The `n` windows that segments belong to, in canonical form; undoes `_split_segments`."""
        windows = segments.reshape(n, -1, *segments.shape[2:])
        if self._decoder.segments > 1:
            windows = np.stack([self.codec.canonicalize(window) for window in windows])
        return windows


def _free(codec: Codec, rule: StepRule) -> BoolArray:
    """Channels of the heads that have a choice at some step. `[C]`"""
    free = np.ones(codec.channels, bool)
    for head in head_slices(codec):
        free[head] = (rule.allowed[:, head].sum(axis=1) != 1).any()
    return free
