"""The documentation is true: its commands, options, Python code and links work."""

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
from musicvae import checkpoint, errors
from musicvae.api.model import MusicVAE
from musicvae.cli import app
from musicvae.codecs import CODECS
from musicvae.presets import PRESETS

from .miniatures import shorten_commands, tiny_checkpoint, tiny_prior

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = sorted((ROOT / "docs").glob("*.md"))
CARDS = sorted((ROOT / "checkpoints").glob("*/card.md"))
PAGES = [README, *(page.read_text(encoding="utf-8") for page in [*DOCS, *CARDS])]


def blocks(language: str, page: str = README) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def commands(page: str) -> list[str]:
    """The commands on a page, without the name of the program."""
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
    """The help text of a command."""
    result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, command
    return result.output


@pytest.mark.parametrize("line", ALL_COMMANDS)
def test_each_command_and_option_exists(line: str) -> None:
    """Every option on a page is in the help of its command."""
    name, *words = shlex.split(line, comments=True)
    help_text = help_of(name)
    for word in words:
        if word.startswith("-"):
            assert word in help_text


@pytest.mark.parametrize("line", ALL_COMMANDS)
def test_each_model_is_in_the_wheel_or_named_by_its_folder(line: str) -> None:
    """So every line works where only the package is installed."""
    shipped = re.findall(
        r'"checkpoints/([^/]*)/card.md"', (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    )
    name, *words = shlex.split(line, comments=True)
    models = [word for before, word in pairwise([name, *words]) if before == "--model"]
    if name in ("attributes", "fit-attributes", "fit-prior"):
        models += words[:1]
    for model in models:
        assert model in shipped or "/" in model


WITH_PYTHON = [
    path
    for path in (ROOT / "README.md", *DOCS)
    if blocks("python", path.read_text(encoding="utf-8"))
]


@pytest.mark.slow
@pytest.mark.parametrize("path", WITH_PYTHON, ids=lambda path: path.stem)
def test_the_python_of_a_page_runs(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its blocks run in order, in a folder that contains only `data/tunes`, with small nets.

    Blocks marked `py` are not run: they need more than one machine, or hours.
    """
    shutil.copytree(ROOT / "data" / "tunes", tmp_path / "data" / "tunes")  # `similar` writes to it
    monkeypatch.chdir(tmp_path)
    shorten_commands(monkeypatch)
    names: dict[str, object] = {}
    for number, block in enumerate(blocks("python", path.read_text(encoding="utf-8")), start=1):
        exec(compile(block, f"{path.name}, block {number}", "exec"), names)


def test_every_public_name_and_verb_has_an_example() -> None:
    """Each has a heading in docs/api.md and code that uses it; errors have a row in a table."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", page, re.M | re.S))
    verbs = {name for name, _ in inspect.getmembers(MusicVAE, inspect.isfunction) if name[0] != "_"}
    for name in {*musicvae.__all__, *verbs}:
        if name in vars(errors):
            assert f"\n| `{name}` | " in page
        else:
            assert name in "\n".join(blocks("python", sections[name]))


@pytest.mark.slow
def test_the_first_commands_of_the_readme_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they are, on the tunes of the repository; a form of 64 bars with a small net."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    checkpoint.save(tmp_path / "net", tiny_prior(tiny_checkpoint("leadsheet-8bar")))
    monkeypatch.chdir(tmp_path)
    for line in COMMANDS:
        if line.startswith(("generate --n 4 out", "interpolate", "reconstruct", "info")):
            net = ("--model", "net") if "--form" in line else ()
            result = CliRunner().invoke(app, [*shlex.split(line), *net])
            assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "walk").iterdir())) == 8


def test_the_ci_runs_the_test_command_of_the_readme() -> None:
    """It runs that line and no other."""
    (line,) = [block.strip() for block in blocks("sh") if "scripts/test" in block]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [
        text for text in script if text and not text.startswith(("#", "set ", "cd ", "export "))
    ]
    assert commands == [line]


def test_every_codec_and_preset_is_documented() -> None:
    """Codecs in docs/preparing.md and in the help of `prepare`, presets in the README."""
    page = (ROOT / "docs" / "preparing.md").read_text(encoding="utf-8")
    for codec in CODECS:
        assert f"\n- `{codec}`: " in page
        assert codec in help_of("prepare")
    for name in PRESETS:
        assert f"`{name}`" in README


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    """Each page once, under a title."""
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in DOCS:
        assert navigation.count(f": {page.name}\n") == 1


def test_the_citation_is_of_this_version() -> None:
    """CITATION.cff has the version of the package."""
    assert f"\nversion: {musicvae.__version__}\n" in (ROOT / "CITATION.cff").read_text(
        encoding="utf-8"
    )


def test_links_to_files_work() -> None:
    """Links to files of the project, on every page."""
    for page in (ROOT / "README.md", *DOCS, *CARDS):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), target
