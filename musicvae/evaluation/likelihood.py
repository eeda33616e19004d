"""Likelihoods in nats: of the frames of a window, and of a window under a net with a latent.

A *frame* is a step, the word of the piano-roll literature. A net with a latent
has no likelihood in closed form. The bound is that of Kingma and Welling,
Auto-Encoding Variational Bayes, ICLR 2014 (arXiv:1312.6114). K draws of z make it
tighter: Burda, Grosse and Salakhutdinov, Importance Weighted Autoencoders,
ICLR 2016 (arXiv:1509.00519), equation 8.
"""

from __future__ import annotations

import numpy as np

from ..arrays import DoubleArray, FloatArray
from ..engine import Player, Posterior
from .batches import Chunk


def sum_frames(frames: list[FloatArray]) -> DoubleArray:
    """Nats summed over frames 1..T and over frames 2..T of each window. Output `[N, 2]`."""
    return np.array([(nats.sum(), nats[1:].sum()) for nats in frames], dtype=np.float64)


def kl(posterior: Posterior) -> FloatArray:
    """`KL(q || N(0, I))` of each window in nats. Output `[N]`.

    Blind to: whether the decoder uses what z holds.
    """
    mu, log_var = posterior
    return np.asarray(0.5 * (mu**2 + np.exp(log_var) - 1 - log_var).sum(axis=1), np.float32)


def importance_nll(
    player: Player, chunk: Chunk, posterior: Posterior, draws: int, seed: int
) -> DoubleArray:
    """`-log mean_k p(x|z_k) p(z_k) / q(z_k|x)` with `z_k ~ q(z|x)`, for K = *draws*.

    For frames 2..T, p(x|z) is the probability of those frames given the true first one.

    Shape:
        - Output: `[N, 2]`, over frames 1..T and frames 2..T

    Blind to: how samples sound. A net can score well on true steps and drift when it follows
    its own.
    """
    mu, log_var = posterior.mu.astype(np.float64), posterior.log_var.astype(np.float64)
    # separate generators, so that K changes no other figure
    rngs = [np.random.default_rng((seed, 3, row)) for row in chunk.rows]
    log_weights = []
    for _ in range(draws):
        noise = np.array([rng.standard_normal(player.latent) for rng in rngs])
        z = mu + np.exp(0.5 * log_var) * noise
        frames = player.nll(z.astype(np.float32), chunk.codes, chunk.meters)
        # log p(z) - log q(z|x), with z = mu + exp(log_var / 2) noise; the constants cancel
        log_ratio = 0.5 * (noise**2 + log_var - z**2).sum(axis=1, keepdims=True)
        log_weights.append(log_ratio - sum_frames(frames))
    return np.asarray(np.log(draws) - np.logaddexp.reduce(log_weights, axis=0))
