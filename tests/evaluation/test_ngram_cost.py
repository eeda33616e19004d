"""How usual a window is: part by part, where there is a choice."""

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
    """Nats per step, as `NGram` counts them."""
    held_out = windows(meters=[METER])
    codes = np.stack([each for each, _ in held_out.windows])
    usual, model = fit_ngram(MELODY, by_meter(held_out), 0), NGramCounts([codes], MELODY.channels)
    assert usual is not None
    for each in codes[:5]:
        assert usual.nll(each, METER) == pytest.approx(model.nll(each).mean())


def test_the_cost_of_several_parts_is_the_sum() -> None:
    """Each with a model of its own."""
    held_out = windows("trio", meters=[METER])
    usual = fit_ngram(CODECS["trio"], by_meter(held_out), 0)
    codes = np.stack([each for each, _ in held_out.windows])
    models = [
        NGramCounts([codes[..., part]], classes) for part, classes in enumerate((90, 90, 512))
    ]
    alone = [model.nll(codes[0, :, part]).mean() for part, model in enumerate(models)]
    assert usual is not None
    assert usual.nll(codes[0], METER) == pytest.approx(sum(alone))


def lead_windows(n: int) -> np.ndarray:
    """A melody, and another voice that moves on beats. `[n, 32, 2]`"""
    rng = np.random.default_rng(0)
    codes = rng.integers(20, 30, (n, 32, 2)).astype(np.uint8)
    codes[..., 1] = np.where(np.arange(32) % 4, 89, codes[..., 1])
    return codes


def test_what_is_forced_costs_nothing_and_is_no_context() -> None:
    """A part that moves on beats costs what its beats cost."""
    codes = lead_windows(50)
    usual = NGramModel(LEAD, {METER: codes})
    melody, beats = NGramCounts([codes[..., 0]], 90), NGramCounts([codes[:, ::4, 1]], 90)
    total = melody.nll(codes[0, :, 0]).sum() + beats.nll(codes[0, ::4, 1]).sum()
    assert usual.nll(codes[0], METER) == pytest.approx(total / 32)


def test_what_is_forced_is_not_counted_as_right() -> None:
    """Half of the beats are; the steps between them would make it seven eighths."""
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
