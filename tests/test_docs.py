"""Documentation is run: commands, options, Python, and the test command itself."""

from __future__ import annotations

import inspect
import re
import shlex
import shutil
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

import musicvae
from musicvae import errors
from musicvae.api.model import MusicVAE
from musicvae.cli import app
from musicvae.codecs import CODECS
from musicvae.presets import PRESETS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DOCS = sorted((ROOT / "docs").glob("*.md"))
CARDS = sorted((ROOT / "checkpoints").glob("*/card.md"))
PAGES = [README, *(page.read_text() for page in [*DOCS, *CARDS])]


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


WITH_PYTHON = [path for path in (ROOT / "README.md", *DOCS) if blocks("python", path.read_text())]


@pytest.mark.parametrize("path", WITH_PYTHON, ids=lambda path: path.stem)
def test_the_python_of_a_page_runs(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its blocks, one after the other, in an empty folder with our tunes beside it.

    A block marked `py` needs more than one machine, or hours.
    """
    shutil.copytree(ROOT / "data" / "tunes", tmp_path / "data" / "tunes")  # `similar` writes to it
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for number, block in enumerate(blocks("python", path.read_text()), start=1):
        exec(compile(block, f"{path.name}, block {number}", "exec"), names)


def test_every_public_name_and_verb_has_an_example() -> None:
    """A heading in the API page with Python below it that uses it; errors stand in a table."""
    page = (ROOT / "docs" / "api.md").read_text()
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", page, re.M | re.S))
    verbs = {name for name, _ in inspect.getmembers(MusicVAE, inspect.isfunction) if name[0] != "_"}
    for name in {*musicvae.__all__, *verbs}:
        if name in vars(errors):
            assert f"\n| `{name}` | " in page
        else:
            assert name in "\n".join(blocks("python", sections[name]))


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


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    """Under a title, once."""
    navigation = (ROOT / "mkdocs.yml").read_text()
    for page in DOCS:
        assert navigation.count(f": {page.name}\n") == 1


def test_the_citation_is_of_this_version() -> None:
    """What is cited is what is installed."""
    assert f"\nversion: {musicvae.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_links_lead_somewhere() -> None:
    """Those to files of the project, from every page."""
    for page in (ROOT / "README.md", *DOCS, *CARDS):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), target
