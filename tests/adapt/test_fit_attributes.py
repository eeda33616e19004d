"""Directions fitted and stored: they point where they say, and the net stays as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicvae import checkpoint
from musicvae.adapt import fit_attributes as directions
from musicvae.adapt.apply_attributes import measurable_attributes
from musicvae.adapt.fit_attributes import fit_attributes
from musicvae.api.builders import fit_attributes as fit_in_folder
from musicvae.api.model import load
from musicvae.corpus.dataset import open_split
from musicvae.engine import Player
from musicvae.errors import CheckpointError, RequestError
from musicvae.metrics.attributes import ATTRIBUTES
from musicvae.progress import Report
from musicvae.training.build import restore

from ..miniatures import make_data, tiny_checkpoint, tiny_prior


@pytest.fixture(autouse=True)
def few_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough for tiny nets."""
    monkeypatch.setattr(directions, "LADDER", (2.0, 6.0))
    monkeypatch.setattr(directions, "MAX_TRIAL_WINDOWS", 4)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Prepared melodies."""
    return make_data(tmp_path / "data")


def test_ways_move_one_thing_and_leave_the_others() -> None:
    """In a linear model, where two things go together; a partner may go along."""
    slopes = np.array([[1.0, 0.2, 0.0], [0.8, 0.0, 0.5], [0.1, 1.0, 1.0]])
    for partner in (False, True):
        others = [[2] if partner else [1, 2], [0, 2], [0, 1]]
        effects = slopes @ directions._directions(slopes, others).T
        own = np.diag(effects)
        assert (own > 0).all()
        assert abs(effects[1, 0] / own[0]) > 0.5 if partner else abs(effects[1, 0] / own[0]) < 0.3
        plain = slopes @ slopes.T
        assert abs(effects[0, 1] / own[1]) < abs(plain[0, 1] / plain[1, 1]) / 2


def test_a_linear_model_is_found_in_x() -> None:
    """Where z vary much in one direction and little in another."""
    rng = np.random.default_rng(0)
    mu = (rng.standard_normal((2000, 3)) * [3, 1, 0.1] + 5).astype(np.float32)
    wanted = (mu - mu.mean(axis=0)) @ np.array([[1.0, 0.0, 10.0]]).T
    spread = directions._spread(mu)
    slopes = directions._slopes(mu, wanted, spread)
    np.testing.assert_allclose(np.linalg.solve(spread.T, slopes[0]), [1, 0, 10], atol=0.2)


def test_the_net_stays_as_it_was(data: Path, tmp_path: Path) -> None:
    """Its weights and what it plays, to the byte; a second fit takes the first one's place."""
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
    restore(after)
    first = (folder / checkpoint.WEIGHTS).read_bytes()
    fit_in_folder(folder, data=data)
    assert (folder / checkpoint.WEIGHTS).read_bytes() == first


def test_mean_and_sd_are_those_of_the_training_set(data: Path) -> None:
    """Of all its windows where it is small; reports tell how it goes."""
    reports: list[Report] = []
    fitted = fit_attributes(tiny_checkpoint(), data, progress=reports.append)
    assert (reports[-1].task, reports[-1].done) == ("fit-attributes", reports[-1].total)
    windows = open_split(data, "train")
    density = ATTRIBUTES["density"]
    found = [
        density(windows.codec.decode(windows.window(row), windows.meter(row)))
        for row in range(len(windows))
    ]
    expected = [np.mean(found), np.std(found)]
    np.testing.assert_allclose(checkpoint.scales_of(fitted)["density"], expected, rtol=1e-6)


@pytest.mark.parametrize("codec", ["drums", "leadsheet"])
def test_every_codec_has_attributes(codec: str, tmp_path: Path) -> None:
    """Each of its first part."""
    fitted = fit_attributes(tiny_checkpoint(codec=codec), make_data(tmp_path / codec, codec))
    assert len(measurable_attributes(Player(fitted))) == (3 if codec == "drums" else 8)


def test_sliders_and_a_prior_stand_beside_attributes(data: Path) -> None:
    """One does not take the other away; the bare net has none."""
    slider = {"slider-1": np.ones(5, np.float32)}
    with_slider = checkpoint.with_attributes(tiny_checkpoint(), slider)
    fitted = tiny_prior(fit_attributes(with_slider, data))
    assert [*checkpoint.attributes_of(fitted)] == ["slider-1", *ATTRIBUTES]
    assert checkpoint.attributes_of(checkpoint.net_only(fitted)) == {}
    assert checkpoint.net_only(fitted).weights.keys() == tiny_checkpoint().weights.keys()


def test_a_direction_of_another_width_is_damage() -> None:
    """Found when the model is loaded."""
    wrong = checkpoint.with_attributes(tiny_checkpoint(), {"density": np.ones(4, np.float32)})
    with pytest.raises(CheckpointError, match="5 numbers wide"):
        Player(wrong)


def test_what_cannot_be_fitted_is_told(data: Path, tmp_path: Path) -> None:
    """As one sentence."""
    with pytest.raises(RequestError, match="has no z"):
        fit_attributes(tiny_checkpoint("lstm"), data)
    rolls = make_data(tmp_path / "rolls", "roll")
    with pytest.raises(RequestError, match="reads 'melody', the data set holds 'roll'"):
        fit_attributes(tiny_checkpoint(), rolls)
    with pytest.raises(RequestError, match="too small"):
        fit_attributes(tiny_checkpoint(), data, limit=1)
