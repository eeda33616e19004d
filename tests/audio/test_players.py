"""Playing: a program of the system plays the file, and nothing is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from musicvae.audio import players
from musicvae.audio.sound import Sound
from musicvae.errors import OutputError

from ..posix import posix_only

SILENCE = Sound(np.zeros((100, 2), np.int16))


@pytest.fixture(autouse=True)
def without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if sounddevice was not installed."""
    monkeypatch.setitem(sys.modules, "sounddevice", None)


def test_without_a_player_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the extra, and the command that writes a file."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OutputError, match=r"musicvae\[audio\].*musicvae render"):
        players.play_sound(SILENCE)


def script(folder: Path, name: str, body: str) -> None:
    """A program of that name."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@posix_only("shell scripts as programs")
def test_the_next_program_plays_if_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets the whole file, which is gone afterwards."""
    script(tmp_path, "paplay", "exit 1")
    script(tmp_path, "aplay", f'/bin/cp "$2" {tmp_path}/heard.wav')
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    players.play_sound(SILENCE)
    assert (tmp_path / "heard.wav").read_bytes() == SILENCE.wav()
    assert {path.name for path in tmp_path.iterdir()} == {"paplay", "aplay", "heard.wav"}


@posix_only("shell scripts as programs")
def test_an_interrupt_stops_at_once_with_130(tmp_path: Path) -> None:
    """The player ends, and no file stays."""
    import signal

    (tmp_path / "bin").mkdir()
    (tmp_path / "temp").mkdir()
    script(tmp_path / "bin", "aplay", f"echo $$ > {tmp_path}/pid; exec /bin/sleep 60")
    tune = Path(__file__).parents[2] / "data" / "tunes" / "twinkle.mid"
    environment = {**os.environ, "PATH": str(tmp_path / "bin"), "TMPDIR": str(tmp_path / "temp")}
    process = subprocess.Popen(
        [sys.executable, "-m", "musicvae", "play", str(tune)],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    player = int((tmp_path / "pid").read_text())
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    with pytest.raises(ProcessLookupError):
        os.kill(player, 0)
    assert [*(tmp_path / "temp").iterdir()] == []
