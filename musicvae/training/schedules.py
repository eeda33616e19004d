"""Schedules: learning rate and beta as functions of the step."""

from __future__ import annotations

from ..config import TrainConfig


def learning_rate_at(config: TrainConfig, step: int) -> float:
    """Learning rate: rises linearly, stays constant, falls linearly to zero."""
    rise = (step + 1) / max(1, config.warmup)
    fall = (config.steps - step) / max(1.0, config.cooldown * config.steps)
    return config.learning_rate * min(1.0, rise, fall)


def beta_at(config: TrainConfig, step: int) -> float:
    """Weight of the KL: rises linearly from zero, then stays constant."""
    return config.beta * min(1.0, step / max(1, config.beta_warmup))
