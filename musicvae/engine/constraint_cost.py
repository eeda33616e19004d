"""Cost of constraints: how much likelier drawn steps are under the rules than without, in nats."""

from __future__ import annotations

import numpy as np

from ..arrays import BoolArray, DoubleArray, FloatArray, IntArray
from ..codecs.base import Codec, Codes, SoundingState, head_slices
from .constrained import ConstraintState, log_sum
from .layers import row_product


def constraint_cost(
    state: ConstraintState, logits: FloatArray, codes: Codes, sounding: SoundingState
) -> DoubleArray:
    """Cost of sequences that were drawn under rules: `step_cost` summed over the steps.

    Shape:
        - logits, teacher-forced: `[N, T, C]`
        - codes: `[N, T, ...]`
        - Output, in nats: `[N]`
    """
    codec, chain = state.codec, state.chain
    nats = np.zeros(len(codes))
    for t in range(codes.shape[1]):
        truth, allowed = codec.one_hot(codes[:, t]), codec.allowed(sounding)
        unchained = logits[:, t] if chain is None else logits[:, t] - row_product(truth, chain)
        bias, mask = state.bias_and_mask(t, unchained, allowed)
        nats += step_cost(state, logits[:, t], bias, allowed, mask, truth)
        state.update(codes[:, t])
        _, sounding = codec.advance(sounding, codes[:, t])
    return nats


def step_cost(
    state: ConstraintState,
    logits: FloatArray,
    bias: FloatArray,
    allowed: BoolArray,
    mask: BoolArray,
    truth: FloatArray,
) -> DoubleArray:
    """Cost of one step that was drawn under rules: `log q(x_t) - log p(x_t)`.

    p is the model, and q is that of `log_prob_ruled`.

    Args:
        logits: logits of the step; in a chain, each given the true channels before it.
        bias, mask: from `ConstraintState.bias_and_mask`.
        allowed: channels that the codec allows.
        truth: the step, one-hot.

    Shape:
        - Input: `[N, C]` each
        - Output, in nats: `[N]`
    """
    ruled = log_prob_ruled(state, logits + bias, mask, truth)
    return ruled - log_prob(state.codec, logits, allowed, truth)


def log_prob_ruled(
    state: ConstraintState, biased: FloatArray, mask: BoolArray, truth: FloatArray
) -> DoubleArray:
    """`log q` of a step that was drawn under rules. `[N, C]` -> `[N]`

    q adds the bias to the logits and renormalises over the mask. For Bernoulli channels, it is
    also conditioned on no more than `max_voices` pitches sounding; the limits on their notes
    enter through the bias alone.
    """
    nats = log_prob(state.codec, biased, mask, truth)
    if state.codec.likelihood == "bernoulli":
        nats -= log_prob_at_most(np.where(mask, biased, -np.inf), state.max_voices)
    return nats


def log_prob(
    codec: Codec, logits: FloatArray, allowed: BoolArray, truth: FloatArray
) -> DoubleArray:
    """`log p` of a step, renormalised over the allowed channels. `[N, C]` -> `[N]`."""
    if codec.likelihood == "bernoulli":
        log_p = truth * logits - np.logaddexp(0, logits)
        return np.asarray(np.where(allowed, log_p, 0.0).sum(axis=1), float)
    total = np.zeros(len(logits))
    for head in head_slices(codec):
        if allowed[:, head].sum(axis=1).max() > 1:  # what has no choice is certain
            chosen = np.where(truth[:, head] > 0, logits[:, head], 0).sum(axis=1)
            total += chosen - log_sum(np.where(allowed[:, head], logits[:, head], -np.inf))
    return total


def log_prob_at_most(logits: FloatArray, voices: IntArray) -> DoubleArray:
    """`log p` that at most `voices` pitches sound, each started or sustained independently.

    Shape:
        - logits, onsets and then sustains: `[N, 2 * pitches]`
        - voices, Output: `[N]`
    """
    onset, sustain = np.split(1 / (1 + np.exp(-logits.astype(float).clip(-60, 60))), 2, axis=1)
    silent = (1 - onset) * (1 - sustain)
    most = min(int(voices.max()), silent.shape[1])
    if most == silent.shape[1]:
        return np.zeros(len(logits))
    # Poisson binomial, pitch by pitch: p(n sound) = p(n) p(silent) + p(n - 1) p(sounds)
    count_prob = np.eye(1, most + 1).repeat(len(logits), axis=0)
    for p_silent in silent.T[..., None]:
        one_more = count_prob[:, :-1] * (1 - p_silent)
        count_prob *= p_silent
        count_prob[:, 1:] += one_more
    within = np.arange(most + 1) <= voices[:, None]
    total = np.where(within, count_prob, 0).sum(axis=1)
    return np.asarray(np.log(np.maximum(total, 1e-300)), float)
