"""Compatibility with files of earlier versions: clips replay, indexes open, hashes stay."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from musicvae import MusicVAE, load, midi_bytes, read_midi, replay
from musicvae.checkpoint import CONFIG, stored_digest

ROOT = Path(__file__).parent.parent
WRITTEN = ROOT / "tests" / "data" / "version-0.1"
CLIPS = sorted(WRITTEN.glob("*.mid"))
CHANGED = 1_700_000_000_000_000_000
"""Modification time, in nanoseconds, of the library files when their index was written."""

FIRST = {
    "drums-2bar": "92cd0a92838125b039675faa70d589dd25a6a42feb4414fe4b4dc9aa38d2226b",
    "earlier/leadsheet-8bar": "29293b593bcf156af148ea359564475dc451ceb91ae82762903e041098324dd4",
    "melody-16bar": "af8c1e8a3534fcdde4711ddf0b4537bbc44d6b90e66e7d6890919aa0c2b4bb15",
    "melody-2bar": "ceb90aa7c6c7bb58c8f5ae852b01cdcaffcb6da62f0efd76ef4c7731c73ace68",
    "piano-2bar": "662831ac4d2ce088872e26b96d2933dc5f20c03d5385d0ab6a0bf069752428df",
    "earlier/trio-4bar": "2f5a84713dcbc374aa8d830efce46fb0dbd5819be4e66055fd6a9b626afb3112",
}

DIGESTS = {
    **FIRST,
    "band-8bar": "5577043532cf5947de1c702d9a5519cd9e7b0c55f460290c14fb1c4a5fd8edc8",
    "leadsheet-8bar": "d48068238ce4fb6bcae62fe4729d981b9f178be4eaab785a0b8d315a9f51d966",
}
"""The nets of version 0.1 by their folders, and those since."""

FINGERPRINT = "598ecaa1d83f5b61cfc2c816afcbfd0584d3408c5ef34b5434c9a20d7312f9e4"


@cache
def shipped(name: str) -> MusicVAE:
    """A model that comes with the repository, by its folder."""
    return load(ROOT / "checkpoints" / name)


@pytest.mark.parametrize("name", DIGESTS)
def test_the_digest_of_a_shipped_model_stays(name: str) -> None:
    """The computed digest and the one in `config.json` are the pinned one."""
    assert replace(shipped(name).checkpoint).digest == DIGESTS[name]  # a copy computes its own
    assert stored_digest(ROOT / "checkpoints" / name) == DIGESTS[name]


def test_a_stored_digest_is_read_without_weights(tmp_path: Path) -> None:
    """The config is enough; without a digest in it, the weights are read and hashed."""
    folder = ROOT / "checkpoints" / "melody-2bar"
    shutil.copy(folder / CONFIG, tmp_path)
    assert stored_digest(tmp_path) == DIGESTS["melody-2bar"]
    shutil.copytree(folder, tmp_path / "old")
    about = json.loads((folder / CONFIG).read_text())
    del about["digest"]
    (tmp_path / "old" / CONFIG).write_text(json.dumps(about))
    assert stored_digest(tmp_path / "old") == DIGESTS["melody-2bar"]


def test_there_is_a_clip_of_each_verb_and_model() -> None:
    """The clips of the tests below cover all shipped models and verbs."""
    recipes = [phrase.recipe for path in CLIPS for phrase in read_midi(path)]
    assert {recipe.model for recipe in recipes if recipe} == {*FIRST.values()}
    verbs = {"generate", "vary", "extend", "interpolate", "grid", "analogy", "reconstruct"}
    assert {recipe.verb for recipe in recipes if recipe} == verbs | {"decode"}


@pytest.mark.parametrize("path", CLIPS, ids=lambda path: path.stem)
def test_a_clip_replays_byte_for_byte(path: Path) -> None:
    """`replay` finds the model that made it in the package, and writes the same bytes."""
    assert midi_bytes(replay(path)) == path.read_bytes()


def test_the_fingerprint_of_a_clip_stays() -> None:
    """Every version computes the same hash of its notes."""
    (phrase,) = read_midi(WRITTEN / "generate-melody-2bar.mid")
    assert phrase.recipe
    assert phrase.fingerprint == phrase.recipe.notes == FINGERPRINT


@pytest.mark.parametrize("name", ["melody-2bar", "earlier/leadsheet-8bar"])
def test_an_index_opens_without_reading_a_file_again(tmp_path: Path, name: str) -> None:
    """All windows are loaded and no file is parsed."""
    library = tmp_path / "library"
    shutil.copytree(WRITTEN / "library", library)
    for path in library.glob("*.mid"):
        os.utime(path, ns=(CHANGED, CHANGED))
    opened = shipped(name).open_library(library)
    assert (opened.read, len(opened.bars)) == (0, {"melody-2bar": 33}.get(name, 9))
