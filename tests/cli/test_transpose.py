"""The command transpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from musicvae.api.transposition import transpose
from musicvae.cli import app
from musicvae.errors import RequestError
from musicvae.midi.writer import midi_bytes
from musicvae.theory.key_signature import KeySignature

from ..midi.keyed_songs import song_in

DATA = song_in(KeySignature(2), 1, written=KeySignature(2))


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A song in D major."""
    (tmp_path / "song.mid").write_bytes(DATA)
    return tmp_path / "song.mid"


def test_it_writes_what_the_function_returns_and_says_what_it_did(song: Path) -> None:
    """A file that is there is not replaced without --force."""
    out = song.parent / "out.mid"
    for words, options in ((("--by", "-3"), {"by": -3}), (("--key", "G"), {"key": "G"})):
        for _ in range(2):
            result = CliRunner().invoke(app, ["transpose", str(song), str(out), *words, "--force"])
            assert result.exit_code == 0, result.output
            assert out.read_bytes() == midi_bytes(transpose(DATA, **options))
        assert "from D major (by its key signature) to " in result.stdout
    result = CliRunner().invoke(app, ["transpose", str(song), str(out), "--by", "1"])
    assert result.exit_code == 0
    assert {path.name for path in song.parent.iterdir()} == {"song.mid", "out.mid", "out-2.mid"}


def test_standard_output_has_the_file_alone() -> None:
    """What was done goes to standard error."""
    result = CliRunner().invoke(app, ["transpose", "-", "-", "--by", "2"], input=DATA)
    assert result.stdout_bytes == midi_bytes(transpose(DATA, by=2))
    assert "2 semitones up, from D major" in result.stderr


def test_an_error_names_the_file(song: Path) -> None:
    """In one sentence."""
    result = CliRunner().invoke(app, ["transpose", str(song), "out.mid", "--key", "D minor"])
    assert isinstance(result.exception, RequestError)
    assert str(result.exception).startswith(f"{song}: it is in D major")
