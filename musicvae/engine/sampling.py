"""Sampling: logits -> steps at a temperature, within what the codec allows.

`argmax(logits + t * Gumbel noise)` is a draw from `softmax(logits / t)`, and
`logits + t * logistic noise > 0` one from `sigmoid(logits / t)`; at
temperature 0 both are the most probable step. Maddison, Tarlow and Minka,
A* Sampling, NeurIPS 2014, section 2.

A nucleus leaves out improbable choices: Holtzman et al., The Curious Case of Neural Text
Degeneration, ICLR 2020, section 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ..arrays import BoolArray, DoubleArray, FloatArray
from ..codecs.base import Codec, Codes, SoundingState, head_slices
from ..progress import check_watch
from .constrained import ConstraintState, expected_notes
from .constraint_cost import step_cost
from .layers import row_product
from .step_decoder import RunningSteps, Steps

Narrow = Callable[[int, Sequence[Codes]], BoolArray | None]
"""(t, codes `[N, ...]` of each step sampled so far) -> the channels `[N, C]` to choose step t from.

None leaves a step free, and so does a row whose channels are all forbidden in a head.
"""


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
    top_p: float = 1.0,
    narrow: Narrow | None = None,
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
        top_p: see `Nucleus`; the cost of constraints is counted without it.
        narrow: narrows the choice as the music goes on; not counted in the cost either.

    Shape:
        - noise: `[N, T, C]`
        - context: `[N, S, ...]` codes
        - chain: `[C, C]`
        - Output: `[N, T, ...]` codes
    """
    previous, known = None, 0
    if context is not None and context.shape[1]:
        assert isinstance(steps, RunningSteps)
        known = context.shape[1]
        previous, sounding = read_context(steps, codec, sounding, context)
    sampled: list[Codes] = []
    truncated = top_p < 1 and temperature > 0
    for t in range(noise.shape[1]):
        check_watch()
        logits, allowed = steps(known + t, previous), codec.allowed(sounding)
        scaled_noise = np.float32(temperature) * noise[:, t]
        narrower = narrow(t, sampled) if narrow else None
        if constraints is None:
            nucleus = Nucleus(+logits, temperature, top_p) if truncated else None
            choice = narrowed(codec, allowed, narrower)
            step = choose_step(codec, logits + scaled_noise, choice, chain, nucleus=nucleus)
            previous, sounding = codec.advance(sounding, step)
        else:
            bias, mask = constraints.bias_and_mask(t, logits, allowed)
            biased = logits + bias
            nucleus = Nucleus(+biased, temperature, top_p) if truncated else None
            choice = narrowed(codec, mask, narrower)
            step = choose_step(codec, biased + scaled_noise, choice, chain, constraints, nucleus)
            previous, sounding = codec.advance(sounding, step)
            if constraints.cost is not None:
                truth = codec.one_hot(previous)
                chained = logits if chain is None else logits + row_product(truth, chain)
                constraints.cost += step_cost(constraints, chained, bias, allowed, mask, truth)
            constraints.update(previous)
        sampled.append(previous)
    return np.stack(sampled, axis=1)


def read_context(
    steps: RunningSteps, codec: Codec, sounding: SoundingState, context: Codes
) -> tuple[Codes, SoundingState]:
    """Read the steps before the first one to sample: the last of them, and what sounds after it.

    Shape:
        - context: `[N, S, ...]` codes, S > 0
        - Output: `[N, ...]`
    """
    steps.read(context)
    for step in context.swapaxes(0, 1):
        previous, sounding = codec.advance(sounding, step)
    return previous, sounding


def narrowed(codec: Codec, allowed: BoolArray, narrower: BoolArray | None) -> BoolArray:
    """The allowed channels that are also in `narrower`, if it leaves any in a row and head."""
    if narrower is None:
        return allowed
    kept = allowed & narrower
    for head in head_slices(codec):
        none_left = ~kept[:, head].any(axis=1)
        kept[none_left, head] = allowed[none_left, head]
    return kept


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


