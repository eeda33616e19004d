"""Fitting a prior: a language model generates windows, their z are the samples of the prior."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae import checkpoint
from musicvae.api.builders import fit_prior as fit_in_folder
from musicvae.api.builders import train
from musicvae.api.model import load
from musicvae.config import PRIOR_FIELDS
from musicvae.corpus.dataset import open_split
from musicvae.engine import Player
from musicvae.errors import RequestError, TrainingError
from musicvae.nets import Losses
from musicvae.progress import Report
from musicvae.theory.meter import Meter
from musicvae.training import fit_prior as fit_prior_module
from musicvae.training.fit_prior import PRIOR_NET_CONFIG, fit_prior
from musicvae.training.resume import STATE_FILE, saved_config
from musicvae.training.trainer import LocalBatch, Trainer

from ..miniatures import tiny_checkpoint, write_dataset

METERS = [Meter(4, 4), Meter(6, 8), Meter(4, 4)]


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The language models are small here."""
    small = replace(PRIOR_NET_CONFIG, hidden=16, embedding=24)
    monkeypatch.setattr(fit_prior_module, "PRIOR_NET_CONFIG", small)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Prepared melodies."""
    return write_dataset(tmp_path / "data")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with a net to fit a prior to."""
    checkpoint.save(tmp_path / "model", tiny_checkpoint())
    return tmp_path / "model"


def generators(seed: int) -> list[np.random.Generator]:
    """One generator for each meter."""
    return [np.random.default_rng((seed, row)) for row in range(len(METERS))]


def test_more_updates_lower_the_nll(data: Path) -> None:
    """The reports carry the name of the task."""
    reports: list[Report] = []
    few = fit_prior(tiny_checkpoint(), data, steps=1).valid_nll
    many = fit_prior(tiny_checkpoint(), data, steps=60, progress=reports.append).valid_nll
    assert few is not None
    assert many is not None
    assert many < few
    assert (reports[-1].task, reports[-1].done, reports[-1].total) == ("fit-prior", 60, 60)


def test_z_is_the_posterior_mean_of_a_generated_window(data: Path) -> None:
    """Each row has a generator, which draws the window."""
    fitted = fit_prior(tiny_checkpoint(), data, steps=1).checkpoint
    player, prior = Player(fitted), checkpoint.prior_of(fitted)
    assert prior is not None
    rngs = generators(3)
    no_z = np.empty((len(METERS), 0), np.float32)
    windows = Player(prior).decode(no_z, METERS, temperature=0.7, rngs=rngs)
    z = player.sample_z(METERS, generators(3), 0.7)
    assert np.array_equal(z, player.encode(windows, METERS).mu)
    alone = player.sample_z(METERS[1:2], generators(3)[1:2], 0.7)
    np.testing.assert_allclose(alone[0], z[1], atol=1e-5)


def test_over_likely_windows_are_sampled_again(data: Path) -> None:
    """Windows likelier than half of valid, at temperature 1 only, and a limited number of times."""
    fitted = fit_prior(tiny_checkpoint(), data, steps=30, reject_fraction=0.5).checkpoint
    min_nll, prior = fitted.config.net.min_nll, checkpoint.prior_of(fitted)
    assert prior is not None
    valid, language_model = open_split(data, "valid"), Player(prior)
    windows, meters = zip(*((valid.window(i), valid.meter(i)) for i in range(18)), strict=True)
    no_z = np.empty((18, 0), np.float32)
    nlls = [by_step.mean() for by_step in language_model.nll(no_z, windows, meters)]
    assert min_nll == pytest.approx(np.median(nlls))
    reject_all = replace(fitted.config.net, min_nll=1e9)
    never = replace(fitted, config=replace(fitted.config, net=reject_all))
    free = replace(fitted, config=replace(fitted.config, net=replace(reject_all, min_nll=0.0)))
    for temperature, resampled in ((1.0, True), (0.9, False)):
        rejecting, accepting = (
            Player(model).sample_z(METERS, generators(3), temperature) for model in (never, free)
        )
        assert np.array_equal(rejecting, accepting) != resampled
    accepted = Player(fitted).sample_prior(METERS, generators(3), 1.0)
    nlls_of_accepted = language_model.nll(no_z[: len(METERS)], accepted, METERS)
    assert min(by_step.mean() for by_step in nlls_of_accepted) >= min_nll


