"""The commands render and play, and the options of generate that sound."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from typer.testing import CliRunner

from musicvae import checkpoint
from musicvae.api.sound import render
from musicvae.cli import app
from musicvae.errors import DatasetError, MidiError

from ..audio.listening import file_of
from ..midi import smf
from ..miniatures import tiny_checkpoint, tiny_prior

DATA = file_of(*smf.play([(0, 0.5, 60), (0.5, 0.5, 64)]))


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A file of two notes."""
    (tmp_path / "song.mid").write_bytes(DATA)
    return tmp_path / "song.mid"


def run(*words: object, data: bytes | None = None):  # type: ignore[no-untyped-def]  # click's Result
    """Run a command."""
    return CliRunner().invoke(app, [str(word) for word in words], input=data)


def test_render_writes_what_the_function_gives(song: Path) -> None:
    """16 bits, stereo, 44.1 kHz; a second run takes a free name, and --force the first one."""
    out = song.parent / "out.wav"
    for words in ((), ("--force",), ()):
        assert run("render", song, out, *words).exit_code == 0
    assert out.read_bytes() == (song.parent / "out-2.wav").read_bytes() == render(DATA).wav()
    with wave.open(str(out)) as file:
        assert file.getparams()[:3] == (2, 2, 44_100)
        assert file.getnframes() == len(render(DATA).samples)


def test_standard_input_and_output() -> None:
    """The WAV file alone goes to standard output."""
    result = run("render", "-", "-", data=DATA)
    assert result.stdout_bytes == render(DATA).wav()


def test_a_folder_is_rendered_into_a_folder(song: Path) -> None:
    """With its folders; a file that cannot be read is named, and the others are written."""
    folder = song.parent
    (folder / "more").mkdir()
    (folder / "more" / "b.mid").write_bytes(DATA)
    (folder / "noise.mid").write_bytes(b"la la la")
    result = run("render", folder, folder / "out")
    assert result.exit_code == 0
    assert "noise.mid: it is not a MIDI file" in result.stderr
    written = {str(path.relative_to(folder / "out")) for path in (folder / "out").rglob("*.wav")}
    assert written == {"song.wav", str(Path("more") / "b.wav")}


def test_a_folder_without_music_is_an_error(tmp_path: Path) -> None:
    """And so is a file that is none; nothing is written."""
    result = run("render", tmp_path, tmp_path / "out")
    assert isinstance(result.exception, DatasetError)
    (tmp_path / "a.mid").write_bytes(b"la la la")
    result = run("render", tmp_path / "a.mid", tmp_path / "a.wav")
    assert isinstance(result.exception, MidiError)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mid"]


def test_generate_writes_and_plays_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A WAV file beside each clip, and each is played."""
    played: list[object] = []
    monkeypatch.setattr("musicvae.audio.players.play_sound", played.append)
    checkpoint.save(tmp_path / "net", tiny_prior(tiny_checkpoint()))
    words = ("--n", 2, "--model", tmp_path / "net", "--wav", "--play", "--seed", 1)
    result = run("generate", tmp_path / "out", *words)
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["phrase-01.mid", "phrase-01.wav", "phrase-02.mid", "phrase-02.wav"]
    assert len(played) == 2
