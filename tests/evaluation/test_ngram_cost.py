"""The n-gram cost of a window: part by part, at the steps that have a choice."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.codecs import CODECS
from musicvae.evaluation.batches import by_meter
from musicvae.evaluation.ngram_cost import NGramModel, fit_ngram
from musicvae.evaluation.reconstruction import Tally
from musicvae.metrics.ngram import NGramCounts
from musicvae.theory.meter import Meter

from .collection import MELODY, windows
from .on_beats import LEAD

METER = Meter(4, 4)


def test_the_cost_of_one_part_is_its_n_gram_model_s() -> None:
    """Nats per step, as `NGramCounts` computes them."""
    held_out = windows(meters=[METER])
    codes = np.stack([window for window, _ in held_out.windows])
    model, counts = fit_ngram(MELODY, by_meter(held_out), 0), NGramCounts([codes], MELODY.channels)
    assert model is not None
    for window in codes[:5]:
        assert model.nll(window, METER) == pytest.approx(counts.nll(window).mean())


def test_the_cost_of_several_parts_is_the_sum() -> None:
    """Each part has its own model."""
    held_out = windows("trio", meters=[METER])
    model = fit_ngram(CODECS["trio"], by_meter(held_out), 0)
    codes = np.stack([window for window, _ in held_out.windows])
    part_counts = [
        NGramCounts([codes[..., part]], classes) for part, classes in enumerate((90, 90, 512))
    ]
    costs = [counts.nll(codes[0, :, part]).mean() for part, counts in enumerate(part_counts)]
    assert model is not None
    assert model.nll(codes[0], METER) == pytest.approx(sum(costs))


def lead_windows(n: int) -> np.ndarray:
    """A melody, and a second part that changes on beats. `[n, 32, 2]`"""
    rng = np.random.default_rng(0)
    codes = rng.integers(20, 30, (n, 32, 2)).astype(np.uint8)
    codes[..., 1] = np.where(np.arange(32) % 4, 89, codes[..., 1])
    return codes


def test_forced_steps_cost_nothing_and_are_no_context() -> None:
    """A part that changes on beats costs what its beats cost."""
    codes = lead_windows(50)
    model = NGramModel(LEAD, {METER: codes})
    melody, beats = NGramCounts([codes[..., 0]], 90), NGramCounts([codes[:, ::4, 1]], 90)
    total = melody.nll(codes[0, :, 0]).sum() + beats.nll(codes[0, ::4, 1]).sum()
    assert model.nll(codes[0], METER) == pytest.approx(total / 32)


def test_forced_steps_are_not_counted_as_right() -> None:
    """Half of the beats are right; with the forced steps it would be seven eighths."""
    truth = lead_windows(1)[0]
    guess = truth.copy()
    guess[::8, 1] += 1
    tally = Tally(LEAD)
    tally.compare("guess", [truth], [guess], [METER])
    assert tally.shares() == {
        "guess": 1 - 4 / 32,
        "guess, onsets": 1 - 4 / 32,
        "guess, melody": 1.0,
        "guess, onsets, melody": 1.0,
        "guess, chords": 0.5,
        "guess, onsets, chords": 0.5,
    }
