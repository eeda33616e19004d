"""The line to paste at the end of every command's help runs, in a folder with such files."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from joblib.externals.loky import get_reusable_executor
from typer.testing import CliRunner

from musicvae.api.model import load
from musicvae.cli import app
from musicvae.midi.writer import write_midi

TUNES = ("in", "a", "b", "c", "d", "query", "song")

SHORTER = {
    "attributes": "--limit 2",
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
BUILDING = ("prepare", "train", "fit-prior", "fit-attributes", "evaluate")
PLAYED = [line for line in LINES if line.split()[0] not in BUILDING]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, tunes: Path) -> Path:
    """A folder of some tunes and clips, by the names that the lines have for them."""
    folder = tmp_path_factory.mktemp("examples")
    found = sorted(tunes.glob("*.mid"))
    for number, name in enumerate(TUNES):
        shutil.copy(found[number % len(found)], folder / f"{name}.mid")
    shutil.copytree(tunes, folder / "library")
    (folder / "my-midi").mkdir()
    clips = load("melody-2bar").generate(80, seed=1)
    for number, clip in enumerate(clips):
        write_midi(clip, folder / "my-midi" / f"{number}.mid")
    write_midi(clips[0], folder / "clip.mid")
    return folder


@pytest.fixture
def here(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of that folder, in which a line is typed."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def run(line: str) -> str:
    """One line, as it is pasted."""
    words = shlex.split(line)
    result = CliRunner().invoke(app, words + shlex.split(SHORTER.get(words[0], "")))
    assert result.exit_code == 0, f"{line}: {result.output} {result.exception!r}"
    return result.output


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("line", PLAYED)
def test_a_line_that_plays_runs(line: str) -> None:
    """And says what it did."""
    assert run(line).strip()


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_the_lines_that_build_a_model_run_one_after_the_other() -> None:
    """From a folder of MIDI to a model that is measured."""
    get_reusable_executor().shutdown()  # workers of other tests stand in folders that are gone
    built = {line.split()[0]: line for line in LINES if line not in PLAYED}
    for name in BUILDING:
        run(built.pop(name))
    assert not built
