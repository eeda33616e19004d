"""Nouns that many tests share."""

from __future__ import annotations

import os

# The nets here are small: two threads for one product wait for each other, and two tests run side
# by side. BLAS and torch read these once, as they load; processes that tests start inherit them.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from musicvae import checkpoint
from musicvae.api.model import MusicVAE, load
from musicvae.training import metrics_log as journal

from .miniatures import tiny_checkpoint

ROOT = Path(__file__).parent.parent

EXAMPLES = int(os.environ.get("EXAMPLES", "50"))
"""Of each property that does not say its own number; EXAMPLES=500 looks longer."""

# A machine with other work on it is no reason to fail.
settings.register_profile(
    "musicvae",
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("musicvae")


@pytest.fixture(scope="session", autouse=True)
def no_curves() -> Iterator[None]:
    """Trainings draw no curves, which takes four times as long as they do here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "draw_curves", lambda *_: None)
        yield


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
