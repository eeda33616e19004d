"""Effects of attributes: figures from changes, and the output of the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from musicvae import checkpoint
from musicvae.adapt import apply_attributes as attributes
from musicvae.adapt import fit_attributes as directions
from musicvae.adapt.apply_attributes import apply_attributes, decoded_attributes
from musicvae.api.builders import measure_attributes
from musicvae.cli import app
from musicvae.engine import Player
from musicvae.errors import RequestError
from musicvae.evaluation.attribute_effects import AMOUNTS, _effect, effects
from musicvae.metrics.attributes import ATTRIBUTES
from musicvae.theory.meter import Meter

from ..adapt.test_apply_attributes import PLAYER, with_random_attributes
from ..miniatures import tiny_checkpoint, write_dataset

METERS = [Meter(4, 4), Meter(6, 8), Meter(4, 4)]
Z = np.random.default_rng(2).standard_normal((3, PLAYER.latent)).astype(np.float32)


@pytest.fixture(autouse=True)
def few_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few trials and draws, enough for tiny nets."""
    monkeypatch.setattr(attributes, "PULLS", (0.5, 1.0))
    monkeypatch.setattr(attributes, "NOISE_DRAWS", 2)
    monkeypatch.setattr(directions, "LADDER", (2.0, 6.0))
    monkeypatch.setattr(directions, "MAX_TRIAL_WINDOWS", 4)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The folder of a net with attributes."""
    checkpoint.save(tmp_path / "model", with_random_attributes(tiny_checkpoint()))
    return tmp_path / "model"


def test_figures_are_those_of_the_curves() -> None:
    """A partner that changes as much is no side effect; an even response is not monotone."""
    amounts = (-1.0, 0.0, 1.0)
    changes = np.zeros((3, len(ATTRIBUTES)))
    column = list(ATTRIBUTES).index
    changes[:, column("range")] = changes[:, column("interval")] = [-0.5, 0.0, 0.5]
    changes[:, column("density")] = [0.1, 0.0, 0.1]
    effect = _effect(PLAYER, "range", amounts, changes)
    assert (effect.slope, effect.monotone, effect.partner) == (0.5, True, "interval")
    assert effect.side == "density"
    assert effect.ratio == pytest.approx(10)
    assert not _effect(PLAYER, "density", amounts, changes).monotone


def test_effects_are_what_apply_attributes_does() -> None:
    """The mean over the windows of after minus before, in SDs; 0 for the amount 0."""
    measured = effects(PLAYER, Z, METERS)
    assert [effect.name for effect in measured.effects] == list(ATTRIBUTES)
    before = decoded_attributes(PLAYER, Z, METERS, ATTRIBUTES)
    for effect in measured.effects[:2]:
        for i, amount in enumerate(AMOUNTS):
            z = apply_attributes(PLAYER, Z, {effect.name: amount}, METERS)
            change = (decoded_attributes(PLAYER, z, METERS, ATTRIBUTES) - before).mean(axis=0)
            changes = [effect.changes[name][i] for name in ATTRIBUTES]
            np.testing.assert_allclose(changes, change, atol=1e-4)
        own = effect.changes[effect.name]
        assert own[3] == 0
        assert own == sorted(own)


def test_the_command_prints_a_table_json_and_a_picture(model: Path, tmp_path: Path) -> None:
    """On samples or on a data set; the table fits a narrow terminal."""
    data, picture = write_dataset(tmp_path / "data"), tmp_path / "effects.png"
    command = ["attributes", str(model), "--limit", "2"]
    table = CliRunner().invoke(app, [*command, "--plot", str(picture)], env={"COLUMNS": "80"})
    assert table.exit_code == 0, table.output
    assert "…" not in table.output
    rows = [line.split() for line in table.output.splitlines()]
    assert [row[0] for row in rows if len(row) == 2 + len(AMOUNTS)] == ["set", *ATTRIBUTES]
    assert "density: notes a bar; mean" in table.output
    assert picture.read_bytes().startswith(b"\x89PNG")
    for options in ([], ["--data", str(data), "--split", "valid"]):
        result = CliRunner().invoke(app, [*command, "--json", *options])
        assert result.exit_code == 0, result.output
        printed = json.loads(result.stdout)
        assert printed["windows"] == 2
        assert [effect["name"] for effect in printed["effects"]] == list(ATTRIBUTES)


def test_attributes_can_be_measured_once_they_are_fitted(tmp_path: Path) -> None:
    """Without attributes the error names the command that fits them."""
    data, folder = write_dataset(tmp_path / "data"), tmp_path / "model"
    checkpoint.save(folder, tiny_checkpoint())
    with pytest.raises(RequestError, match="musicvae fit-attributes"):
        measure_attributes(folder, limit=2)
    result = CliRunner().invoke(app, ["fit-attributes", str(folder), "--data", str(data)])
    assert result.exit_code == 0, result.output
    assert f"musicvae attributes {folder}" in result.output
    assert len(measure_attributes(folder, data=data, limit=2).effects) == len(ATTRIBUTES)


def test_data_that_does_not_fit_is_an_error(model: Path, tmp_path: Path) -> None:
    """Another codec, or an unknown split."""
    data = write_dataset(tmp_path / "drums", "drums")
    with pytest.raises(RequestError, match="reads 'melody', the data set holds 'drums'"):
        measure_attributes(model, data=data)
    with pytest.raises(RequestError, match="no split 'all'"):
        measure_attributes(model, data=data, split="all")
    assert Player(checkpoint.load(model)).attributes.keys() > ATTRIBUTES.keys()
