"""What is printed from a file cannot steer a terminal."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from musicvae.__main__ import main
from musicvae.checkpoint import CONFIG
from musicvae.cli.printable import printable
from musicvae.midi.writer import write_midi
from musicvae.theory.meter import Meter

from ..miniatures import little_tune
from .test_commands import Terminal

HOSTILE = (
    "\x1b[2J\x1b]0;title\x07\u202eevil\u2066\rmusicvae: done\nmusicvae: done\x9b31m\x7f\x08\u2028"
)
"""Clears the screen, names the window, turns the text, writes over a line, begins one, colours."""


def is_harmless(output: str) -> bool:
    """Return True if nothing is printed but characters and the ends of lines."""
    steering = [char for char in output.replace("\n", "") if not char.isprintable()]
    return not steering and not any(
        line.startswith("musicvae: done") for line in output.split("\n")
    )


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A tune whose file and track have such names, in a folder with a file that is none."""
    tune = little_tune(Meter(4, 4), 1)
    parts = tuple(replace(part, name=HOSTILE) for part in tune.parts)
    path = tmp_path / f"library{HOSTILE}" / f"a{HOSTILE}.mid"
    write_midi(replace(tune, parts=parts), path)
    path.with_name(f"b{HOSTILE}.mid").write_bytes(HOSTILE.encode())
    write_midi(tune, path.with_name(f"c{HOSTILE}.mid"))
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("info", "FILE"),
        ("generate", "OUT", "--n", "1", "--model", "MODEL"),
        ("reconstruct", "FILE", "OUT", "--model", "MODEL"),
        ("vary", "FILE", "OUT", "--n", "1", "--model", "MODEL"),
        ("extend", "FILE", "OUT"),
        ("similar", "FILE", "FOLDER", "--model", "MODEL", "--reasons"),
        ("prepare", "FOLDER", "-o", "OUT", "--workers", "1"),
        ("info", "MODEL"),
    ],
    ids=lambda words: words[0],
)
def test_names_of_files_and_tracks_are_printed_harmlessly(
    words: tuple[str, ...], hostile: Path, tiny_folder: Path
) -> None:
    """Escapes, line breaks and turns of the text are written as Python writes them."""
    model = Path(shutil.copytree(tiny_folder, hostile.parent.parent / "model"))
    steering = "".join(char for char in HOSTILE if char not in "\r\n\u2028")
    (model / "card.md").write_text(f"# {steering}\n")
    about = (model / CONFIG).read_text()
    (model / CONFIG).write_text(about.replace('"melody-2bar"', '"me\\u001b[2J"'))
    out = hostile.parent.parent / f"out{HOSTILE}"
    places = {"FILE": hostile, "FOLDER": hostile.parent, "OUT": out, "MODEL": model}
    output = Terminal(model)(*(places.get(word, word) for word in words))
    assert is_harmless(output)
    if words[0] not in ("generate", "prepare"):
        assert r"\x1b[2J" in output


@pytest.mark.parametrize("command", ["info", "reconstruct", "similar"])
def test_errors_are_printed_harmlessly(
    command: str, hostile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name of a file that is none stands in the error, in one line."""
    missing = str(hostile.with_name(f"none{HOSTILE}.mid"))
    words = {"info": [], "reconstruct": ["out.mid"], "similar": [str(hostile.parent)]}
    monkeypatch.setattr(sys, "argv", ["musicvae", command, missing, *words[command]])
    with pytest.raises(SystemExit) as end:
        main()
    error = capsys.readouterr().err
    assert end.value.code == 1
    assert is_harmless(error)
    assert error.count("\n") == 1
    assert r"none\x1b[2J" in error


def test_text_of_every_script_is_printed_as_it_is() -> None:
    """Spaces of every width too; halves of characters are not."""
    for text in ("Für Elise", "旋律 №5", "Мелодия", "a\xa0b\u3000c", "ไทย"):
        assert printable(text) == text
    assert printable("\udce9\ud800") == r"\udce9\ud800"
