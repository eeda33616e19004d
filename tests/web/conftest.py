"""A studio with a small model, and a client of its routes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from musicvae import checkpoint
from musicvae.web.http.app import build_app
from musicvae.web.studio import Studio

from ..miniatures import tiny_checkpoint, tiny_prior

MODEL = "little"
"""Name of the small model."""


@pytest.fixture(scope="session")
def little(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small model of melodies with random weights and a prior."""
    folder = tmp_path_factory.mktemp("models") / MODEL
    checkpoint.save(folder, tiny_prior(tiny_checkpoint()))
    return folder


@pytest.fixture
def studio(tmp_path: Path, little: Path) -> Iterator[Studio]:
    """A studio with an empty library."""
    opened = Studio(tmp_path / "library.sqlite", [little])
    yield opened
    opened.close()


@pytest.fixture
def client(studio: Studio) -> TestClient:
    """A client on this computer."""
    return TestClient(
        build_app(studio), base_url="http://127.0.0.1:8000", raise_server_exceptions=False
    )
