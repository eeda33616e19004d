"""`-` is standard input and standard output, in every command with one of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from musicvae.cli import app
from musicvae.cli.streams import StandardInput, write_standard
from musicvae.errors import MidiError, MusicVAEError, OutputError, RequestError
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes, write_midi
from musicvae.theory.meter import Meter

from ..miniatures import little_tune

TUNE = midi_bytes(little_tune(Meter(3, 4), 1))
TO_FILE = {
    "reconstruct": ("-", "OUT", "--seed", "1"),
    "extend": ("-", "OUT", "--seed", "1"),
    "analogy": ("-", "FILE", "FILE", "OUT", "--seed", "1"),
}
TO_FOLDER = {
    "vary": ("-", "OUT", "--n", "1", "--seed", "1"),
    "interpolate": ("-", "FILE", "OUT", "--n", "2", "--seed", "1"),
    "grid": ("FILE", "-", "FILE", "OUT", "--n", "2", "--seed", "1"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The tune in a file."""
    write_midi(little_tune(Meter(3, 4), 1), tmp_path / "input.mid")
    return tmp_path / "input.mid"


def run(words: list[str], data: bytes = TUNE) -> Result:
    """Run a command with these bytes as its standard input."""
    result = CliRunner().invoke(app, words, input=data)
    if isinstance(result.exception, MusicVAEError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def words_of(name: str, words: tuple[str, ...], file: Path, out: Path | str) -> list[str]:
    """A command with its files filled in."""
    filled = [{"FILE": str(file), "OUT": str(out)}.get(word, word) for word in words]
    return [name, *filled, "--model", "melody-2bar"]


@pytest.mark.parametrize("name", TO_FILE)
def test_a_pipe_gives_the_bytes_of_files(name: str, file: Path, tmp_path: Path) -> None:
    """Standard output has the file alone; what is said otherwise goes to standard error."""
    run(words_of(name, TO_FILE[name], file, tmp_path / "out.mid"))
    piped = run(words_of(name, TO_FILE[name], file, "-"))
    assert piped.stdout_bytes == (tmp_path / "out.mid").read_bytes()
    assert "bars of 3/4" in piped.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["input.mid", "out.mid"]


@pytest.mark.parametrize("name", TO_FOLDER)
def test_a_folder_of_phrases_is_made_from_standard_input(
    name: str, file: Path, tmp_path: Path
) -> None:
    """Names are those of a file called input."""
    run(words_of(name, TO_FOLDER[name], file, tmp_path / "piped"))
    plain = tuple(str(file) if word == "-" else word for word in TO_FOLDER[name])
    run(words_of(name, plain, file, tmp_path / "plain"))
    piped, expected = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()}
        for folder in ("piped", "plain")
    )
    assert piped == expected


def test_replay_and_info_read_standard_input(file: Path, tmp_path: Path) -> None:
    """`replay -` writes the same bytes to standard output."""
    clip = run(words_of("reconstruct", ("-", "-"), file, "-")).stdout_bytes
    replayed = run(["replay", "-"], clip)
    assert replayed.stdout_bytes == clip
    assert "identical, byte for byte" in replayed.stderr
    assert "bars of 3/4" in run(["info", "-"]).stdout
    assert not read_midi(clip)[0].is_silent


@pytest.mark.parametrize("data", [b"", b"nothing", TUNE[:30]])
def test_errors_name_standard_input(data: bytes) -> None:
    """Empty, no MIDI, and cut off."""
    with pytest.raises(MidiError, match=r"^standard input: "):
        run(["info", "-"], data)
    with pytest.raises(RequestError, match=r"^standard input: there is no track"):
        run(["info", "-", "--track", "9"])


def test_where_there_is_no_stream_or_a_terminal_it_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Programs without a console have none; several files do not fit into one stream."""
    with pytest.raises(OutputError, match=r"^Several files do not fit into standard output"):
        run(["generate", "-"])
    for stdout in (None, Terminal()):
        monkeypatch.setattr("musicvae.cli.streams.sys.stdout", stdout)
        with pytest.raises(OutputError, match="no text for a terminal"):
            write_standard(b"MThd")
    monkeypatch.setattr("musicvae.cli.streams.sys.stdin", None)
    with pytest.raises(RequestError, match="There is no standard input here: name a file"):
        StandardInput()


class Terminal:
    """Standard output that is shown to a person."""

    def isatty(self) -> bool:
        """True."""
        return True
