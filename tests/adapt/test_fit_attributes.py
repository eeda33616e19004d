"""Directions of attributes: each changes its own attribute, and the net stays as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicvae import checkpoint
from musicvae.adapt import fit_attributes as module
from musicvae.adapt.apply_attributes import measurable_attributes
from musicvae.adapt.fit_attributes import fit_attributes
from musicvae.api.builders import fit_attributes as fit_in_folder
from musicvae.api.model import load
from musicvae.corpus.dataset import open_split
from musicvae.engine import Player
from musicvae.errors import CheckpointError, RequestError
from musicvae.metrics.attributes import ATTRIBUTES
from musicvae.progress import Report
from musicvae.training.build import load_net

from ..miniatures import tiny_checkpoint, tiny_prior, write_dataset


@pytest.fixture(autouse=True)
def few_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few windows and lengths, enough for tiny nets."""
    monkeypatch.setattr(module, "LADDER", (2.0, 6.0))
    monkeypatch.setattr(module, "MAX_TRIAL_WINDOWS", 4)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Prepared melodies."""
    return write_dataset(tmp_path / "data")


def test_directions_change_one_attribute_and_leave_the_others() -> None:
    """In a linear model of two correlated attributes; a partner may change with its attribute."""
    slopes = np.array([[1.0, 0.2, 0.0], [0.8, 0.0, 0.5], [0.1, 1.0, 1.0]])
    for partner in (False, True):
        others = [[2] if partner else [1, 2], [0, 2], [0, 1]]
        effects = slopes @ module._directions(slopes, others).T
        own_effect = np.diag(effects)
        assert (own_effect > 0).all()
        assert (
            abs(effects[1, 0] / own_effect[0]) > 0.5
            if partner
            else abs(effects[1, 0] / own_effect[0]) < 0.3
        )
        plain = slopes @ slopes.T
        assert abs(effects[0, 1] / own_effect[1]) < abs(plain[0, 1] / plain[1, 1]) / 2


def test_where_nothing_has_an_effect_no_direction_is_longer_than_another() -> None:
    """A net that has hardly been trained: all are zero, and none is not a number."""
    directions = module._directions(np.zeros((3, 5)), [[1, 2], [0, 2], [0, 1]])
    assert np.array_equal(directions, np.zeros((3, 5)))


def test_the_slopes_are_those_over_x() -> None:
    """Although z varies much in one direction and little in another."""
    rng = np.random.default_rng(0)
    mu = (rng.standard_normal((2000, 3)) * [3, 1, 0.1] + 5).astype(np.float32)
    values = (mu - mu.mean(axis=0)) @ np.array([[1.0, 0.0, 10.0]]).T
    spread = module._spread(mu)
    slopes = module._slopes(mu, values, spread)
    np.testing.assert_allclose(np.linalg.solve(spread.T, slopes[0]), [1, 0, 10], atol=0.2)


def test_the_net_stays_as_it_was(data: Path, tmp_path: Path) -> None:
    """Its weights and its music, to the byte; a second fit replaces the first."""
    folder = tmp_path / "model"
    checkpoint.save(folder, tiny_prior(tiny_checkpoint()))
    before, played = checkpoint.load(folder), load(folder).generate(2, seed=0)
    fit_in_folder(folder, data=data)
    after = checkpoint.load(folder)
    for name, array in before.weights.items():
        assert array.tobytes() == after.weights[name].tobytes()
    assert after.parameters == before.parameters
    assert after.config == before.config
    assert load(folder).generate(2, seed=0) == played
    assert list(measurable_attributes(load(folder).player)) == list(ATTRIBUTES)
    load_net(after)
    first = (folder / checkpoint.WEIGHTS).read_bytes()
    fit_in_folder(folder, data=data)
    assert (folder / checkpoint.WEIGHTS).read_bytes() == first


def test_mean_and_sd_are_those_of_the_training_set(data: Path) -> None:
    """Over all windows of a small set; the last report says that all is done."""
    reports: list[Report] = []
    fitted = fit_attributes(tiny_checkpoint(), data, progress=reports.append)
    assert (reports[-1].task, reports[-1].done) == ("fit-attributes", reports[-1].total)
    windows = open_split(data, "train")
    density = ATTRIBUTES["density"]
    densities = [
        density(windows.codec.decode(windows.window(row), windows.meter(row)))
        for row in range(len(windows))
    ]
    expected = [np.mean(densities), np.std(densities)]
    np.testing.assert_allclose(checkpoint.attribute_scales(fitted)["density"], expected, rtol=1e-6)


@pytest.mark.parametrize("codec", ["drums", "leadsheet"])
def test_every_codec_has_attributes(codec: str, tmp_path: Path) -> None:
    """Those of its first part."""
    fitted = fit_attributes(tiny_checkpoint(codec=codec), write_dataset(tmp_path / codec, codec))
    assert len(measurable_attributes(Player(fitted))) == (3 if codec == "drums" else 8)


def test_attributes_are_stored_beside_sliders_and_a_prior(data: Path) -> None:
    """None replaces another; the net alone has neither."""
    slider = {"slider-1": np.ones(5, np.float32)}
    with_slider = checkpoint.with_attributes(tiny_checkpoint(), slider)
    fitted = tiny_prior(fit_attributes(with_slider, data))
    assert [*checkpoint.attribute_directions(fitted)] == ["slider-1", *ATTRIBUTES]
    assert checkpoint.attribute_directions(checkpoint.net_only(fitted)) == {}
    assert checkpoint.net_only(fitted).weights.keys() == tiny_checkpoint().weights.keys()


def test_a_direction_of_another_width_is_refused() -> None:
    """When the model is loaded."""
    wrong = checkpoint.with_attributes(tiny_checkpoint(), {"density": np.ones(4, np.float32)})
    with pytest.raises(CheckpointError, match="must have 5 numbers"):
        Player(wrong)


def test_what_cannot_be_fitted_is_refused(data: Path, tmp_path: Path) -> None:
    """A net without z, another codec, and too few windows."""
    with pytest.raises(RequestError, match="has no z"):
        fit_attributes(tiny_checkpoint("lstm"), data)
    rolls = write_dataset(tmp_path / "rolls", "roll")
    with pytest.raises(RequestError, match="reads 'melody', the data set holds 'roll'"):
        fit_attributes(tiny_checkpoint(), rolls)
    with pytest.raises(RequestError, match="too small"):
        fit_attributes(tiny_checkpoint(), data, limit=1)