def test_a_loss_that_is_not_a_number_is_an_error(
    model: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model folder is not changed."""
    before = (model / checkpoint.WEIGHTS).read_bytes()

    def fail(trainer: Trainer, batch: object) -> None:
        raise trainer._failure(TrainingError("At step 0 the loss is not a number."))

    monkeypatch.setattr(Trainer, "update", fail)
    with pytest.raises(TrainingError, match="not a number"):
        fit_in_folder(model, data=data, steps=9)
    assert (model / checkpoint.WEIGHTS).read_bytes() == before


def test_ctrl_c_leaves_the_model_as_it_was(
    model: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says so; no training is left to be resumed."""
    before = {path.name: path.read_bytes() for path in model.iterdir()}
    update = Trainer.update

    def interrupted_update(trainer: Trainer, batch: LocalBatch) -> Losses:
        signal.raise_signal(signal.SIGINT)
        return update(trainer, batch)

    monkeypatch.setattr(Trainer, "update", interrupted_update)
    with pytest.raises(KeyboardInterrupt, match=r"^Stopped; the model stays as it was\.$"):
        fit_in_folder(model, data=data, steps=9)
    assert {path.name: path.read_bytes() for path in model.iterdir()} == before


def test_a_model_with_a_prior_generates_from_it(model: Path, data: Path) -> None:
    """The weights of the net are unchanged, and a second fit replaces the first."""
    before, without_prior = checkpoint.load(model), load(model).generate(2, seed=0)
    fit_in_folder(model, data=data, steps=3)
    first = checkpoint.load(model)
    for name, array in before.weights.items():
        assert np.array_equal(first.weights[name], array)
    assert first.config.net.prior == 16
    assert load(model).generate(2, seed=0) != without_prior
    fit_in_folder(model, data=data, steps=3)
    again = checkpoint.load(model)
    assert again.weights.keys() == first.weights.keys()
    assert all(np.array_equal(again.weights[name], first.weights[name]) for name in again.weights)


def test_the_same_seed_gives_the_same_bytes(model: Path, data: Path) -> None:
    """Another seed gives other bytes."""
    files = []
    for seed in (1, 1, 2):
        fit_in_folder(model, data=data, steps=3, seed=seed)
        files.append((model / checkpoint.WEIGHTS).read_bytes())
    assert files[0] == files[1] != files[2]


def test_a_prior_is_stored_even_if_the_time_is_up_at_once(data: Path) -> None:
    """After one update, before the first validation."""
    fit = fit_prior(tiny_checkpoint(), data, max_minutes=0.0)
    assert fit.checkpoint.config.net.prior == 16
    assert fit.valid_nll is None


def test_a_fit_stopped_by_the_clock_goes_on_from_its_work_folder(
    data: Path, tmp_path: Path
) -> None:
    """Stopped and continued, it ends with the weights of an uninterrupted fit."""
    options: dict[str, Any] = {"steps": 4, "layers": 2, "dropout": 0.1, "transpose": True}
    whole = fit_prior(tiny_checkpoint(), data, **options).checkpoint
    work = tmp_path / "work"
    first = fit_prior(tiny_checkpoint(), data, max_minutes=0.0, work=work, **options).checkpoint
    assert saved_config(work).train.transposed == 1.0
    second = fit_prior(tiny_checkpoint(), data, work=work, **options).checkpoint
    same = [np.array_equal(second.weights[name], array) for name, array in whole.weights.items()]
    assert all(same)
    assert any(not np.array_equal(first.weights[n], a) for n, a in whole.weights.items())
    again = fit_prior(tiny_checkpoint(), data, work=work, top_p=0.5, **options).checkpoint
    assert again.config.net == replace(second.config.net, prior_top_p=0.5)


def test_ctrl_c_leaves_a_work_folder_to_go_on_from(
    model: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names it; the model stays as it was."""
    before, update = (model / checkpoint.WEIGHTS).read_bytes(), Trainer.update

    def interrupted_update(trainer: Trainer, batch: LocalBatch) -> Losses:
        signal.raise_signal(signal.SIGINT)
        return update(trainer, batch)

    monkeypatch.setattr(Trainer, "update", interrupted_update)
    with pytest.raises(KeyboardInterrupt, match=r"stays as it was\. The same .* from .*work\.$"):
        fit_in_folder(model, data=data, steps=9, work=tmp_path / "work")
    assert (model / checkpoint.WEIGHTS).read_bytes() == before
    assert (tmp_path / "work" / STATE_FILE).exists()


def test_the_sizes_of_a_prior_are_stored_and_played(model: Path, data: Path) -> None:
    """The model generates from a prior of that many layers and that lookback."""
    sizes: dict[str, Any] = {"hidden": 12, "layers": 2, "lookback": 1}
    sizes |= {"dropout": 0.25, "top_p": 0.9}
    fit_in_folder(model, data=data, steps=1, **sizes)
    net = checkpoint.load(model).config.net
    stored = {name: getattr(net, field) for field, name in PRIOR_FIELDS.items()}
    assert stored == {**sizes, "embedding": 24, "chain": False}
    (phrase,) = load(model).generate(1, seed=0)
    assert load(model).extend(phrase, bars=1, seed=0).bars == phrase.bars + 1


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("hidden", 0),
        ("layers", 65),
        ("lookback", -1),
        ("dropout", 1.5),
        ("top_p", 0.0),
        ("dropout", float("nan")),
    ],
)
def test_a_prior_that_cannot_be_built_is_refused(data: Path, option: str, value: Any) -> None:
    """The message names the option."""
    with pytest.raises(RequestError, match=f"This prior cannot be fitted: {option} is"):
        fit_prior(tiny_checkpoint(), data, **{option: value})


def test_training_a_model_further_drops_its_prior(model: Path, data: Path, tmp_path: Path) -> None:
    """The prior no longer fits, because the distribution of z changes."""
    fit_in_folder(model, data=data, steps=1)
    out = tmp_path / "further"
    train(data=data, out=out, start_from=model, steps=1, batch=4)
    further = checkpoint.load(out)
    assert further.config.net.prior == 0
    assert checkpoint.prior_of(further) is None
    assert checkpoint.net_only(further) == further
    assert len(load(out).generate(1, seed=0)) == 1


def test_a_net_without_a_posterior_or_with_another_codec_is_refused(
    data: Path, tmp_path: Path
) -> None:
    """So is a fraction of 1: all windows would be rejected."""
    for name in ("autoencoder", "lstm"):
        with pytest.raises(RequestError, match=f"with a posterior; {name} has none"):
            fit_prior(tiny_checkpoint(name), data)
    with pytest.raises(RequestError, match="must be from 0 to less than 1, not 1"):
        fit_prior(tiny_checkpoint(), data, reject_fraction=1.0)
    rolls = write_dataset(tmp_path / "rolls", "roll")
    with pytest.raises(RequestError, match="reads 'melody', the data set holds 'roll'"):
        fit_prior(tiny_checkpoint(), rolls)
