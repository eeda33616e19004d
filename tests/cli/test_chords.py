"""The command chords."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from musicvae.api.harmony import chords, mark_chords
from musicvae.cli import app
from musicvae.midi.writer import midi_bytes
from musicvae.theory.key_signature import KeySignature

from ..midi.keyed_songs import song_in

DATA = song_in(KeySignature(2), 1, written=KeySignature(2), has_chords=False)


def run(*words: str | Path, data: bytes | None = None) -> Result:
    """Run a command that succeeds."""
    result = CliRunner().invoke(app, [str(word) for word in words], input=data)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A song in D major without symbols."""
    (tmp_path / "song.mid").write_bytes(DATA)
    return tmp_path / "song.mid"


def test_it_prints_the_key_and_a_line_for_each_chord(song: Path) -> None:
    """In columns of at most 80 characters."""
    key, head, *rows = run("chords", song).stdout.splitlines()
    assert key == "key: D major (by its key signature)"
    assert head.split() == ["bar", "beat", "chord", "from"]
    expected = [(str(r.bar), f"{r.beat:g}", r.symbol, "notes") for r in chords(DATA).rows]
    assert [tuple(row.split()) for row in rows] == expected
    assert max(map(len, [key, head, *rows])) <= 80


def test_it_writes_a_copy_with_symbols(song: Path) -> None:
    """The table of the copy is the same, but for where the chords are from."""
    out = song.parent / "out.mid"
    first = run("chords", song, "--write", out).stdout
    assert f"{out}  {len(chords(DATA).rows)} chord symbols added" in first
    assert out.read_bytes() == midi_bytes(mark_chords(DATA))
    second = run("chords", out).stdout
    assert second.splitlines() == first.replace("notes", "symbol").splitlines()[:-1]


def test_standard_output_has_the_file_alone() -> None:
    """The table goes to standard error."""
    result = run("chords", "-", "--write", "-", data=DATA)
    assert result.stdout_bytes == midi_bytes(mark_chords(DATA))
    assert "key: D major" in result.stderr
