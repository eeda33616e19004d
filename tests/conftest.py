"""Nouns that many tests share."""

from __future__ import annotations

import os

# The nets here are small: two threads for one product wait for each other, and two tests run side
# by side. BLAS and torch read these once, as they load; processes that tests start inherit them.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

from pathlib import Path

import pytest

from musicvae import checkpoint
from musicvae.api import MusicVAE, load

from .miniatures import tiny_checkpoint

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of random weights, as it lies on disk."""
    folder = tmp_path_factory.mktemp("tiny")
    checkpoint.save(folder, tiny_checkpoint())
    return folder


@pytest.fixture(scope="session")
def tiny_model(tiny_folder: Path) -> MusicVAE:
    """A model that plays nonsense quickly."""
    return load(tiny_folder)


@pytest.fixture(scope="session")
def tunes() -> Path:
    """The folder of our own tunes."""
    return ROOT / "data" / "tunes"
