"""The line to paste at the end of every command's help runs, in a folder with such files."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from joblib.externals.loky import get_reusable_executor
from typer.testing import CliRunner

from musicvae.api import load
from musicvae.cli import app
from musicvae.music.midi import write_midi
from musicvae.music.notes import Phrase

TUNES = ("in", "a", "b", "c", "d", "query", "song")

SHORTER = {
    "train": "--steps 2",
    "fit-prior": "--steps 2",
    "fit-attributes": "--limit 16",
    "evaluate": "--limit 16 --pairs 2",
}
"""What would take minutes is asked for less."""

LINES = [
    re.search(r"Example:  musicvae (.*)", command.callback.__doc__ or "")[1]  # type: ignore[index]  # all have one
    for command in app.registered_commands
]
PLAYED = [line for line in LINES if line.split()[0] not in ("prepare", *SHORTER)]


@pytest.fixture(scope="module")
def clips() -> list[Phrase]:
    """A folder's worth of music."""
    return load("melody-2bar").generate(80, seed=1)


@pytest.fixture
def here(tmp_path: Path, tunes: Path, clips: list[Phrase], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder but for some tunes, by the names that the lines have for them."""
    found = sorted(tunes.glob("*.mid"))
    for number, name in enumerate(TUNES):
        shutil.copy(found[number % len(found)], tmp_path / f"{name}.mid")
    shutil.copytree(tunes, tmp_path / "library")
    (tmp_path / "my-midi").mkdir()
    for number, clip in enumerate(clips):
        write_midi(clip, tmp_path / "my-midi" / f"{number}.mid")
    write_midi(clips[0], tmp_path / "clip.mid")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(line: str) -> str:
    """One line, as it is pasted."""
    words = shlex.split(line)
    result = CliRunner().invoke(app, words + shlex.split(SHORTER.get(words[0], "")))
    assert result.exit_code == 0, f"{line}: {result.output} {result.exception!r}"
    return result.output


@pytest.mark.parametrize("line", PLAYED)
def test_a_line_that_plays_runs(line: str, here: Path) -> None:
    """And says what it did."""
    assert run(line).strip()


def test_the_lines_that_build_a_model_run_one_after_the_other(here: Path) -> None:
    """From a folder of MIDI to a model that is measured."""
    get_reusable_executor().shutdown()  # workers of other tests stand in folders that are gone
    built = {line.split()[0]: line for line in LINES if line not in PLAYED}
    for name in ("prepare", "train", "fit-prior", "fit-attributes", "evaluate"):
        run(built.pop(name))
    assert not built
