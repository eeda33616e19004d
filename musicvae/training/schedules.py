"""Schedules: what changes from update to update, each a function of the step alone."""

from __future__ import annotations

from ..config import TrainConfig


def learning_rate_at(choices: TrainConfig, step: int) -> float:
    """Up to the highest, level, down to zero; linear both ways."""
    rise = (step + 1) / max(1, choices.warmup)
    fall = (choices.steps - step) / max(1.0, choices.cooldown * choices.steps)
    return choices.learning_rate * min(1.0, rise, fall)


def beta_at(choices: TrainConfig, step: int) -> float:
    """Up from zero, then level."""
    return choices.beta * min(1.0, step / max(1, choices.beta_warmup))
