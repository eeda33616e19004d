"""Documentation is run: commands, options, Python, and the test command itself."""

from __future__ import annotations

import re
import shlex
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from musicvae.cli import app
from musicvae.music.codecs import CODECS
from musicvae.presets import PRESETS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
CARDS = sorted((ROOT / "checkpoints").glob("*/card.md"))
PAGES = [README, *(page.read_text() for page in [*sorted((ROOT / "docs").glob("*.md")), *CARDS])]


def blocks(language: str, page: str = README) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def commands(page: str) -> list[str]:
    """What a page says to type, without the name of the program."""
    return [
        line.split("musicvae ", 1)[1]
        for block in blocks("sh", page)
        for line in block.replace("\\\n", "").splitlines()
        if re.match(r"(.* && )?(\.venv/bin/)?musicvae ", line)
    ]


COMMANDS = commands(README)
ALL_COMMANDS = [line for page in PAGES for line in commands(page)]


@cache
def help_of(command: str) -> str:
    """What the help of a command says."""
    result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, command
    return result.output


@pytest.mark.parametrize("line", ALL_COMMANDS)
def test_each_command_and_option_exists(line: str) -> None:
    """As its help says."""
    name, *words = shlex.split(line, comments=True)
    said = help_of(name)
    for word in words:
        if word.startswith("-"):
            assert word in said


@pytest.mark.parametrize("line", ALL_COMMANDS)
def test_each_model_is_in_the_wheel_or_a_folder(line: str) -> None:
    """So that a line works where the package is installed by itself."""
    shipped = re.findall(r'"checkpoints/([^/]*)/card.md"', (ROOT / "pyproject.toml").read_text())
    name, *words = shlex.split(line, comments=True)
    models = [word for before, word in pairwise([name, *words]) if before == "--model"]
    for model in models + words[:1] * (name in ("attributes", "fit-attributes", "fit-prior")):
        assert model in shipped or "/" in model


@pytest.mark.parametrize("block", blocks("python"))
def test_the_python_of_the_readme_runs(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an empty folder with our tunes beside it."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {})


@pytest.mark.slow
def test_the_four_commands_a_musician_types_first_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those on our own tunes, as they stand."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    for line in COMMANDS:
        if line.startswith(("generate --n 4 out", "interpolate", "reconstruct", "info")):
            result = CliRunner().invoke(app, shlex.split(line))
            assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "walk").iterdir())) == 8


def test_the_ci_runs_the_test_command_of_the_readme() -> None:
    """That line and no other."""
    (line,) = [block.strip() for block in blocks("sh") if "scripts/test" in block]
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [text for text in script if text and not text.startswith(("#", "set ", "cd "))]
    assert commands == [line]


def test_every_codec_and_preset_is_told() -> None:
    """What each codec takes of a file, on the page and in the help; presets in the README."""
    page = (ROOT / "docs" / "preparing.md").read_text()
    told = CliRunner().invoke(app, ["prepare", "--help"], env={"COLUMNS": "200"}).output
    for codec in CODECS:
        assert f"\n- `{codec}`: " in page
        assert codec in told
    for name in PRESETS:
        assert f"`{name}`" in README


def test_links_lead_somewhere() -> None:
    """Those to files of the project, from every page."""
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *CARDS):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), target
