"""A next-step net that leans towards some music: its head is fitted again, all below it stays.

With what lies below it fixed, the nats of the music are convex in the head: this is logistic
regression, and numpy finds its one best answer without a learning rate. The curvature is nowhere
more than `F'F / 2`, so a step of Newton's with that in its place never goes too far (Böhning,
Multinomial logistic regression algorithm, Ann. Inst. Statist. Math. 44, 1992, section 2), and
Nesterov's momentum makes it quick. How far the head may go is held by a Gaussian around where it
was, which stands for all the music that it learned from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..arrays import FloatArray
from ..codecs.base import Codec, Codes
from ..engine import Net
from ..theory.meter import Meter

ROUNDS = 30
PRIOR_PRECISION = 3.0
"""Precision of the Gaussian around each weight of the head, in steps of music."""


def refit_head(
    net: Net,
    codes: Sequence[Codes],
    meters: Sequence[Meter],
    *,
    tell: Callable[[int], object] = lambda done: None,
) -> tuple[FloatArray, FloatArray]:
    """What to add to the weights of a head so that its net finds some windows likelier.

    Args:
        net: a next-step net.
        codes, meters: the windows.
        tell: how many of `ROUNDS` are done.

    Shape:
        - Output: `[C, H]` to its weight, `[C]` to its bias
    """
    nothing = np.empty((len(codes), 0), np.float32)
    seen = np.concatenate(net.features(codes, meters))
    seen = np.concatenate([seen, np.ones((len(seen), 1), np.float32)], axis=1)  # S steps, F
    before = np.concatenate(net.logits(nothing, codes, meters))  # [S, C]
    truth = np.concatenate([net.codec.one_hot(window[None])[0] for window in codes])
    bound = (seen.T @ seen).astype(np.float64) / 2 + PRIOR_PRECISION * np.eye(seen.shape[1])
    newton = np.linalg.inv(bound).astype(np.float32)
    change = np.zeros((seen.shape[1], before.shape[1]), np.float32)
    ahead = change
    for done in range(ROUNDS):
        wrong = expected(net.codec, before + seen @ ahead) - truth
        new = ahead - newton @ (seen.T @ wrong + np.float32(PRIOR_PRECISION) * ahead)
        ahead = new + np.float32(done / (done + 3)) * (new - change)
        change = new
        tell(done + 1)
    return np.ascontiguousarray(change[:-1].T), change[-1]


def expected(codec: Codec, logits: FloatArray) -> FloatArray:
    """The probability of each class of each head, or of each channel. `[S, C]`"""
    if codec.likelihood == "bernoulli":
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)
    found = np.empty_like(logits)
    for first, classes in zip(np.cumsum((0, *codec.heads)), codec.heads, strict=False):
        head = logits[:, first : first + classes]
        odds = np.exp(head - head.max(axis=1, keepdims=True))
        found[:, first : first + classes] = odds / odds.sum(axis=1, keepdims=True)
    return found
