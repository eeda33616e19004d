"""Training on from a model that is there: --from."""

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

from ..miniatures import make_data, short, tiny_checkpoint


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepared melodies."""
    return make_data(tmp_path_factory.mktemp("prepared") / "data")


@pytest.fixture(scope="module")
def first(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learned for a while."""
    out = tmp_path_factory.mktemp("trained") / "first"
    return train(short(steps=40, free_nats=0.0), data, out)


def told(reports: list[Report]) -> list[float]:
    """The loss at each report."""
    return [report.figures["loss"] for report in reports if report.figures]


def test_it_begins_with_the_weights_of_the_model(
    data: Path, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, as they lie in its folder; of the choices, those that were not given."""
    begun: list[Checkpoint] = []
    go = training.fit

    def seen(run: Trainer, *rest: object) -> None:
        weights = {name: t.numpy().copy() for name, t in run.net.state_dict().items()}
        begun.append(Checkpoint(run.config, weights, run.state.step))
        go(run, *rest)  # type: ignore[arg-type]  # as it is

    monkeypatch.setattr(training, "fit", seen)
    out = musicvae.train(data=data, out=tmp_path / "on", start_from=first, steps=1, seed=7)
    (run,), model = begun, checkpoint.load(first)
    assert run.weights.keys() == model.weights.keys()
    assert all(np.array_equal(run.weights[name], model.weights[name]) for name in run.weights)
    assert run.step == 0
    expected = replace(model.config, train=replace(model.config.train, steps=1, seed=7))
    assert run.config == checkpoint.load(out).config == expected


def test_it_goes_on_learning(data: Path, first: Path, tmp_path: Path) -> None:
    """It begins where the model stood, not where a fresh net does, and gets better."""
    fresh: list[Report] = []
    on: list[Report] = []
    train(short(steps=40, free_nats=0.0, beta=0.0), data, tmp_path / "fresh", progress=fresh.append)
    musicvae.train(
        data=data,
        out=tmp_path / "on",
        start_from=first,
        steps=40,
        free_nats=0.0,
        beta=0.0,
        progress=on.append,
    )
    assert told(on)[0] < 0.9 * told(fresh)[0]
    assert told(on)[-1] < told(fresh)[-1]


def test_a_run_that_went_on_from_a_model_is_resumed(
    data: Path, first: Path, tmp_path: Path
) -> None:
    """With the line it was begun with, or without the model: the same as unbroken."""
    steps = {"data": data, "steps": 6}
    musicvae.train(out=tmp_path / "whole", start_from=first, **steps)  # type: ignore[arg-type]
    for name, model in (("with", first), ("without", None)):
        out = tmp_path / name
        musicvae.train(out=out, start_from=first, max_minutes=0, **steps)  # type: ignore[arg-type]
        assert saved_config(out).train.steps == 6
        assert checkpoint.load(out).step < 6
        musicvae.train(out=out, start_from=model, resume=True, data=data)
        one, other = (checkpoint.load(tmp_path / place) for place in ("whole", name))
        assert other.step == one.step == 6
        for key, weights in one.weights.items():
            assert np.array_equal(weights, other.weights[key]), key


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"codec": "trio"}, r"a model that has codec trio \(not melody\)"),
        ({"hidden": 9, "latent": 6}, r"a model that has latent 6 \(not 5\), hidden 9 \(not 8\)"),
        ({"bars": 4}, r"a model that has bars 4 \(not 2\)"),
    ],
)
def test_a_model_of_another_codec_or_size_is_one_sentence(
    choices: dict[str, object], sentence: str, data: Path, tmp_path: Path
) -> None:
    """It names what differs; nothing is written."""
    model = tiny_checkpoint("melody-2bar", **choices)
    with pytest.raises(TrainingError, match=rf"^melody-2bar cannot begin with {sentence}: choose"):
        train(short(), data, tmp_path / "out", start_from=model)
    assert not (tmp_path / "out").exists()


def test_a_preset_beside_a_model_has_the_choices(
    data: Path, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its net has to be that of the model, and its training is the preset's."""
    with pytest.raises(TrainingError, match=r"^melody-2bar cannot begin with .*hidden 8 \(not 320"):
        musicvae.train("melody-2bar", data=data, out=tmp_path / "a", start_from=first)
    presets: dict[str, ModelConfig] = {"mine": short(steps=2, beta=0.7)}
    monkeypatch.setattr("musicvae.api.builders.find_preset", presets.__getitem__)
    out = musicvae.train("mine", data=data, out=tmp_path / "b", start_from=first)
    assert checkpoint.load(out).config == presets["mine"]


def test_data_that_the_model_does_not_read_is_refused(first: Path, tmp_path: Path) -> None:
    """Of another codec, and of windows of another length; by the model's own name."""
    for codec, bars, sentence in (("drums", 2, "--codec melody"), ("melody", 4, "--bars 2")):
        data = make_data(tmp_path / codec, codec, bars)
        with pytest.raises(TrainingError, match=f"^melody-2bar reads .*prepare it.* {sentence}"):
            musicvae.train(data=data, out=tmp_path / "out", start_from=first)


def test_a_model_that_is_not_there_is_one_sentence(data: Path, tmp_path: Path) -> None:
    """Those that came with the package are listed."""
    with pytest.raises(CheckpointError, match=r"no model 'mozart'.*melody-2bar"):
        musicvae.train(data=data, out=tmp_path / "out", start_from="mozart")
