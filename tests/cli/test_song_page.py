"""Commands of docs/song.md run in order, as they are pasted."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import musicvae
from musicvae.cli import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "song.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.slow


def lines_of(*headings: str) -> list[str]:
    """The commands below some headings, without the name of the program."""
    sections = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))
    text = "\n".join(sections[heading] for heading in headings)
    return re.findall(r"^musicvae (.+)$", text, re.M)


def run(lines: list[str], seed: str | None = None) -> None:
    """Run commands that succeed."""
    for line in lines:
        words = shlex.split(line) + (["--seed", seed] if seed and "--seed" not in line else [])
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, f"{line}: {result.output}"


def test_a_song_grows_from_an_idea(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with a melody, chords and bass, a flute and drums, in another key."""
    monkeypatch.chdir(tmp_path)
    run(lines_of("From an idea to a song"))
    parts = musicvae.to_phrase("song.mid").parts
    assert {part.name for part in parts} >= {"Melody", "Chords", "Bass", "Drums"}
    assert all(part.notes for part in parts)


def test_drums_and_grooves_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file for each command, the four alternatives among them."""
    monkeypatch.chdir(tmp_path)
    run(["generate --n 1 song/ --seed 4 --bars 8"])
    run(lines_of("Drums for a rhythm"), seed="1")
    shutil.copy("drums.mid", "in.mid")
    run(["humanize busier.mid played.mid --seed 1"])
    run([line for line in lines_of("Feel and swing") if "--groove" in line])
    made = {path.name for path in tmp_path.iterdir()}
    assert {"drums.mid", "busier.mid", "choices-04.mid", "out.mid"} <= made
