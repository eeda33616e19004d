"""Folders that a user names: a checkpoint, a library's index and a data set of any content."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from safetensors.numpy import save as to_bytes

import musicvae
from musicvae import checkpoint
from musicvae.api.model import MusicVAE, load
from musicvae.checkpoint import CONFIG, WEIGHTS
from musicvae.cli.info import info
from musicvae.corpus.dataset import open_split
from musicvae.errors import CheckpointError, DatasetError
from musicvae.retrieval import index

from .cpu import no_hang
from .miniatures import tiny_checkpoint, write_dataset
from .posix import posix_only


def sparse(path: Path, size: int) -> None:
    """A file of zeros that takes no room."""
    path.touch()
    os.truncate(path, size)


SPECIAL: dict[str, Callable[[Path], object]] = {
    "a pipe": lambda path: os.mkfifo(path),
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a folder": Path.mkdir,
    "a link in a circle": lambda path: path.symlink_to(path.name),
    "a sparse file": lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 2**40),
    "a smaller sparse file": lambda path: os.truncate(
        os.open(path, os.O_CREAT | os.O_WRONLY), 2**28
    ),
    "empty": Path.touch,
    "no UTF-8": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "deep": lambda path: path.write_text("[" * 200_000),
}
"""Kinds of files that can stand in the place of another."""

POSIX_KINDS = ("a pipe", "a device", "a sparse file", "a smaller sparse file")
KINDS = [
    pytest.param(kind, marks=posix_only(kind.removeprefix("a ")) if kind in POSIX_KINDS else ())
    for kind in SPECIAL
]

VALUES = {
    "infinity": float("inf"),
    "nan": float("nan"),
    "400 digits": 10**400,
    "minus one": -1,
    "absurd": 2**40,
    "text": "\x1b[2J",
    "list": [[]],
    "dict": {},
    "null": None,
}
NET = (
    *("kind", "codec", "decoder", "bars", "conductor", "encoder", "latent", "hidden", "layers"),
    *("chain", "step_features", "step_conditioning", "step_dropout", "prior", "min_nll"),
)
POSITIVE = ("bars", "encoder", "latent", "hidden", "layers", "step_conditioning")


@pytest.fixture
def folder(tmp_path: Path, tiny_folder: Path) -> Path:
    """A copy of the checkpoint, to be damaged."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "model"))


@pytest.fixture(autouse=True)
def ends() -> Iterator[None]:
    """No test hangs, whatever it opens."""
    with no_hang():
        yield


def is_one_sentence(error: Exception) -> bool:
    """Return True if the message is one short line."""
    return len(str(error)) < 600 and "\n" not in str(error)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [CONFIG, WEIGHTS, "card.md"])
def test_a_file_of_another_kind_is_refused(folder: Path, name: str, kind: str) -> None:
    """In a checkpoint: before it is read, in one sentence; a card is read by `info` only."""
    (folder / name).unlink(missing_ok=True)
    SPECIAL[kind](folder / name)
    if name == "card.md" and kind in ("empty", "deep", "a link in a circle"):
        info(str(folder))  # text of any kind is a card
        return
    with pytest.raises(CheckpointError) as error:
        info(str(folder)) if name == "card.md" else load(folder)
    assert is_one_sentence(error.value)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("field", ["version", "step", "preset", "net", "train"])
def test_a_config_of_absurd_values_is_refused(folder: Path, field: str, value: object) -> None:
    """Steps of infinity, a preset that is no text, a net that is a list."""
    if (field, value) in (("step", 2**40), ("preset", "\x1b[2J"), ("train", {})):
        return  # a good value
    about = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps(about | {field: value}))
    with pytest.raises(CheckpointError) as error:
        load(folder)
    assert is_one_sentence(error.value)


@pytest.mark.parametrize("field", NET)
def test_a_net_of_absurd_sizes_is_refused(folder: Path, field: str) -> None:
    """Widths of 0 where there must be some, 2^40 layers, NaN, another type."""
    about = json.loads((folder / CONFIG).read_text())
    values = [*VALUES.values(), *([0] if field in POSITIVE else [])]
    for value in values:
        net = about["net"] | {field: value}
        (folder / CONFIG).write_text(json.dumps(about | {"net": net}))
        with pytest.raises(CheckpointError) as error:
            load(folder)
        assert is_one_sentence(error.value)


def test_a_training_of_other_types_is_refused(folder: Path) -> None:
    """Every field of it."""
    about = json.loads((folder / CONFIG).read_text())
    for field in about["train"]:
        bad: tuple[Any, ...] = ([[]], None, float("nan"))
        for value in bad:
            train = about["train"] | {field: value}
            (folder / CONFIG).write_text(json.dumps(about | {"train": train}))
            with pytest.raises(CheckpointError):
                load(folder)


