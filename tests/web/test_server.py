"""The server as a process: it starts, says where it is, and ends on Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from musicvae.cli import app
from musicvae.errors import MissingExtra, OutputError
from musicvae.web.data_folder import data_folder
from musicvae.web.http.server import serve
from musicvae.web.studio import Studio

from ..posix import posix_only

ROOT = Path(__file__).parents[2]


@contextmanager
def running(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server and the address that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "musicvae", "studio", "--no-open", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "MUSICVAE_DATA": str(folder), "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + (process.stderr.read() if process.stderr and not line else "")
        yield process, found[0]
    finally:
        process.kill()
        process.communicate(timeout=30)


@pytest.mark.slow
@posix_only("SIGINT for one process")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_studio_starts_answers_and_ends(tmp_path: Path, number: int, code: int) -> None:
    """Without a word on standard error; the clips are there when it starts again."""
    with running(tmp_path) as (process, address):
        assert httpx.get(address).status_code == 200
        assert httpx.get(f"{address}docs").status_code == 200
        body = {"model": "melody-2bar", "options": {"n": 1, "seed": 1}}
        made = httpx.post(f"{address}api/verbs/generate", json=body, timeout=30).json()
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == code
        assert "Traceback" not in errors
    with running(tmp_path) as (_, address):
        assert httpx.get(f"{address}api/clips").json()[0]["id"] == made["clips"][0]["id"]


@pytest.mark.slow
@posix_only("SIGINT for one process")
def test_it_ends_in_the_middle_of_work(tmp_path: Path) -> None:
    """A long job does not hold it up."""
    with running(tmp_path) as (process, address):
        body = {"model": "melody-2bar", "options": {"n": 200, "bars": 512}}
        answer = httpx.post(f"{address}api/verbs/generate?job=true", json=body, timeout=30)
        assert answer.status_code == 202
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == 130


def test_a_port_that_is_taken_is_one_sentence(studio: Studio) -> None:
    """It names the port and the option."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OutputError, match=rf"Port {port} of 127.0.0.1 .* \(--port\)"):
            serve(studio, "127.0.0.1", port, print)


def test_an_address_that_is_none_is_one_sentence(studio: Studio) -> None:
    """It names the address."""
    with pytest.raises(OutputError, match="is no address to listen on"):
        serve(studio, "no.such.host.invalid", 0, print)


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one sentence, and no library is made."""
    for module in [name for name in sys.modules if name.startswith("musicvae.web.http")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.setenv("MUSICVAE_DATA", str(tmp_path / "data"))
    result = CliRunner().invoke(app, ["studio", "--no-open"])
    assert isinstance(result.exception, MissingExtra)
    assert "musicvae[web]" in str(result.exception)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"MUSICVAE_DATA": "/a"}, "/a"),
        ("linux", {"XDG_DATA_HOME": "/x"}, "/x/musicvae"),
        ("linux", {"XDG_DATA_HOME": "relative"}, "/home/me/.local/share/musicvae"),
        ("linux", {}, "/home/me/.local/share/musicvae"),
        ("darwin", {}, "/home/me/Library/Application Support/musicvae"),
        ("win32", {"APPDATA": "/appdata"}, "/appdata/musicvae"),
        ("win32", {}, "/home/me/AppData/Roaming/musicvae"),
    ],
)
def test_data_is_where_the_system_has_it(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], folder: str
) -> None:
    """And anywhere else by a variable."""
    for name in ("MUSICVAE_DATA", "XDG_DATA_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    assert data_folder() == Path(folder)
