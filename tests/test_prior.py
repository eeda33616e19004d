"""A prior fitted to a trained net: nearer to its z than a Gaussian, and stored beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicvae import checkpoint, prior
from musicvae.api import load
from musicvae.errors import RequestError, TrainingError
from musicvae.prior import fit_prior
from musicvae.progress import Report
from musicvae.workshop import fit_prior as fit_in_folder
from musicvae.workshop import train

from .miniatures import make_data, tiny_checkpoint


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Prepared melodies."""
    return make_data(tmp_path / "data")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with a net to fit a prior to."""
    checkpoint.save(tmp_path / "model", tiny_checkpoint())
    return tmp_path / "model"


def test_a_prior_knows_z_better_than_a_gaussian(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that better than N(0, I); reports tell how it goes."""
    monkeypatch.setattr(prior, "HIDDEN", 16)
    reports: list[Report] = []
    nats = fit_prior(tiny_checkpoint(), data, steps=300, progress=reports.append).nats
    assert nats["prior"] < nats["Gaussian"] < nats["N(0, I)"]
    assert (reports[0].done, reports[-1].done, reports[-1].total) == (0, 300, 300)
    assert {"nats", "valid_nats"} == reports[-1].figures.keys()


def test_what_is_no_better_than_a_gaussian_is_not_kept(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where every update makes it worse, the fresh flow stays."""
    monkeypatch.setattr(prior, "learning_rate_at", lambda choices, step: 0.3)
    fit = fit_prior(tiny_checkpoint(), data, steps=2)
    assert fit.nats["prior"] == fit.nats["Gaussian"]
    assert not fit.checkpoint.weights["prior.couplings.0.last.weight"].any()


def test_a_fit_that_leaves_the_numbers_is_told(
    model: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one sentence; the folder stays as it was."""
    before = (model / checkpoint.WEIGHTS).read_bytes()
    monkeypatch.setattr(prior, "learning_rate_at", lambda choices, step: 1e9)
    with pytest.raises(TrainingError, match="At step 1 the prior is not a number"):
        fit_in_folder(model, data=data, steps=9)
    assert (model / checkpoint.WEIGHTS).read_bytes() == before


def test_the_folder_then_draws_from_its_prior(model: Path, data: Path) -> None:
    """The net is the same to the bit, and a second fit takes the first one's place."""
    before, played = checkpoint.load(model), load(model).generate(2, seed=0)
    fit_in_folder(model, data=data, steps=3)
    first = checkpoint.load(model)
    for name, array in before.weights.items():
        assert np.array_equal(first.weights[name], array)
    assert (first.config.net.prior, first.config.net.prior_units) == (8, before.config.net.latent)
    assert load(model).generate(2, seed=0) != played
    fit_in_folder(model, data=data, steps=3)
    again = checkpoint.load(model)
    assert again.weights.keys() == first.weights.keys()
    assert all(np.array_equal(again.weights[name], first.weights[name]) for name in again.weights)


def test_the_same_seed_gives_the_same_bytes(model: Path, data: Path) -> None:
    """Another one gives others."""
    files = []
    for seed in (1, 1, 2):
        fit_in_folder(model, data=data, steps=3, seed=seed)
        files.append((model / checkpoint.WEIGHTS).read_bytes())
    assert files[0] == files[1] != files[2]


def test_when_the_time_is_up_the_best_so_far_is_kept(data: Path) -> None:
    """After one update, validated."""
    reports: list[Report] = []
    fit = fit_prior(tiny_checkpoint(), data, max_minutes=0.0, progress=reports.append)
    assert reports[-1].done == 1
    assert fit.nats["prior"] <= fit.nats["Gaussian"]


def test_a_net_that_goes_on_learning_leaves_its_prior_behind(
    model: Path, data: Path, tmp_path: Path
) -> None:
    """What z looks like changes."""
    fit_in_folder(model, data=data, steps=1)
    out = tmp_path / "further"
    train(data=data, out=out, start_from=model, steps=1, batch=4)
    further = checkpoint.load(out)
    assert further.config.net.prior == 0
    assert not any(name.startswith("prior") for name in further.weights)
    assert len(load(out).generate(1, seed=0)) == 1


def test_a_net_without_a_posterior_or_with_another_codec_is_refused(
    data: Path, tmp_path: Path
) -> None:
    """As one sentence."""
    for name in ("autoencoder", "lstm"):
        with pytest.raises(RequestError, match=f"with a posterior; {name} has none"):
            fit_prior(tiny_checkpoint(name), data)
    rolls = make_data(tmp_path / "rolls", "roll")
    with pytest.raises(RequestError, match="reads 'melody', the data set holds 'roll'"):
        fit_prior(tiny_checkpoint(), rolls)
