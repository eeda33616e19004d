"""Checkpoints: saving is atomic; loading gives the same back or refuses with one sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save as to_bytes

from musicvae import checkpoint
from musicvae.checkpoint import CONFIG, WEIGHTS, Checkpoint, load, prior_of, save
from musicvae.errors import CheckpointError, OutputError
from musicvae.presets import PRESETS


def some_checkpoint() -> Checkpoint:
    """A checkpoint of two arrays that half precision represents exactly."""
    weights: dict[str, NDArray[np.float32]] = {
        "a.weight": np.linspace(0, 1, 6, dtype=np.float16).reshape(2, 3).astype(np.float32),
        "a.bias": np.array([-1.5, 0, 1], dtype=np.float32),
    }
    return Checkpoint(PRESETS["melody-2bar"], weights, step=12)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a saved checkpoint."""
    save(tmp_path / "model", some_checkpoint())
    return tmp_path / "model"


@pytest.mark.parametrize("name", PRESETS)
def test_what_is_saved_is_loaded(tmp_path: Path, name: str) -> None:
    """Config, step and weights are equal; weights are single precision in memory."""
    before = replace(some_checkpoint(), config=PRESETS[name])
    save(tmp_path / "new" / "model", before)
    after = load(tmp_path / "new" / "model")
    assert (after.config, after.step) == (before.config, 12)
    assert after.weights.keys() == before.weights.keys()
    for key, array in after.weights.items():
        assert array.dtype == np.float32
        assert np.array_equal(array, before.weights[key])


def test_weights_keep_half_precision(tmp_path: Path) -> None:
    """Eleven significant bits give a relative error of at most 2^-11, in half the bytes."""
    weights = {"w": np.random.default_rng(0).normal(size=10_000).astype(np.float32)}
    save(tmp_path, replace(some_checkpoint(), weights=weights))
    read = load(tmp_path).weights["w"]
    large = np.abs(weights["w"]) > 2.0**-14
    error = np.abs(read - weights["w"])[large] / np.abs(weights["w"])[large]
    assert 0 < error.max() <= 2.0**-11
    assert 20_000 < (tmp_path / WEIGHTS).stat().st_size < 20_200


def test_a_transposed_array_is_saved_as_it_looks(tmp_path: Path) -> None:
    """The memory order of an array does not matter."""
    transposed = np.arange(6, dtype=np.float32).reshape(2, 3).T
    save(tmp_path, replace(some_checkpoint(), weights={"w": transposed}))
    assert np.array_equal(load(tmp_path).weights["w"], transposed)


def test_a_checkpoint_shows_its_size() -> None:
    """The repr has the preset and the number of weights."""
    assert repr(some_checkpoint()) == "Checkpoint(melody-2bar, parameters=9)"


def test_a_folder_without_config_is_no_checkpoint(tmp_path: Path) -> None:
    """It is missing, or a save has not finished."""
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(CheckpointError, match=r"is no checkpoint: it has no config\.json"):
            load(folder)


def test_weights_that_are_missing_or_damaged_are_refused(folder: Path) -> None:
    """The file is truncated, has other content, or is missing."""
    whole = (folder / WEIGHTS).read_bytes()
    for data in (whole[:-5], whole[:20], b"", b"not weights at all, just a sentence"):
        (folder / WEIGHTS).write_bytes(data)
        with pytest.raises(CheckpointError, match=r"weights in .* cannot be read"):
            load(folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(CheckpointError, match="cannot be read"):
        load(folder)


def test_weights_that_are_no_numbers_are_neither_saved_nor_loaded(folder: Path) -> None:
    """NaN and numbers too large for half precision are refused; the old weights stay."""
    before = (folder / WEIGHTS).read_bytes()
    for value in (np.nan, 1e6):
        weights = {"w": np.full((2, 2), value, np.float32)}
        with pytest.raises(CheckpointError, match="w holds numbers that"):
            save(folder, replace(some_checkpoint(), weights=weights))
    assert (folder / WEIGHTS).read_bytes() == before
    (folder / WEIGHTS).write_bytes(to_bytes({"w": np.full(3, np.nan, np.float16)}))
    with pytest.raises(CheckpointError, match="not all numbers"):
        load(folder)


def test_a_prior_of_before_there_were_layers_and_lookbacks_has_one_layer_and_none(
    folder: Path,
) -> None:
    """A config that says nothing of them."""
    about = json.loads((folder / CONFIG).read_text())
    later = {"layers", "lookback", "embedding", "dropout"}
    later = {f"prior_{name}" for name in later} | later - {"layers"}
    net = {name: value for name, value in about["net"].items() if name not in later}
    assert len(net) == len(about["net"]) - len(later)
    (folder / CONFIG).write_text(json.dumps({**about, "net": {**net, "prior": 320}}))
    prior = prior_of(load(folder))
    assert prior is not None
    old = (prior.config.net.hidden, prior.config.net.layers, prior.config.net.lookback)
    assert old == (320, 1, 0)


def test_another_version_is_refused(folder: Path) -> None:
    """The message names both versions."""
    about = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps({**about, "version": 99}))
    with pytest.raises(CheckpointError, match="version 99; this musicvae reads versions up to 2"):
        load(folder)


def test_a_config_that_describes_no_net_is_refused(folder: Path) -> None:
    """Fields are missing or unknown, values have wrong types, or the file is not JSON."""
    about = json.loads((folder / CONFIG).read_text())
    odd = {**about, "net": {**about["net"], "colour": "blue"}}
    without = {key: value for key, value in about.items() if key != "train"}
    wrong = [
        {**about, "net": {**about["net"], field: value}}
        for field, value in (("latent", None), ("kind", []), ("decoder", "odd"), ("kind", "gru"))
    ]
    wrong.append({**about, "net": {**about["net"], "decoder": "plain", "conductor": 4}})
    for text in (*map(json.dumps, (odd, without, *wrong)), "{", "[]", "7", "null"):
        (folder / CONFIG).write_text(text)
        with pytest.raises(CheckpointError, match=r"config\.json (cannot|does not)"):
            load(folder)
    (folder / CONFIG).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load(folder)


def test_an_interrupted_first_save_leaves_no_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The config is written last; without it the folder counts as no checkpoint."""
    written: list[Path] = []

    def stop_at_the_second(path: Path, data: bytes) -> None:
        if written:
            raise KeyboardInterrupt
        written.append(path)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)

    monkeypatch.setattr(checkpoint, "write_atomic", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path / "model", some_checkpoint())
    assert written == [tmp_path / "model" / WEIGHTS]
    with pytest.raises(CheckpointError, match="is no checkpoint"):
        load(tmp_path / "model")


def test_a_save_that_fails_leaves_the_old_weights(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the new file is moved into place; no temporary file is left."""

    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(folder.iterdir())
    monkeypatch.setattr(Path, "replace", full)
    doubled = {name: 2 * array for name, array in some_checkpoint().weights.items()}
    with pytest.raises(OutputError, match="No space left"):
        save(folder, replace(some_checkpoint(), weights=doubled))
    assert sorted(folder.iterdir()) == before
    assert np.array_equal(load(folder).weights["a.bias"], some_checkpoint().weights["a.bias"])


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """A file has the name of the folder."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        save(tmp_path / "taken", some_checkpoint())
