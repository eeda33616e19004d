"""Training that continues from an existing model: `start_from`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import musicvae
from musicvae import checkpoint
from musicvae.checkpoint import Checkpoint
from musicvae.config import ModelConfig
from musicvae.errors import CheckpointError, TrainingError
from musicvae.progress import Report
from musicvae.training import train as training
from musicvae.training.resume import saved_config
from musicvae.training.train import train
from musicvae.training.trainer import Trainer

from ..miniatures import short_training, tiny_checkpoint, write_dataset


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepared melodies."""
    return write_dataset(tmp_path_factory.mktemp("prepared") / "data")


@pytest.fixture(scope="module")
def first(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model after some training."""
    out = tmp_path_factory.mktemp("trained") / "first"
    return train(short_training(steps=40, free_nats=0.0), data, out)


def losses(reports: list[Report]) -> list[float]:
    """The loss at each report."""
    return [report.figures["loss"] for report in reports if report.figures]


def test_training_starts_with_the_weights_of_the_model(
    data: Path, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All weights and settings are the model's, except for settings that are given."""
    starts: list[Checkpoint] = []
    fit = training.fit

    def recorded_fit(trainer: Trainer, *rest: object) -> None:
        weights = {name: t.numpy().copy() for name, t in trainer.net.state_dict().items()}
        starts.append(Checkpoint(trainer.config, weights, trainer.state.step))
        fit(trainer, *rest)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(training, "fit", recorded_fit)
    out = musicvae.train(data=data, out=tmp_path / "on", start_from=first, steps=1, seed=7)
    (start,), model = starts, checkpoint.load(first)
    assert start.weights.keys() == model.weights.keys()
    assert all(np.array_equal(start.weights[name], model.weights[name]) for name in start.weights)
    assert start.step == 0
    expected = replace(model.config, train=replace(model.config.train, steps=1, seed=7))
    assert start.config == checkpoint.load(out).config == expected


def test_it_continues_to_learn(data: Path, first: Path, tmp_path: Path) -> None:
    """Its loss starts below that of a fresh net, and ends lower."""
    fresh: list[Report] = []
    continued: list[Report] = []
    train(
        short_training(steps=40, free_nats=0.0, beta=0.0),
        data,
        tmp_path / "fresh",
        progress=fresh.append,
    )
    musicvae.train(
        data=data,
        out=tmp_path / "on",
        start_from=first,
        steps=40,
        free_nats=0.0,
        beta=0.0,
        progress=continued.append,
    )
    assert losses(continued)[0] < 0.9 * losses(fresh)[0]
    assert losses(continued)[-1] < losses(fresh)[-1]


def test_a_run_that_started_from_a_model_resumes(data: Path, first: Path, tmp_path: Path) -> None:
    """The resumed run ends like an unbroken one, with or without `start_from`."""
    steps = {"data": data, "steps": 6}
    musicvae.train(out=tmp_path / "whole", start_from=first, **steps)  # type: ignore[arg-type]
    for name, model in (("with", first), ("without", None)):
        out = tmp_path / name
        musicvae.train(out=out, start_from=first, max_minutes=0, **steps)  # type: ignore[arg-type]
        assert saved_config(out).train.steps == 6
        assert checkpoint.load(out).step < 6
        musicvae.train(out=out, start_from=model, resume=True, data=data)
        whole, resumed = (checkpoint.load(tmp_path / run) for run in ("whole", name))
        assert resumed.step == whole.step == 6
        for key, weights in whole.weights.items():
            assert np.array_equal(weights, resumed.weights[key]), key


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"codec": "trio"}, r"a model that has codec trio \(not melody\)"),
        ({"hidden": 9, "latent": 6}, r"a model that has latent 6 \(not 5\), hidden 9 \(not 8\)"),
        ({"bars": 4}, r"a model that has bars 4 \(not 2\)"),
    ],
)
def test_a_model_of_another_codec_or_size_is_refused(
    settings: dict[str, object], sentence: str, data: Path, tmp_path: Path
) -> None:
    """The error names what differs; nothing is written."""
    model = tiny_checkpoint("melody-2bar", **settings)
    with pytest.raises(TrainingError, match=rf"^melody-2bar cannot begin with {sentence}: choose"):
        train(short_training(), data, tmp_path / "out", start_from=model)
    assert not (tmp_path / "out").exists()


def test_with_a_preset_and_a_model_the_settings_are_the_presets(
    data: Path, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The net must be that of the model; the training is that of the preset."""
    with pytest.raises(TrainingError, match=r"^melody-2bar cannot begin with .*hidden 8 \(not 320"):
        musicvae.train("melody-2bar", data=data, out=tmp_path / "a", start_from=first)
    presets: dict[str, ModelConfig] = {"mine": short_training(steps=2, beta=0.7)}
    monkeypatch.setattr("musicvae.api.builders.find_preset", presets.__getitem__)
    out = musicvae.train("mine", data=data, out=tmp_path / "b", start_from=first)
    assert checkpoint.load(out).config == presets["mine"]


def test_data_of_another_codec_or_length_is_refused(first: Path, tmp_path: Path) -> None:
    """The error names the model, and the option to prepare the data with."""
    for codec, bars, sentence in (("drums", 2, "--codec melody"), ("melody", 4, "--bars 2")):
        data = write_dataset(tmp_path / codec, codec, bars)
        with pytest.raises(TrainingError, match=f"^melody-2bar reads .*prepare it.* {sentence}"):
            musicvae.train(data=data, out=tmp_path / "out", start_from=first)


def test_a_missing_model_is_refused(data: Path, tmp_path: Path) -> None:
    """The error lists the models of the package."""
    with pytest.raises(CheckpointError, match=r"no model 'mozart'.*melody-2bar"):
        musicvae.train(data=data, out=tmp_path / "out", start_from="mozart")
