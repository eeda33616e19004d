"""Particles: steps that are drawn around given ones, so that these stay likely.

A next-step net draws from left to right and knows nothing of what is given later. So many
sequences are drawn side by side, the particles; each has a weight, how much likelier its steps are
under the net than under the rule that forced some of them. At each bar line those of little
weight give way to copies of others: the bootstrap filter of Gordon, Salmond and Smith, Novel
approach to nonlinear/non-Gaussian Bayesian state estimation, IEE Proceedings F 140, 1993.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..arrays import DoubleArray, FloatArray, IntArray
from ..codecs.base import Codec, Codes, SoundingState
from ..progress import check_watch
from .constrained import ConstraintState
from .constraint_cost import log_prob, log_prob_ruled
from .lookback import CodesProjection
from .sampling import Narrow, Nucleus, choose_step, narrowed, read_context
from .step_decoder import RunningSteps

LEAST_SHARE = 0.5
"""Particles are drawn anew when their effective number is less than this share of them."""


class Particles(NamedTuple):
    """P sequences.

    Shape:
        - codes: `[P, T, ...]`
        - log_weights: up to a constant, `[P]`
        - nats: `-log p` of the steps under the net, less their tilt, `[P]`
    """

    codes: Codes
    log_weights: DoubleArray
    nats: DoubleArray


def sample_particles(
    steps: RunningSteps,
    codec: Codec,
    sounding: SoundingState,
    context: Codes,
    noise: FloatArray,
    temperature: float,
    state: ConstraintState,
    rng: np.random.Generator,
    *,
    top_p: float = 1.0,
    guide: FloatArray | None = None,
    tilt: FloatArray | None = None,
    narrow: Narrow | None = None,
) -> Particles:
    """Draw particles that follow a context, under one rule for all.

    Args:
        steps, sounding: of one sequence, before the context.
        noise: from `sample_noise`.
        state: of the rule, a row for each particle.
        rng: draws which particles go on.
        guide: added to the logits of each step, so that the draws know something of what comes;
            the weights take it back.
        tilt: log-weights of what is wanted: the particles follow the net times their exponential.
        top_p, narrow: as for `sample_steps`, but what a narrowed choice leaves out counts here.

    Shape:
        - context: `[S, ...]` codes
        - noise: `[P, T, C]`
        - guide, tilt: `[T, C]`
    """
    previous: Codes | None = None
    if len(context):
        previous, sounding = read_context(steps, codec, sounding, context[None])
    chain = None if state.chain is None else CodesProjection(codec, state.chain)
    rows = np.zeros(len(noise), np.int64)
    sampled: list[Codes] = []
    log_weights, nats = np.zeros((2, len(noise)))
    for t in range(noise.shape[1]):
        check_watch()
        if t % state.steps_per_bar == 0:
            if t:
                rows = _resample(log_weights, rng)
                nats, sampled = nats[rows], [step[rows] for step in sampled]
                state.take(rows)
            steps.take(rows)
            sounding = codec.take(sounding, rows)
            previous = None if previous is None else previous[rows]
        logits, allowed = steps(len(context) + t, previous), codec.allowed(sounding)
        bias, mask = state.bias_and_mask(t, logits, allowed)
        for added in (guide, tilt):
            if added is not None:
                bias = bias + added[t]
        mask = narrowed(codec, mask, narrow(t, sampled) if narrow else None)
        biased = logits + bias
        nucleus = Nucleus(+biased, temperature, top_p) if top_p < 1 and temperature > 0 else None
        scores = biased + np.float32(temperature) * noise[:, t]
        step = choose_step(codec, scores, mask, state.chain, state, nucleus)
        previous, sounding = codec.advance(sounding, step)
        truth = codec.one_hot(previous)
        chained = logits if chain is None else logits + chain(previous[:, None])
        log_p = log_prob(codec, chained, allowed, truth)
        log_weights -= log_prob_ruled(state, chained + bias, mask, truth) - log_p
        nats = nats - log_p
        if tilt is not None:
            wanted = truth @ tilt[t]
            log_weights, nats = log_weights + wanted, nats - wanted
        state.update(previous)
        sampled.append(previous)
    return Particles(np.stack(sampled, axis=1), log_weights, nats)


def _resample(log_weights: DoubleArray, rng: np.random.Generator) -> IntArray:
    """The rows to go on with, `[P]`; if they are drawn anew, the weights become equal, in place.

    Systematic resampling: Kitagawa, Monte Carlo Filter and Smoother, 1996, appendix.
    """
    particles = len(log_weights)
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    if 1 / np.square(weights).sum() >= LEAST_SHARE * particles:
        return np.arange(particles)
    log_weights[:] = 0.0
    points = (rng.random() + np.arange(particles)) / particles
    return np.minimum(np.searchsorted(np.cumsum(weights), points), particles - 1)
