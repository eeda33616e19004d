"""How a walk is spread: curves."""

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
def test_every_curve_goes_from_end_to_end_and_never_back(curve: str, n: int) -> None:
    """0 and 1 to the bit, and each share is at least the one before."""
    shares = path_shares(curve, n)
    assert (shares[0], shares[-1], len(shares)) == (0.0, 1.0, n)
    assert (np.diff(shares) >= 0).all()


def test_early_is_late_from_the_other_end_and_ease_is_its_own_mirror() -> None:
    """What one does at the start the other does at the end; ease is slow at both."""
    assert np.allclose(path_shares("early", 9), 1 - path_shares("late", 9)[::-1])
    ease = path_shares("ease", 9)
    assert np.allclose(ease, 1 - ease[::-1])
    assert ease[1] < path_shares("even", 9)[1]
    assert path_shares("late", 9)[4] == 0.25


@pytest.mark.parametrize("curve", CURVES)
def test_the_ends_of_a_walk_are_the_reconstructions_on_any_curve(
    tiny_model: MusicVAE, curve: str
) -> None:
    """Only what lies between is spread in another way."""
    player, a, b = tiny_model.player, little_tune(Meter(), 1), little_tune(Meter(6, 8), 2)
    walk = interpolate(player, a, b, 5, curve=curve)
    assert [walk[0], walk[-1]] == [reconstruct.reconstruct(player, end).phrase for end in (a, b)]


def test_a_late_walk_stays_longer_with_its_first_end(tiny_model: MusicVAE) -> None:
    """In its meter, too; an early one with its last."""
    a, b = little_tune(Meter(), 1), little_tune(Meter(6, 8), 2)
    meters = {
        curve: [p.meter for p in interpolate(tiny_model.player, a, b, 7, curve=curve)]
        for curve in ("early", "even", "late")
    }
    counts = {curve: walk.count(Meter()) for curve, walk in meters.items()}
    assert counts == {"early": 2, "even": 3, "late": 5}


def test_a_curve_that_there_is_not_is_answered_with_those_there_are(tiny_model: MusicVAE) -> None:
    """One sentence."""
    a = little_tune(Meter(), 1)
    with pytest.raises(RequestError, match="no curve 'steep'; choose even, line, ease"):
        interpolate(tiny_model.player, a, a, 3, curve="steep")
