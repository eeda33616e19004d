"""Sampling: logits -> steps at a temperature, within what the codec allows.

`argmax(logits + t * Gumbel noise)` is a draw from `softmax(logits / t)`, and
`logits + t * logistic noise > 0` one from `sigmoid(logits / t)`; at
temperature 0 both are the most probable step. Maddison, Tarlow and Minka,
A* Sampling, NeurIPS 2014, section 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import BoolArray, DoubleArray, FloatArray
from ..codecs.base import Codec, Codes, SoundingState
from .constrained import ConstraintState, expected_notes
from .constraint_cost import step_cost
from .decoders import Steps
from .layers import row_product


def sample_steps(
    steps: Steps,
    codec: Codec,
    sounding: SoundingState,
    noise: FloatArray,
    temperature: float,
    *,
    context: Codes | None = None,
    chain: FloatArray | None = None,
    constraints: ConstraintState | None = None,
) -> Codes:
    """Sample step after step; the decoder reads each one before it predicts the next.

    Args:
        steps: the decoder, from `Decoder.start`.
        sounding: what sounds before the first step, as a state of the codec.
        noise: from `sample_noise`.
        context: steps before the first, which the decoder reads and which are not returned.
        chain: see `choose_step`.
        constraints: rules that the steps keep; their cost is added to its `cost`, if that is
            not None.

    Shape:
        - noise: `[N, T, C]`
        - context: `[N, S, ...]` codes
        - chain: `[C, C]`
        - Output: `[N, T, ...]` codes
    """
    previous: Codes | None = None
    known_steps = [] if context is None else list(context.swapaxes(0, 1))
    for t, step in enumerate(known_steps):
        steps(t, previous)
        previous, sounding = codec.advance(sounding, step)
    sampled = []
    for t in range(noise.shape[1]):
        logits, allowed = steps(len(known_steps) + t, previous), codec.allowed(sounding)
        scaled_noise = np.float32(temperature) * noise[:, t]
        if constraints is None:
            step = choose_step(codec, logits + scaled_noise, allowed, chain)
            previous, sounding = codec.advance(sounding, step)
        else:
            bias, mask = constraints.bias_and_mask(t, logits, allowed)
            step = choose_step(codec, logits + bias + scaled_noise, mask, chain, constraints)
            previous, sounding = codec.advance(sounding, step)
            if constraints.cost is not None:
                truth = codec.one_hot(previous)
                chained = logits if chain is None else logits + row_product(truth, chain)
                constraints.cost += step_cost(constraints, chained, bias, allowed, mask, truth)
            constraints.update(previous)
        sampled.append(previous)
    return np.stack(sampled, axis=1)


def expected_onsets(
    steps: Steps, constraints: ConstraintState, sounding: SoundingState
) -> DoubleArray:
    """Expected notes of each step when every step is the most probable one. `[N, T]`

    The density is left free, so this is the rhythm that z encodes, known before the first step
    is drawn; see `RuleBatch.expected_range`.
    """
    codec, previous = constraints.codec, None
    head, notes = constraints.first_head, []
    for t in range(constraints.allowed.shape[1]):
        logits = steps(t, previous)
        mask = constraints.allowed_channels(t, codec.allowed(sounding))
        notes.append(
            expected_notes(logits[:, head], mask[:, head], constraints.counts[head], codec)
        )
        step = choose_step(codec, logits, mask, constraints.chain)
        previous, sounding = codec.advance(sounding, step)
    return np.stack(notes, axis=1)


def choose_step(
    codec: Codec,
    scores: FloatArray,
    allowed: BoolArray,
    chain: FloatArray | None = None,
    constraints: ConstraintState | None = None,
) -> Codes:
    """The best allowed class of each head, or every allowed channel with a score above zero.

    In a chain, choosing channel c adds row c of `chain`, `[C, C]`, to the scores of the channels
    after it.

    Shape:
        - scores, allowed: `[N, C]`
        - Output: `[N, ...]` codes
    """
    masked = np.where(allowed, scores, -np.inf)
    if codec.likelihood == "bernoulli":
        for channel, row in enumerate(() if chain is None else chain):
            masked += np.outer(masked[:, channel] > 0, row)
        chosen = constraints.limit(masked) if constraints else masked > 0
        return chosen.astype(codec.dtype)
    best: list[Codes] = []
    for first, classes in zip(np.cumsum((0, *codec.heads)), codec.heads, strict=False):
        best.append(masked[:, first : first + classes].argmax(axis=-1).astype(codec.dtype))
        if chain is not None:
            masked += chain[first + best[-1]]
    return best[0] if len(best) == 1 else np.stack(best, axis=-1)


def sample_noise(codec: Codec, rngs: Sequence[np.random.Generator], steps: int) -> FloatArray:
    """Noise for whole windows, each from its own generator. Output `[N, T, C]`.

    So a window does not depend on which others are drawn beside it.
    """
    shape = (steps, codec.channels)
    if codec.likelihood == "categorical":
        noise = [rng.gumbel(size=shape) for rng in rngs]
    else:
        noise = [rng.logistic(size=shape) for rng in rngs]
    return np.array(noise, dtype=np.float32).reshape(len(rngs), *shape)


def step_nll(codec: Codec, logits: FloatArray, truth: Codes) -> FloatArray:
    """`-log p(x_t)` of each step of one window. `[T, C]` -> `[T]`."""
    if codec.likelihood == "categorical":
        heads = np.split(logits, np.cumsum(codec.heads[:-1]), axis=-1)
        classes = truth.reshape(len(truth), -1).T
        nats = [_class_nll(*pair) for pair in zip(heads, classes, strict=True)]
        return np.asarray(sum(nats), np.float32)
    return np.asarray((np.logaddexp(0, logits) - truth * logits).sum(axis=-1), np.float32)


def _class_nll(logits: FloatArray, truth: Codes) -> FloatArray:
    scaled = logits - logits.max(axis=-1, keepdims=True)
    log_p = scaled - np.log(np.exp(scaled).sum(axis=-1, keepdims=True))
    return np.asarray(-log_p[np.arange(len(truth)), truth], np.float32)
