"""Particles: steps that are drawn around given ones, so that these stay likely.

A next-step net draws from left to right and knows nothing of what is given later. So many
sequences are drawn side by side, the particles; each has a weight, how much likelier its steps are
under the net than under the rule that forced some of them. At each bar line those of little
weight give way to copies of others: the bootstrap filter of Gordon, Salmond and Smith, Novel
approach to nonlinear/non-Gaussian Bayesian state estimation, IEE Proceedings F 140, 1993.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..arrays import DoubleArray, FloatArray, IntArray
from ..codecs.base import Codec, Codes, SoundingState
from .constrained import ConstraintState
from .constraint_cost import log_prob, step_cost
from .layers import row_product
from .sampling import Narrow, Nucleus, choose_step, narrowed
from .step_decoder import RunningSteps

LEAST_SHARE = 0.5
"""Particles are drawn anew when their effective number is less than this share of them."""


class Particles(NamedTuple):
    """Sequences in G groups of P, drawn independently of other groups.

    Shape:
        - codes: `[G, P, T, ...]`
        - log_weights: up to a constant of each group, `[G, P]`
        - nats: `-log p` of the steps under the net, `[G, P]`
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
    rngs: Sequence[np.random.Generator],
    *,
    top_p: float = 1.0,
    narrow: Narrow | None = None,
) -> Particles:
    """Draw particles that follow a context, under one rule for all.

    Args:
        steps, sounding: before the context, a row for each group.
        noise: from `sample_noise`.
        state: of the rule, a row for each particle.
        rngs: of each group; they draw which particles go on.
        top_p, narrow: as for `sample_steps`, but what a narrowed choice leaves out counts here.

    Shape:
        - context: `[G, S, ...]` codes
        - noise: `[G * P, T, C]`
    """
    groups, known, previous = len(context), context.shape[1], None
    for t in range(known):
        steps(t, previous)
        previous, sounding = codec.advance(sounding, context[:, t])
    rows = np.repeat(np.arange(groups), len(noise) // groups)
    sampled: list[Codes] = []
    log_weights, nats = np.zeros((2, groups, len(noise) // groups))
    for t in range(noise.shape[1]):
        if t % state.steps_per_bar == 0:
            if t:
                rows = _resample(log_weights, rngs)
                nats = nats.ravel()[rows].reshape(nats.shape)
                sampled = [step[rows] for step in sampled]
                state.take(rows)
            steps.take(rows)
            sounding = codec.take(sounding, rows)
            previous = None if previous is None else previous[rows]
        logits, allowed = steps(known + t, previous), codec.allowed(sounding)
        bias, mask = state.bias_and_mask(t, logits, allowed)
        mask = narrowed(codec, mask, narrow(t, sampled) if narrow else None)
        biased = logits + bias
        nucleus = Nucleus(+biased, temperature, top_p) if top_p < 1 and temperature > 0 else None
        scores = biased + np.float32(temperature) * noise[:, t]
        step = choose_step(codec, scores, mask, state.chain, state, nucleus)
        previous, sounding = codec.advance(sounding, step)
        truth = codec.one_hot(previous)
        chained = logits if state.chain is None else logits + row_product(truth, state.chain)
        cost = step_cost(state, chained, bias, allowed, mask, truth)
        log_weights -= cost.reshape(log_weights.shape)
        nats -= log_prob(codec, chained, allowed, truth).reshape(nats.shape)
        state.update(previous)
        sampled.append(previous)
    codes = np.stack(sampled, axis=1)
    return Particles(codes.reshape(groups, -1, *codes.shape[1:]), log_weights, nats)


def _resample(log_weights: DoubleArray, rngs: Sequence[np.random.Generator]) -> IntArray:
    """The rows to go on with; weights of a group that was drawn anew become equal, in place.

    Systematic resampling: Kitagawa, Monte Carlo Filter and Smoother, 1996, appendix.

    Shape:
        - log_weights: `[G, P]`
        - Output: `[G * P]`
    """
    particles = log_weights.shape[1]
    rows = np.arange(log_weights.size).reshape(log_weights.shape)
    for group, rng in enumerate(rngs):
        weights = np.exp(log_weights[group] - log_weights[group].max())
        weights /= weights.sum()
        if 1 / np.square(weights).sum() < LEAST_SHARE * particles:
            points = (rng.random() + np.arange(particles)) / particles
            chosen = np.searchsorted(np.cumsum(weights), points)
            rows[group] = group * particles + np.minimum(chosen, particles - 1)
            log_weights[group] = 0.0
    return rows.ravel()
