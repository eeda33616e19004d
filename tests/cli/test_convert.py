"""The command convert, and scores from other commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import musicvae
from musicvae.cli import app
from musicvae.notation.files import encode

from ..midi.songs import song_file

DATA = song_file(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a song."""
    (tmp_path / "song.mid").write_bytes(DATA)
    return tmp_path


def run(folder: Path, *words: str) -> str:
    """Run a command in a folder; returns what it prints."""
    words = tuple(str(folder / word) if "." in word or "/" in word else word for word in words)
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result.output


def test_it_writes_what_the_function_writes(folder: Path) -> None:
    """Under a free name, with a line about the music."""
    output = run(folder, "convert", "song.mid", "song.musicxml")
    assert "8 bars of 4/4" in output
    assert (folder / "song.musicxml").read_bytes() == encode(folder / "song.musicxml", DATA).data
    run(folder, "convert", "song.mid", "song.musicxml")
    run(folder, "convert", "song.mid", "song.musicxml", "--force")
    assert {path.name for path in folder.iterdir()} == {
        "song.mid",
        "song.musicxml",
        "song-2.musicxml",
    }


def test_a_score_becomes_midi(folder: Path) -> None:
    """The same notes, on the grid."""
    musicvae.convert([(0, 1, 60), (1, 0.5, 64), (1.5, 2, 67)], folder / "a.musicxml")
    run(folder, "convert", "a.musicxml", "a.mid")
    notes = musicvae.to_tuples(musicvae.to_phrase(folder / "a.mid"))
    assert [note[:3] for note in notes] == [(0, 1, 60), (1, 0.5, 64), (1.5, 2, 67)]


def test_commands_that_write_one_file_write_scores(folder: Path) -> None:
    """The score of the file that they would have written."""
    run(folder, "transpose", "song.mid", "low.mid", "--by", "-2")
    run(folder, "transpose", "song.mid", "low.abc", "--by", "-2")
    midi = (folder / "low.mid").read_bytes()
    assert (folder / "low.abc").read_bytes() == encode(folder / "low.abc", midi).data


def test_a_folder_is_not_named_like_a_score(folder: Path) -> None:
    """A command that writes several clips says so."""
    result = CliRunner().invoke(app, ["generate", "--n", "1", str(folder / "a.musicxml")])
    assert result.exit_code == 1
    assert "a folder is meant" in str(result.exception)
