"""Sliders: at right angles, in order, and named by what is heard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.adapt.sliders import LENGTHS, SLIDERS, directions, slider_figures, sliders
from musicvae.codecs import CODECS
from musicvae.engine import Player
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from ..miniatures import RAGGED, tiny_checkpoint, windows_of


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(8, 40), figures=st.integers(4, 9))
def test_the_axes_stand_at_right_angles_and_in_order(seed: int, n: int, figures: int) -> None:
    """Each is as long as the next, and shares no less variance with the figures."""
    rng = np.random.default_rng(seed)
    mu = rng.standard_normal((n, 12)).astype(np.float32)
    heard = mu[:, :figures] * rng.random(figures) + rng.standard_normal((n, figures))
    axes, variance = directions(mu, heard)
    np.testing.assert_allclose(axes @ axes.T, np.eye(SLIDERS), atol=1e-5)
    assert (np.diff(variance) <= 1e-6).all()


@given(seed=st.integers(0, 2**32 - 1))
def test_no_other_four_share_more(seed: int) -> None:
    """With figures that vary alike: all together, as much as the best four at right angles."""
    rng = np.random.default_rng(seed)
    mu = rng.standard_normal((30, 12)).astype(np.float32)
    heard = rng.standard_normal((30, 6))
    _, variance = directions(mu, heard)
    shared = (mu - mu.mean(0)).T @ ((heard - heard.mean(0)) / heard.std(0)) / len(mu)
    best = np.linalg.svd(shared, compute_uv=False)[:SLIDERS]
    np.testing.assert_allclose((variance**2).sum(), (best**2).sum(), rtol=1e-4)


def test_an_axis_that_makes_one_figure_alone_is_found() -> None:
    """Whatever else varies."""
    rng = np.random.default_rng(0)
    mu = rng.standard_normal((2_000, 12)).astype(np.float32)
    axes, _ = directions(mu, mu[:, [3, 7, 1, 9]] * [1, 5, 0.1, 20])
    assert sorted(abs(axes).argmax(axis=1)) == [1, 3, 7, 9]
    assert (abs(axes).max(axis=1) > 0.95).all()


def test_figures_that_never_change_are_no_trouble() -> None:
    """They share nothing."""
    mu = np.random.default_rng(0).standard_normal((20, 12)).astype(np.float32)
    axes, variance = directions(mu, np.ones((20, 6)))
    assert np.isfinite(axes).all()
    assert not variance.any()


@pytest.mark.parametrize("name", ["melody-2bar", "drums-2bar", "trio-4bar"])
def test_each_is_named_by_another_figure_and_gives_more_of_it(name: str) -> None:
    """In their order, and none is longer than it may be."""
    player = Player(tiny_checkpoint(name))
    codes = windows_of(player.codec.name, RAGGED, player.bars)
    mu = player.encode(codes, RAGGED).mu
    found = sliders(player, codes, mu, RAGGED)
    words = [slider.name.split("-") for slider in found]
    assert [(first, number) for first, number, _ in words] == [
        ("slider", str(number)) for number in range(1, SLIDERS + 1)
    ]
    assert len({figure for _, _, figure in words}) == SLIDERS
    for slider, (_, _, figure) in zip(found, words, strict=True):
        assert slider.effects[figure] >= 0
        unit = slider.direction / np.linalg.norm(slider.direction)
        assert np.linalg.norm(slider.direction) <= 1.001 * LENGTHS[-1] * (mu @ unit).std()


def test_what_is_measured_is_what_stands_in_the_notes() -> None:
    """Two bars of 4/4: quarters on the beat, then an eighth off it, a third above."""
    notes = (Note(0, 4, 60), Note(4, 4, 64), Note(18, 2, 67), Note(20, 2, 60))
    phrase = Phrase(Meter(4, 4), 2, parts=(Part(notes),))
    assert slider_figures(phrase, CODECS["melody"]) == {
        "density": 2.0,
        "offbeats": 0.25,
        "pitch": 62.75,
        "length": 0.75,
        "leaps": pytest.approx((4 + 3 + 7) / 3),
        "range": 7.0,
    }


def test_drums_are_measured_by_what_is_struck() -> None:
    """A kick with a hi-hat, then a snare off the beat."""
    notes = (Note(0, 1, 36), Note(0, 1, 42), Note(2, 1, 38))
    phrase = Phrase(Meter(4, 4), 1, parts=(Part(notes, is_drum=True),))
    found = slider_figures(phrase, CODECS["drums"])
    assert (found["density"], found["together"]) == (3.0, 1.5)
    assert found["kick"] == found["snare"] == found["hi-hats"] == pytest.approx(1 / 3)
    assert found["toms"] == found["cymbals"] == 0
    assert not any(slider_figures(Phrase(), CODECS["drums"]).values())