class Nucleus(NamedTuple):
    """The likeliest choices of a step, with probability `top_p` together at a temperature.

    Of a class those are the fewest classes that reach it; a channel that is on or off with
    that probability or more takes its likelier value.

    Attributes:
        logits: of the step, without noise; a chain adds to them. `[N, C]`
    """

    logits: FloatArray
    temperature: float
    top_p: float

    def classes(self, head: slice, allowed: BoolArray) -> BoolArray:
        """The classes of a head to choose from, among those allowed. `[N, classes]`"""
        if allowed.sum(axis=1).max() == 1:  # given steps leave no choice
            return allowed
        logits = np.where(allowed, self.logits[:, head] / np.float32(self.temperature), -np.inf)
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        ranked = np.sort(p, axis=1)[:, ::-1]
        before = np.cumsum(ranked, axis=1) - ranked  # mass of all likelier classes
        count = (before < self.top_p * ranked.sum(axis=1, keepdims=True)).sum(axis=1)
        least = ranked[np.arange(len(p)), np.maximum(count, 1) - 1]
        return np.asarray((p >= least[:, None]) & allowed)

    def settle(self, scores: FloatArray, channel: int | slice) -> None:
        """Take the noise out of the scores of channels that are as good as sure, in place."""
        sure = self.temperature * np.log(self.top_p / (1 - self.top_p))
        logits, noisy = self.logits[:, channel], scores[:, channel]
        is_sure = (np.abs(logits) >= sure) & (noisy > -np.inf)
        scores[:, channel] = np.where(is_sure, logits, noisy)


def choose_step(
    codec: Codec,
    scores: FloatArray,
    allowed: BoolArray,
    chain: FloatArray | None = None,
    constraints: ConstraintState | None = None,
    nucleus: Nucleus | None = None,
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
        if nucleus and chain is None:
            nucleus.settle(masked, slice(None))
        for channel, row in enumerate(() if chain is None else chain):
            if nucleus:
                nucleus.settle(masked, channel)
            chosen = masked[:, channel] > 0
            if not chosen.any():  # most keys are silent
                continue
            if nucleus:
                nucleus.logits[chosen] += row
            masked[chosen] += row
        on = constraints.limit(masked) if constraints else masked > 0
        return on.astype(codec.dtype)
    best: list[Codes] = []
    for head in head_slices(codec):
        head_scores = masked[:, head]
        if nucleus:
            kept = nucleus.classes(head, head_scores > -np.inf)
            head_scores = np.where(kept, head_scores, -np.inf)
        best.append(head_scores.argmax(axis=-1).astype(codec.dtype))
        if chain is not None:
            masked += chain[head.start + best[-1]]
            if nucleus:
                nucleus.logits[:] += chain[head.start + best[-1]]
    return best[0] if len(best) == 1 else np.stack(best, axis=-1)


def sample_noise(
    codec: Codec, rngs: Sequence[np.random.Generator], steps: int, free: BoolArray | None = None
) -> FloatArray:
    """Noise for whole windows, each from its own generator. Output `[N, T, C]`.

    So a window does not depend on which others are drawn beside it.

    Args:
        free: channels `[C]` that get noise, None for all; the others have no choice.
    """
    free = np.ones(codec.channels, bool) if free is None else free
    shape = (steps, int(free.sum()))
    noise = np.zeros((len(rngs), steps, codec.channels), np.float32)
    for row, rng in zip(noise, rngs, strict=True):
        is_class = codec.likelihood == "categorical"
        row[:, free] = rng.gumbel(size=shape) if is_class else rng.logistic(size=shape)
    return noise


def step_nll(codec: Codec, logits: FloatArray, truth: Codes) -> FloatArray:
    """`-log p(x_t)` of each step of one window. `[T, C]` -> `[T]`."""
    if codec.likelihood == "categorical":
        classes = truth.reshape(len(truth), -1).T
        pairs = zip(head_slices(codec), classes, strict=True)
        nats = [_class_nll(logits[:, head], part) for head, part in pairs]
        return np.asarray(sum(nats), np.float32)
    return np.asarray((np.logaddexp(0, logits) - truth * logits).sum(axis=-1), np.float32)


def _class_nll(logits: FloatArray, truth: Codes) -> FloatArray:
    scaled = logits - logits.max(axis=-1, keepdims=True)
    log_p = scaled - np.log(np.exp(scaled).sum(axis=-1, keepdims=True))
    return np.asarray(-log_p[np.arange(len(truth)), truth], np.float32)
