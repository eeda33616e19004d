"""What rules cost: how much likelier a step is under them than it was of itself, in nats."""

from __future__ import annotations

import numpy as np

from ..arrays import BoolArray, DoubleArray, FloatArray, IntArray
from ..codecs.base import Codec, Codes, SoundingState
from .constrained import (
    ConstraintState,
    log_sum,
)


def constraint_cost(
    obedience: ConstraintState, logits: FloatArray, codes: Codes, sounding: SoundingState
) -> DoubleArray:
    """What rules cost steps that were drawn under them: `price_step`, summed over the steps.

    Shape:
        - logits, teacher-forced: `[N, T, C]`
        - codes: `[N, T, ...]`
        - Output, in nats: `[N]`
    """
    codec, chain = obedience.codec, obedience.chain
    nats = np.zeros(len(codes))
    for t in range(codes.shape[1]):
        truth, allowed = codec.one_hot(codes[:, t]), codec.allowed(sounding)
        alone = logits[:, t] if chain is None else logits[:, t] - truth @ chain
        lean, within = obedience.bias_and_mask(t, alone, allowed)
        nats += price_step(obedience, logits[:, t], lean, allowed, within, truth)
        obedience.update(codes[:, t])
        _, sounding = codec.advance(sounding, codes[:, t])
    return nats


def price_step(
    obedience: ConstraintState,
    logits: FloatArray,
    lean: FloatArray,
    allowed: BoolArray,
    within: BoolArray,
    truth: FloatArray,
) -> DoubleArray:
    """What rules cost one step that was drawn under them: `log q(x_t) - log p(x_t)`.

    q leans, and leaves out what the rules forbid. Where only so many pitches may sound, it is
    taken for the chance that no more do; so many notes, where they are no classes, for the lean.

    Args:
        logits: of the step, after what stands before each channel in a chain.
        lean, within: what `Obedience.steer` gave.
        allowed: what the codec allows.
        truth: one-hot.

    Shape:
        - Input: `[N, C]` each
        - Output, in nats: `[N]`
    """
    codec, leaned = obedience.codec, logits + lean
    nats = _log_prob(codec, leaned, within, truth) - _log_prob(codec, logits, allowed, truth)
    if codec.likelihood == "bernoulli":
        nats -= log_at_most(np.where(within, leaned, -np.inf), obedience.max_voices)
    return nats


def _log_prob(
    codec: Codec, logits: FloatArray, allowed: BoolArray, truth: FloatArray
) -> DoubleArray:
    """Of a step among what is allowed. `[N, C]` -> `[N]`."""
    if codec.likelihood == "bernoulli":
        each = truth * logits - np.logaddexp(0, logits)
        return np.asarray(np.where(allowed, each, 0.0).sum(axis=1), float)
    ends = np.cumsum(codec.heads[:-1])
    heads = zip(*(np.split(each, ends, axis=1) for each in (logits, allowed, truth)), strict=True)
    return np.asarray(
        sum(
            np.where(chosen > 0, said, 0).sum(axis=1) - log_sum(np.where(able, said, -np.inf))
            for said, able, chosen in heads
        ),
        float,
    )


def log_at_most(logits: FloatArray, voices: IntArray) -> DoubleArray:
    """`log p` that no more pitches sound than may, each struck or held by its own chance.

    Shape:
        - logits, of notes and then of what is held: `[N, 2 * pitches]`
        - voices, Output: `[N]`
    """
    struck, held = np.split(1 / (1 + np.exp(-logits.astype(float).clip(-60, 60))), 2, axis=1)
    silent = (1 - struck) * (1 - held)
    most = min(int(voices.max()), silent.shape[1])
    if most == silent.shape[1]:
        return np.zeros(len(logits))
    so_many = np.eye(1, most + 1).repeat(len(logits), axis=0)  # chance that 0, 1, ... sound
    for quiet in silent.T[..., None]:
        one_more = so_many[:, :-1] * (1 - quiet)
        so_many *= quiet
        so_many[:, 1:] += one_more
    within = np.arange(most + 1) <= voices[:, None]
    return np.asarray(np.log(np.maximum(np.where(within, so_many, 0).sum(axis=1), 1e-300)), float)
