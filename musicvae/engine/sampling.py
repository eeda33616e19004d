"""From logits to steps: chance at a temperature, within what the codec allows.

`argmax(logits + t * Gumbel noise)` is a draw from `softmax(logits / t)`, and
`logits + t * logistic noise > 0` one from `sigmoid(logits / t)`; at
temperature 0 both are the most probable step. Maddison, Tarlow and Minka,
A* Sampling, NeurIPS 2014, section 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..music.codecs import Codec, Codes
from .decoders import Steps
from .weights import Array


def draw(
    steps: Steps, codec: Codec, noise: Array, temperature: float, heard: Codes | None = None
) -> Codes:
    """Each step from its logits, told to the decoder before the next.

    Steps that were *heard* are told to it first, and are not drawn.

    Shape:
        - noise: `[N, T, C]`
        - heard: `[N, S]` classes or `[N, S, C]` zeros and ones
        - Output: `[N, T]` classes or `[N, T, C]` zeros and ones
    """
    sounding = codec.silence(len(noise))
    previous: Codes | None = None
    before = [] if heard is None else list(heard.swapaxes(0, 1))
    for t, step in enumerate(before):
        steps(t, previous)
        previous, sounding = codec.play(sounding, step)
    drawn = []
    for t in range(noise.shape[1]):
        scores = steps(len(before) + t, previous) + np.float32(temperature) * noise[:, t]
        step = choose(codec, scores, codec.allowed(sounding))
        previous, sounding = codec.play(sounding, step)
        drawn.append(previous)
    return np.stack(drawn, axis=1)


def choose(codec: Codec, scores: Array, allowed: NDArray[np.bool_]) -> Codes:
    """The best class allowed, or every channel above zero that is. `[N, C]` -> `[N, ...]`."""
    if codec.likelihood == "categorical":
        best: Codes = np.where(allowed, scores, -np.inf).argmax(axis=-1).astype(np.uint8)
        return best
    return ((scores > 0) & allowed).astype(np.uint8)


def draw_noise(codec: Codec, rngs: Sequence[np.random.Generator], steps: int) -> Array:
    """Noise for whole windows, each from its own generator. Output `[N, T, C]`.

    So a window does not depend on which others are drawn beside it.
    """
    shape = (steps, codec.channels)
    if codec.likelihood == "categorical":
        drawn = [rng.gumbel(size=shape) for rng in rngs]
    else:
        drawn = [rng.logistic(size=shape) for rng in rngs]
    return np.array(drawn, dtype=np.float32).reshape(len(rngs), *shape)
