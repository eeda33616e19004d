"""interpolate: the curves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.api.model import MusicVAE
from musicvae.errors import RequestError
from musicvae.generation.latent_path import CURVES, path_shares
from musicvae.theory.meter import Meter
from musicvae.verbs import reconstruct
from musicvae.verbs.interpolate import interpolate

from ..miniatures import little_tune


@given(st.sampled_from(sorted(CURVES)), st.integers(2, 60))
def test_every_curve_goes_from_0_to_1_and_never_back(curve: str, n: int) -> None:
    """Its ends are exact."""
    shares = path_shares(curve, n)
    assert (shares[0], shares[-1], len(shares)) == (0.0, 1.0, n)
    assert (np.diff(shares) >= 0).all()


def test_early_mirrors_late_and_ease_mirrors_itself() -> None:
    """Late is slow at the start, and ease at both ends."""
    assert np.allclose(path_shares("early", 9), 1 - path_shares("late", 9)[::-1])
    ease = path_shares("ease", 9)
    assert np.allclose(ease, 1 - ease[::-1])
    assert ease[1] < path_shares("even", 9)[1]
    assert path_shares("late", 9)[4] == 0.25


@pytest.mark.parametrize("curve", CURVES)
def test_the_ends_are_the_reconstructions_on_any_curve(tiny_model: MusicVAE, curve: str) -> None:
    """Only the phrases in between differ."""
    player, a, b = tiny_model.player, little_tune(Meter(), 1), little_tune(Meter(6, 8), 2)
    path = interpolate(player, a, b, 5, curve=curve)
    assert [path[0], path[-1]] == [reconstruct.reconstruct(player, end).phrase for end in (a, b)]


def test_a_late_curve_stays_longer_near_its_first_end(tiny_model: MusicVAE) -> None:
    """And in its meter; an early curve stays longer near the last."""
    a, b = little_tune(Meter(), 1), little_tune(Meter(6, 8), 2)
    meters = {
        curve: [phrase.meter for phrase in interpolate(tiny_model.player, a, b, 7, curve=curve)]
        for curve in ("early", "even", "late")
    }
    counts = {curve: path.count(Meter()) for curve, path in meters.items()}
    assert counts == {"early": 2, "even": 3, "late": 5}


def test_an_unknown_curve_is_refused(tiny_model: MusicVAE) -> None:
    """The error lists the curves."""
    a = little_tune(Meter(), 1)
    with pytest.raises(RequestError, match="no curve 'steep'; choose even, line, ease"):
        interpolate(tiny_model.player, a, a, 3, curve="steep")