ARRAYS: dict[str, Any] = {
    "empty": lambda array: np.zeros((0, 3), np.float16),
    "no dimension": lambda array: np.float16(0) * np.zeros((), np.float16),
    "another shape": lambda array: np.zeros((*array.shape, 2), np.float16),
    "integers": lambda array: np.zeros(array.shape, np.int64),
    "truth values": lambda array: np.zeros(array.shape, bool),
    "too large": lambda array: np.full(array.shape, 1e300),
    "nan": lambda array: np.full_like(array, np.nan),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_arrays_of_another_kind_are_refused(folder: Path, kind: str) -> None:
    """Whichever weight it is."""
    weights = load_file(folder / WEIGHTS)
    for name in list(weights)[::4]:
        damaged = weights | {name: np.asarray(ARRAYS[kind](weights[name]))}
        (folder / WEIGHTS).write_bytes(to_bytes(damaged))
        with pytest.raises(CheckpointError) as error:
            load(folder)
        assert is_one_sentence(error.value)


@pytest.mark.parametrize(
    "name", ["attribute.density", "attribute-scale.density", "attribute.\x1b[2J", "attribute."]
)
def test_attributes_of_another_shape_are_refused(folder: Path, name: str) -> None:
    """Or with a name that steers a terminal."""
    array = np.ones(5 if "[" in name else 3, np.float16)
    weights = load_file(folder / WEIGHTS) | {name: array}
    (folder / WEIGHTS).write_bytes(to_bytes(weights))
    with pytest.raises(CheckpointError):
        load(folder)


def test_weights_that_overflow_are_said_to_have_diverged(tmp_path: Path) -> None:
    """A variance of exp(65504) gives no warning of numpy, nor notes from NaN."""
    tiny = tiny_checkpoint("melody-2bar")
    weights = {**tiny.weights, "to_latent.bias": np.full(10, 65_504, np.float32)}
    weights["to_latent.weight"] = np.zeros_like(tiny.weights["to_latent.weight"])
    checkpoint.save(tmp_path / "model", replace(tiny, weights=weights))
    phrase = musicvae.from_tuples([(start / 2, 0.5, 60 + start) for start in range(16)])
    model = load(tmp_path / "model")
    with pytest.raises(CheckpointError, match="diverged"):
        model.encode(phrase)


@pytest.fixture
def library(tmp_path: Path, tiny_model: MusicVAE) -> Path:
    """A folder of one file, with its index."""
    phrase = musicvae.from_tuples([(start / 2, 0.5, 60 + start) for start in range(16)])
    (tmp_path / "library").mkdir()
    musicvae.write_midi(phrase, tmp_path / "library" / "a.mid")
    tiny_model.open_library(tmp_path / "library")
    return tmp_path / "library"


@pytest.mark.parametrize("kind", KINDS)
def test_an_index_of_another_kind_counts_as_none(
    library: Path, tiny_model: MusicVAE, kind: str
) -> None:
    """The folder is read again."""
    (place,) = library.glob(".musicvae-*.npz")
    place.unlink()
    SPECIAL[kind](place)
    assert len(tiny_model.open_library(library).entries) == 1


def test_a_packed_index_counts_as_none(library: Path, tiny_model: MusicVAE) -> None:
    """A small file would fill the memory when it is unpacked."""
    (place,) = library.glob(".musicvae-*.npz")
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(place) as stored,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for name in stored.namelist():
            out.writestr(name, stored.read(name) + bytes(10**6))
    place.write_bytes(packed.getvalue())
    assert index.load(place, tiny_model.player.latent) == []


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small data set."""
    return write_dataset(tmp_path / "data")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["data.json", "test-00000.codes.npy", "test-00000.meters.npy"])
def test_a_data_set_of_other_files_is_refused(data: Path, name: str, kind: str) -> None:
    """Before they are read."""
    (data / name).unlink()
    SPECIAL[kind](data / name)
    with pytest.raises(DatasetError) as error:
        open_split(data, "test")
    assert is_one_sentence(error.value)


@pytest.mark.parametrize("field", ["format", "codec", "bars", "shards"])
def test_a_data_set_of_absurd_values_is_refused(data: Path, field: str) -> None:
    """Infinite bars, 2^40 shards."""
    about = json.loads((data / "data.json").read_text())
    for value in VALUES.values():
        absurd = {"test": value} if field == "shards" else value
        (data / "data.json").write_text(json.dumps(about | {field: absurd}))
        with pytest.raises(DatasetError) as error:
            open_split(data, "test")
        assert is_one_sentence(error.value)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("codes", np.zeros((18, 7), np.uint8)),
        ("codes", np.zeros((17, 48), np.int64)),
        ("codes", np.zeros((), np.uint8)),
        ("meters", np.zeros((18, 3), np.uint8)),
        ("meters", np.full((18, 3), 4, np.int64)),
        ("meters", np.full((18, 2), 4, np.uint8)),
        ("meters", np.full((17, 3), 4, np.uint8)),
        ("meters", np.array([{}], object)),
    ],
)
def test_a_data_set_of_other_arrays_is_refused(data: Path, name: str, array: Any) -> None:
    """Other shapes and types, meters that are none, pickles."""
    np.save(data / f"test-00000.{name}.npy", array, allow_pickle=True)
    with pytest.raises(DatasetError):
        open_split(data, "test")
