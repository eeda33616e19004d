"""Schedules of the learning rate and of beta."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.config import TrainConfig
from musicvae.training.schedules import beta_at, learning_rate_at


def test_the_learning_rate_rises_stays_and_falls_to_zero() -> None:
    """Rise and fall are linear."""
    config = TrainConfig(steps=100, warmup=10, cooldown=0.4, learning_rate=0.5)
    shares = [learning_rate_at(config, step) / 0.5 for step in range(101)]
    np.testing.assert_allclose(shares[:10], np.arange(1, 11) / 10)
    assert set(shares[10:60]) == {1.0}
    np.testing.assert_allclose(shares[60:], np.arange(40, -1, -1) / 40)


def test_beta_rises_from_zero() -> None:
    """The net learns to use `z` before the KL is penalized; then beta stays constant."""
    config = TrainConfig(beta=0.8, beta_warmup=4)
    betas = [beta_at(config, step) for step in range(7)]
    assert betas == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 0.8, 0.8])
