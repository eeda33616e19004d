"""Exit codes of every command: 0 done, 1 could not, 2 usage, 130 interrupted, 143 ended."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from musicvae.cli import app
from musicvae.cli.progress import exit_code, progress_bar
from musicvae.errors import MusicVAEError, Terminated

ROOT = Path(__file__).parents[2]
NOWHERE = "/no/such/place.mid"
CANNOT = {
    "generate": ("out", "--model", NOWHERE),
    "interpolate": (NOWHERE, NOWHERE, "out"),
    "vary": (NOWHERE, "out"),
    "grid": (NOWHERE, NOWHERE, NOWHERE, "out"),
    "analogy": (NOWHERE, NOWHERE, NOWHERE, "out.mid"),
    "extend": (NOWHERE, "out.mid"),
    "fill": (NOWHERE, "out.mid", "--bars", "1"),
    "harmonize": (NOWHERE, "out.mid"),
    "melodize": (NOWHERE, "out.mid"),
    "accompany": (NOWHERE, "out.mid", "--model", "leadsheet-8bar"),
    "drumify": (NOWHERE, "out.mid"),
    "reconstruct": (NOWHERE, "out.mid"),
    "replay": (NOWHERE, "out.mid"),
    "humanize": (NOWHERE, "out.mid"),
    "similar": (NOWHERE, "out"),
    "attributes": (NOWHERE,),
    "info": (NOWHERE,),
    "personalize": (NOWHERE, "-o", "out"),
    "transpose": (NOWHERE, "out.mid", "--by", "1"),
    "chords": (NOWHERE, "--write", "out.mid"),
    "convert": (NOWHERE, "out.musicxml"),
    "prepare": (NOWHERE, "-o", "out"),
    "render": (NOWHERE, "out.wav"),
    "play": (NOWHERE,),
    "studio": ("--no-open", "--model", NOWHERE),
    "train": ("--data", NOWHERE, "-o", "out"),
    "fit-prior": (NOWHERE, "--data", NOWHERE),
    "fit-attributes": (NOWHERE, "--data", NOWHERE),
    "evaluate": ("--data", NOWHERE),
}
"""Arguments with which each command cannot do its work."""


def test_every_command_is_here() -> None:
    """A new command needs its arguments above."""
    commands = [str(command.callback.__name__) for command in app.registered_commands]  # type: ignore[union-attr]  # all have one
    assert {name.replace("_", "-") for name in commands} == CANNOT.keys()


@pytest.mark.parametrize("name", CANNOT)
def test_a_command_that_cannot_writes_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It raises one sentence, which `main` prints before it ends with 1."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, [name, *CANNOT[name]])
    assert isinstance(result.exception, MusicVAEError)
    assert len(str(result.exception).splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", CANNOT)
def test_a_command_has_the_codes_of_the_table(name: str) -> None:
    """Help is 0, an unknown option is 2."""
    assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0
    assert CliRunner().invoke(app, [name, "--no-such-option"]).exit_code == 2


@pytest.mark.parametrize(("stop", "code"), [(KeyboardInterrupt(), 130), (Terminated(), 143)])
def test_long_commands_tell_the_signals_apart(stop: KeyboardInterrupt, code: int) -> None:
    """With the progress bar of any of them."""
    assert exit_code(stop) == code
    with pytest.raises(Exception) as raised, progress_bar("read", "files"):  # noqa: PT011  # click's own
        raise stop
    assert raised.value.exit_code == code  # type: ignore[attr-defined]  # click's own


def test_the_table_of_the_docs_has_every_code() -> None:
    """One row each."""
    page = (ROOT / "docs" / "commands.md").read_text()
    assert re.findall(r"^\| (\d+) \|", page, re.M) == ["0", "1", "2", "130", "143"]
