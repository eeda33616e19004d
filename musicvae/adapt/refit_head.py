"""Refit the head of a next-step net to some music; all layers below it stay fixed.

With fixed features, the NLL of the music is convex in the head: this is logistic regression, and
its single optimum is found without a learning rate. The Hessian is bounded by `F'F / 2`, so a
Newton step with this bound in its place never overshoots (Böhning, Multinomial logistic
regression algorithm, Ann. Inst. Statist. Math. 44, 1992, section 2); Nesterov's momentum speeds
it up. A Gaussian prior around the old weights, which stands for the music that they were trained
on, keeps the head near them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..arrays import FloatArray
from ..codecs.base import Codec, Codes, head_slices
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
    on_round: Callable[[int], object] = lambda done: None,
) -> tuple[FloatArray, FloatArray]:
    """The change of a head's weight and bias that makes some windows most likely.

    Args:
        net: a next-step net.
        codes, meters: the windows.
        on_round: called with the number of `ROUNDS` that are done.

    Shape:
        - Output: weight `[C, H]`, bias `[C]`
    """
    no_z = np.empty((len(codes), 0), np.float32)
    features = np.concatenate(net.features(codes, meters))
    ones = np.ones((len(features), 1), np.float32)
    features = np.concatenate([features, ones], axis=1)  # [S, F]: S steps, H features and a bias
    logits = np.concatenate(net.logits(no_z, codes, meters))  # [S, C]
    truth = np.concatenate([net.codec.one_hot(window[None])[0] for window in codes])
    bound = (features.T @ features).astype(np.float64) / 2
    bound += PRIOR_PRECISION * np.eye(features.shape[1])
    newton = np.linalg.inv(bound).astype(np.float32)
    change = np.zeros((features.shape[1], logits.shape[1]), np.float32)
    ahead = change  # where momentum leads
    for done in range(ROUNDS):
        error = expected(net.codec, logits + features @ ahead) - truth
        gradient = features.T @ error + np.float32(PRIOR_PRECISION) * ahead
        new = ahead - newton @ gradient
        ahead = new + np.float32(done / (done + 3)) * (new - change)
        change = new
        on_round(done + 1)
    return np.ascontiguousarray(change[:-1].T), change[-1]


def expected(codec: Codec, logits: FloatArray) -> FloatArray:
    """Probability of each class of each softmax, or of each Bernoulli channel. `[S, C]`"""
    if codec.likelihood == "bernoulli":
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)
    probabilities = np.empty_like(logits)
    for head in head_slices(codec):
        scores = logits[:, head]
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        probabilities[:, head] = odds / odds.sum(axis=1, keepdims=True)
    return probabilities
