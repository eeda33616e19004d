"""Sliders: orthogonal axes, in order of shared variance, named by their effect."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.adapt.sliders import LENGTHS, SLIDERS, directions, slider_features, sliders
from musicvae.codecs import CODECS
from musicvae.engine import Player
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from ..miniatures import RAGGED, tiny_checkpoint, windows_of


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(8, 40), count=st.integers(4, 9))
def test_the_axes_are_orthogonal_and_in_order(seed: int, n: int, count: int) -> None:
    """All have length 1, and none shares less variance with the features than the next."""
    rng = np.random.default_rng(seed)
    mu = rng.standard_normal((n, 12)).astype(np.float32)
    features = mu[:, :count] * rng.random(count) + rng.standard_normal((n, count))
    axes, variance = directions(mu, features)
    np.testing.assert_allclose(axes @ axes.T, np.eye(SLIDERS), atol=1e-5)
    assert (np.diff(variance) <= 1e-6).all()


@given(seed=st.integers(0, 2**32 - 1))
def test_no_other_four_axes_share_more(seed: int) -> None:
    """With features of equal variance, together as much as the best four orthogonal axes."""
    rng = np.random.default_rng(seed)
    mu = rng.standard_normal((30, 12)).astype(np.float32)
    features = rng.standard_normal((30, 6))
    _, variance = directions(mu, features)
    shared = (mu - mu.mean(0)).T @ ((features - features.mean(0)) / features.std(0)) / len(mu)
    best = np.linalg.svd(shared, compute_uv=False)[:SLIDERS]
    np.testing.assert_allclose((variance**2).sum(), (best**2).sum(), rtol=1e-4)


def test_an_axis_behind_a_single_feature_is_found() -> None:
    """However much the others vary."""
    rng = np.random.default_rng(0)
    mu = rng.standard_normal((2_000, 12)).astype(np.float32)
    axes, _ = directions(mu, mu[:, [3, 7, 1, 9]] * [1, 5, 0.1, 20])
    assert sorted(abs(axes).argmax(axis=1)) == [1, 3, 7, 9]
    assert (abs(axes).max(axis=1) > 0.95).all()


def test_constant_features_share_no_variance() -> None:
    """And give finite axes."""
    mu = np.random.default_rng(0).standard_normal((20, 12)).astype(np.float32)
    axes, variance = directions(mu, np.ones((20, 6)))
    assert np.isfinite(axes).all()
    assert not variance.any()


@pytest.mark.parametrize("name", ["melody-2bar", "drums-2bar", "band-8bar"])
def test_each_slider_is_named_by_another_feature_and_increases_it(name: str) -> None:
    """They are numbered in order, and none is longer than the last of `LENGTHS`."""
    player = Player(tiny_checkpoint(name))
    codes = windows_of(player.codec.name, RAGGED, player.bars)
    mu = player.encode(codes, RAGGED).mu
    fitted = sliders(player, codes, mu, RAGGED)
    words = [slider.name.split("-") for slider in fitted]
    assert [(first, number) for first, number, _ in words] == [
        ("slider", str(number)) for number in range(1, SLIDERS + 1)
    ]
    assert len({feature for _, _, feature in words}) == SLIDERS
    for slider, (_, _, feature) in zip(fitted, words, strict=True):
        assert slider.effects[feature] >= 0
        unit = slider.direction / np.linalg.norm(slider.direction)
        assert np.linalg.norm(slider.direction) <= 1.001 * LENGTHS[-1] * (mu @ unit).std()


def test_figures_of_a_melody() -> None:
    """Two bars of 4/4: quarters on the beat, then an eighth off it, a third above."""
    notes = (Note(0, 4, 60), Note(4, 4, 64), Note(18, 2, 67), Note(20, 2, 60))
    phrase = Phrase(Meter(4, 4), 2, parts=(Part(notes),))
    assert slider_features(phrase, CODECS["melody"]) == {
        "density": 2.0,
        "offbeats": 0.25,
        "pitch": 62.75,
        "length": 0.75,
        "leaps": pytest.approx((4 + 3 + 7) / 3),
        "range": 7.0,
    }


def test_figures_of_drums() -> None:
    """A kick with a hi-hat, then a snare off the beat."""
    notes = (Note(0, 1, 36), Note(0, 1, 42), Note(2, 1, 38))
    phrase = Phrase(Meter(4, 4), 1, parts=(Part(notes, is_drum=True),))
    figures = slider_features(phrase, CODECS["drums"])
    assert (figures["density"], figures["together"]) == (3.0, 1.5)
    assert figures["kick"] == figures["snare"] == figures["hi-hats"] == pytest.approx(1 / 3)
    assert figures["toms"] == figures["cymbals"] == 0
    assert not any(slider_features(Phrase(), CODECS["drums"]).values())
