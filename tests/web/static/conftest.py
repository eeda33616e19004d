"""The page of a studio with the models of the package, in a browser."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ...chromium import browser
from .studio_page import StudioPage

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]


@pytest.fixture(scope="package")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `musicvae studio` serves the page; no server without a browser."""
    library = tmp_path_factory.mktemp("studio") / "library.sqlite"
    command = [sys.executable, "-m", "musicvae", "studio", "--port", "0", "--no-open"]
    with subprocess.Popen(
        [*command, "--library", str(library)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        yield next(word for word in line.split() if word.startswith("http")).rstrip("/")
        server.terminate()


@pytest.fixture
def studio_page(browser: Browser, address: str, tmp_path: Path) -> Iterator[StudioPage]:
    """The page with an empty library, in a new profile.

    A test fails if the page has an error, or asks another host for something.
    """
    context = browser.new_context(
        viewport={"width": 1280, "height": 860},
        reduced_motion="reduce",  # nothing to wait for
    )
    opened = StudioPage(context, address, tmp_path)
    opened.empty_library()
    yield opened
    context.close()
    assert opened.errors == []
    assert opened.foreign == []
