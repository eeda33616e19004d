"""A studio with a small model and a client of its routes; Chromium without a window."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from musicvae import checkpoint
from musicvae.web.http.app import build_app
from musicvae.web.studio import Studio

from ..miniatures import tiny_checkpoint, tiny_prior

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MODEL = "little"
"""Name of the small model."""

ARGUMENTS = ("--no-sandbox", "--autoplay-policy=no-user-gesture-required")
"""Of Chromium: in a container, and without a click that allows sound."""


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system; tests that need it are skipped where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        pytest.skip("chromium is not installed")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=[*ARGUMENTS])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of a new profile; an error on it fails the test."""
    context = browser.new_context()
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []
