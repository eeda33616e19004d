"""Fixtures that many tests share."""

from __future__ import annotations

import os

# The nets of tests are small and two tests run at once, so more threads only wait for each other.
# BLAS and torch read these variables when they load; processes that tests start inherit them.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main
import typer.testing
from hypothesis import HealthCheck, settings

from musicvae import checkpoint
from musicvae.api.model import MusicVAE, load
from musicvae.training import metrics_log

ROOT = Path(__file__).parent.parent

EXAMPLES = int(os.environ.get("EXAMPLES", "50"))
"""Examples of each Hypothesis property that sets no number; EXAMPLES=500 tries more."""

# A busy machine must not make a test fail.
settings.register_profile(
    "musicvae",
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("musicvae")


@pytest.fixture(scope="session", autouse=True)
def no_curves() -> Iterator[None]:
    """Training draws no curves, since that takes four times as long as a short training run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics_log, "draw_curves", lambda *_: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def commands_built_once() -> Iterator[None]:
    """`CliRunner` builds all commands anew at each call, which takes longer than most of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.testing, "_get_command", cache(typer.main.get_command))
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests come first, so that no worker ends with one while the others wait."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a saved checkpoint with random weights."""
    from .miniatures import tiny_checkpoint  # needs torch, which many tests do not

    folder = tmp_path_factory.mktemp("tiny")
    checkpoint.save(folder, tiny_checkpoint())
    return folder


@pytest.fixture(scope="session")
def tiny_model(tiny_folder: Path) -> MusicVAE:
    """A small model with random weights."""
    return load(tiny_folder)


@pytest.fixture(scope="session")
def tunes() -> Path:
    """The folder of tunes in the repository."""
    return ROOT / "data" / "tunes"
