"""Attributes change in the requested direction, and each z on its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.adapt.apply_attributes import (
    apply_attributes,
    decoded_attributes,
    measurable_attributes,
    parse_settings,
)
from musicvae.checkpoint import Checkpoint, with_attributes
from musicvae.engine import Player
from musicvae.errors import RequestError
from musicvae.metrics.attributes import ATTRIBUTES
from musicvae.theory.meter import Meter

from ..miniatures import tiny_checkpoint

METERS = [Meter(4, 4), Meter(6, 8), Meter(4, 4)]


def with_random_attributes(checkpoint: Checkpoint, slider: bool = False) -> Checkpoint:
    """Add attributes with random directions, and a slider, which cannot be measured."""
    rng = np.random.default_rng(0)
    z = checkpoint.config.net.latent
    directions = {name: 2 * rng.standard_normal(z).astype(np.float32) for name in ATTRIBUTES}
    scales = {name: np.array([0, 1], np.float32) for name in ATTRIBUTES}
    return with_attributes(checkpoint, directions | {"slider-1": np.ones(z, np.float32)}, scales)


PLAYER = Player(with_random_attributes(tiny_checkpoint()))
Z = np.random.default_rng(1).standard_normal((3, PLAYER.latent)).astype(np.float32)
names = st.sampled_from(list(ATTRIBUTES))


@given(names, st.floats(-2, 2))
@settings(max_examples=10, deadline=None)
def test_an_attribute_never_moves_the_other_way(name: str, amount: float) -> None:
    """Up or not at all for a positive amount, down or not at all for a negative one."""
    measurable = measurable_attributes(PLAYER)
    z = apply_attributes(PLAYER, Z, {name: amount}, METERS)
    before, after = (decoded_attributes(PLAYER, points, METERS, measurable) for points in (Z, z))
    change = (after - before)[:, list(measurable).index(name)]
    assert (np.nan_to_num(change) * amount >= 0).all()


@given(names, st.floats(0.1, 1), st.floats(1, 2))
@settings(max_examples=5, deadline=None)
def test_a_larger_amount_changes_at_least_as_much(name: str, some: float, times: float) -> None:
    """For each window, in both directions."""
    measurable = measurable_attributes(PLAYER)
    for sign in (1, -1):
        less, more = (
            decoded_attributes(
                PLAYER,
                apply_attributes(PLAYER, Z, {name: sign * amount}, METERS),
                METERS,
                measurable,
            )
            for amount in (some, some * times)
        )
        change = sign * (more - less)[:, list(measurable).index(name)]
        assert (np.nan_to_num(change) >= -1e-9).all()


def test_nothing_set_leaves_z_as_it_is() -> None:
    """Bit for bit; so does an amount of 0, and an empty z gives an empty result."""
    for nothing in ({}, {"density": 0.0}):
        assert np.array_equal(apply_attributes(PLAYER, Z, nothing, METERS), Z)
    assert apply_attributes(PLAYER, Z[:0], {"density": 1.0}, []).shape == (0, PLAYER.latent)


def test_a_z_moves_the_same_alone_or_in_a_batch() -> None:
    """Also if the batch holds several meters."""
    for amounts in ({"density": 1.0}, {"pitch": -1.0, "range": 0.5}):
        together = apply_attributes(PLAYER, Z, amounts, METERS)
        for row, meter in enumerate(METERS):
            assert np.array_equal(
                apply_attributes(PLAYER, Z[row : row + 1], amounts, [meter])[0], together[row]
            )


def test_what_cannot_be_measured_is_added() -> None:
    """A slider is added times its amount, before the other attributes are applied."""
    assert "slider-1" not in measurable_attributes(PLAYER)
    np.testing.assert_allclose(apply_attributes(PLAYER, Z, {"slider-1": -0.5}, METERS), Z - 0.5)
    both = apply_attributes(PLAYER, Z, {"slider-1": 1.0, "pitch": 1.0}, METERS)
    assert np.array_equal(both, apply_attributes(PLAYER, Z + 1, {"pitch": 1.0}, METERS))


def test_an_unknown_attribute_is_refused() -> None:
    """The error lists the attributes, or says how to fit them."""
    with pytest.raises(RequestError, match="no attribute 'speed'; it has density, syncopation-8"):
        apply_attributes(PLAYER, Z, {"speed": 1.0}, METERS)
    with pytest.raises(RequestError, match="musicvae fit-attributes"):
        apply_attributes(Player(tiny_checkpoint()), Z, {"density": 1.0}, METERS)
    with pytest.raises(RequestError, match="density to a number, not nan"):
        apply_attributes(PLAYER, Z, {"density": np.nan}, METERS)


def test_settings_are_typed_as_they_are_read() -> None:
    """A name, an equals sign and a number with or without a sign."""
    typed = ["density=+1", "syncopation-16=-0.5", " range = .25", "pitch=2."]
    amounts = parse_settings(typed)
    assert amounts == {"density": 1, "syncopation-16": -0.5, "range": 0.25, "pitch": 2}
    for wrong in ("density", "=1", "density=", "density=much", "density=nan", "density=1e9"):
        with pytest.raises(RequestError, match="like density=\\+1"):
            parse_settings([wrong])
    with pytest.raises(RequestError, match="density is set twice"):
        parse_settings(["density=1", "density=+1"])
