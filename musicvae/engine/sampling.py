"""From logits to steps: chance at a temperature, within what the codec allows.

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
from .constraint_cost import price_step
from .decoders import Steps


def sample_steps(
    steps: Steps,
    codec: Codec,
    sounding: SoundingState,
    noise: FloatArray,
    temperature: float,
    heard: Codes | None = None,
    chain: FloatArray | None = None,
    obedience: ConstraintState | None = None,
) -> Codes:
    """Each step from its logits, told to the decoder before the next.

    Steps that were *heard* are told to it first, and are not drawn. What is *sounding*
    before the first is said in the codec's own form. What is drawn keeps to rules, if there are
    any, and what they cost is added to `obedience.cost` if that is asked for.

    Shape:
        - noise: `[N, T, C]`
        - heard: `[N, S, ...]` codes
        - chain: `[C, C]`; see `choose`
        - Output: `[N, T, ...]` codes
    """
    previous: Codes | None = None
    before = [] if heard is None else list(heard.swapaxes(0, 1))
    for t, step in enumerate(before):
        steps(t, previous)
        previous, sounding = codec.advance(sounding, step)
    drawn = []
    for t in range(noise.shape[1]):
        logits, allowed = steps(len(before) + t, previous), codec.allowed(sounding)
        lean, within = obedience.bias_and_mask(t, logits, allowed) if obedience else (None, allowed)
        leaned = logits if lean is None else logits + lean
        scores = leaned + np.float32(temperature) * noise[:, t]
        step = choose_step(codec, scores, within, chain, obedience)
        previous, sounding = codec.advance(sounding, step)
        if obedience and lean is not None:
            if obedience.cost is not None:
                truth = codec.one_hot(previous)
                said = logits if chain is None else logits + truth @ chain
                obedience.cost += price_step(obedience, said, lean, allowed, within, truth)
            obedience.update(previous)
        drawn.append(previous)
    return np.stack(drawn, axis=1)


def expected_onsets(
    steps: Steps, obedience: ConstraintState, sounding: SoundingState
) -> DoubleArray:
    """Notes that each step expects if all are the most probable ones, however many. `[N, T]`

    So what a z tells of its rhythm is known before the first step; see `rules.Rule.pace`.
    """
    codec, previous = obedience.codec, None
    first, notes = obedience.first, []
    for t in range(obedience.allowed.shape[1]):
        logits, within = steps(t, previous), obedience.allowed_channels(t, codec.allowed(sounding))
        counts = obedience.counts[first]
        notes.append(expected_notes(logits[:, first], within[:, first], counts, codec))
        step = choose_step(codec, logits, within, obedience.chain)
        previous, sounding = codec.advance(sounding, step)
    return np.stack(notes, axis=1)


def choose_step(
    codec: Codec,
    scores: FloatArray,
    allowed: BoolArray,
    chain: FloatArray | None = None,
    obedience: ConstraintState | None = None,
) -> Codes:
    """The best class of each head, or every channel above zero, as far as allowed. `[N, C]`

    In a chain a row of `[C, C]` tells what its channel, if it is chosen, adds to the scores
    of those after it.
    """
    within = np.where(allowed, scores, -np.inf)
    if codec.likelihood == "bernoulli":
        for channel, said in enumerate(() if chain is None else chain):
            within += np.outer(within[:, channel] > 0, said)
        chosen = obedience.limit(within) if obedience else within > 0
        return chosen.astype(codec.dtype)
    best: list[Codes] = []
    for first, classes in zip(np.cumsum((0, *codec.heads)), codec.heads, strict=False):
        best.append(within[:, first : first + classes].argmax(axis=-1).astype(codec.dtype))
        if chain is not None:
            within += chain[first + best[-1]]
    return best[0] if len(best) == 1 else np.stack(best, axis=-1)


def sample_noise(codec: Codec, rngs: Sequence[np.random.Generator], steps: int) -> FloatArray:
    """Noise for whole windows, each from its own generator. Output `[N, T, C]`.

    So a window does not depend on which others are drawn beside it.
    """
    shape = (steps, codec.channels)
    if codec.likelihood == "categorical":
        drawn = [rng.gumbel(size=shape) for rng in rngs]
    else:
        drawn = [rng.logistic(size=shape) for rng in rngs]
    return np.array(drawn, dtype=np.float32).reshape(len(rngs), *shape)


def step_nll(codec: Codec, logits: FloatArray, truth: Codes) -> FloatArray:
    """`-log p(x_t)` of each frame of one window. `[T, C]` -> `[T]`."""
    if codec.likelihood == "categorical":
        heads = np.split(logits, np.cumsum(codec.heads[:-1]), axis=-1)
        classes = truth.reshape(len(truth), -1).T
        each = [_class_nats(*pair) for pair in zip(heads, classes, strict=True)]
        return np.asarray(sum(each), np.float32)
    return np.asarray((np.logaddexp(0, logits) - truth * logits).sum(axis=-1), np.float32)


def _class_nats(logits: FloatArray, truth: Codes) -> FloatArray:
    scaled = logits - logits.max(axis=-1, keepdims=True)
    log_p = scaled - np.log(np.exp(scaled).sum(axis=-1, keepdims=True))
    return np.asarray(-log_p[np.arange(len(truth)), truth], np.float32)
