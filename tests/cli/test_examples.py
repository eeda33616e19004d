"""The example in the help of each command runs, in a folder with such files."""

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

from ..miniatures import shorten_commands

TUNES = ("in", "a", "b", "c", "d", "query", "song")

SHORT_OPTIONS = {
    "attributes": "--limit 2",
    "train": "--steps 2 --batch 16",
    "fit-prior": "--steps 2",
    "fit-attributes": "--limit 16",
    "evaluate": "--limit 16 --pairs 2",
}
"""Options that make long commands short."""

LINES = [
    re.search(r"Example:  musicvae (.*)", command.callback.__doc__ or "")[1]  # type: ignore[index]  # all have one
    for command in app.registered_commands
]
BUILDING = ("prepare", "train", "fit-prior", "fit-attributes", "evaluate")
PLAYED = [line for line in LINES if line.split()[0] not in BUILDING]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, tunes: Path) -> Path:
    """A folder with tunes and clips under the names that the examples use."""
    folder = tmp_path_factory.mktemp("examples")
    files = sorted(tunes.glob("*.mid"))
    for number, name in enumerate(TUNES):
        shutil.copy(files[number % len(files)], folder / f"{name}.mid")
    shutil.copytree(tunes, folder / "library")
    (folder / "my-midi").mkdir()
    clips = load("melody-2bar").generate(80, seed=1)
    for number, clip in enumerate(clips):
        write_midi(clip, folder / "my-midi" / f"{number}.mid")
    write_midi(clips[0], folder / "clip.mid")
    return folder


@pytest.fixture
def here(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of that folder as the working directory. Nothing sounds; the studio ends at once."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    shorten_commands(monkeypatch)
    monkeypatch.setattr("musicvae.audio.players._play_by_library", lambda sound: True)
    monkeypatch.setattr("typer.launch", lambda address: 0)
    monkeypatch.setattr("uvicorn.Server.main_loop", at_once)
    monkeypatch.setenv("MUSICVAE_DATA", str(tmp_path / "data"))


async def at_once(server: object) -> None:
    """In place of serving."""


def run(line: str) -> str:
    """Run one line as it is pasted, and return what it prints."""
    words = shlex.split(line)
    result = CliRunner().invoke(app, words + shlex.split(SHORT_OPTIONS.get(words[0], "")))
    assert result.exit_code == 0, f"{line}: {result.output} {result.exception!r}"
    return result.output


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("line", PLAYED)
def test_the_example_of_a_verb_runs(line: str) -> None:
    """It prints something."""
    assert run(line).strip()


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_the_examples_that_build_a_model_run_in_order() -> None:
    """A folder of MIDI files becomes an evaluated model."""
    get_reusable_executor().shutdown()  # other tests' workers are in deleted folders
    built = {line.split()[0]: line for line in LINES if line not in PLAYED}
    for name in BUILDING:
        run(built.pop(name))
    assert not built
