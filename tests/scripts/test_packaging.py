"""What the package needs is pinned, hashed and licensed, and the forge runs the README."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


def read(name: str) -> str:
    """The text of a file of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def pins(text: str) -> dict[str, str]:
    """Versions by package, of the lines `name==version` of a constraints file."""
    found = re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.M)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


@cache
def licences() -> dict[str, dict[str, str]]:
    """Versions by package, as the script lists them now, by the title of the section."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "list_licences.py")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,  # so that a hang fails the test
    )
    return sections(done.stdout)


def sections(page: str) -> dict[str, dict[str, str]]:
    """Versions by package, of each section of docs/licences.md."""
    return {
        part.partition("\n")[0]: dict(
            re.findall(r"^\| ([\w-]+) \| ([\d][^ |]*) \| [^|]+ \|$", part, re.M)
        )
        for part in page.split("\n## ")[1:]
    }


def test_every_runtime_dependency_is_listed_with_its_licence() -> None:
    """Those that are installed here, in the version of constraints.txt where that pins one."""
    listed, pinned = sections(read("docs/licences.md")), pins(read("constraints.txt"))
    assert listed.keys() == licences().keys()
    assert {"numpy", "mido", "rich"} <= listed["To play, evaluate and search"].keys()
    for title, packages in licences().items():
        assert packages.keys() <= listed[title].keys()
    versions = {name: version for part in listed.values() for name, version in part.items()}
    assert {name: pinned.get(name, version) for name, version in versions.items()} == versions


def test_what_plays_and_plots_is_hashed_in_the_versions_of_constraints() -> None:
    """Each package that these need has at least one hash, and no version differs."""
    text = read("constraints-hashed.txt")
    hashed = pins(text)
    assert hashed.items() <= pins(read("constraints.txt")).items()
    for title, packages in licences().items():
        if "train" not in title:
            assert packages.keys() <= hashed.keys()
    for block in re.split(r"\n(?=[\w.-]+==)", text)[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", block), block


def test_the_forge_runs_the_two_commands_of_the_readme() -> None:
    """On three systems and every supported Python; only the folder of programs differs."""
    workflow = read(".github/workflows/tests.yml")
    lines = re.findall(r"^python3 -m venv .*$", read("README.md"), re.M)
    assert len(lines) == 2
    for line in lines:
        assert f"run: {line.replace('.venv/bin/', '.venv/$BIN/')}\n" in workflow
    for system in ("ubuntu", "windows", "macos"):
        assert f"{system}-latest" in workflow
    versions = re.findall(r"Python :: (3\.\d+)\"", read("pyproject.toml"))
    assert versions[0] == "3.11"
    assert f"python: {versions}".replace("'", '"') in workflow
