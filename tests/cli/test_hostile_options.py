"""Options with numbers and texts that no option can have."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from musicvae.cli import app
from musicvae.errors import MusicVAEError

OPTIONS = {
    "generate": (
        *("--n", "--bars", "--bpm", "--temperature", "--humanize", "--seed", "--max-polyphony"),
        *("--meter", "--form", "--program", "--pattern", "--key", "--scale", "--chords"),
        *("--range", "--density", "--model"),
    ),
    "prepare": ("--bars", "--workers", "--timeout", "--codec"),
    "train": ("--steps", "--batch", "--learning-rate", "--max-minutes", "--devices", "--seed"),
}
WORDS = {
    "generate": ("OUT", "--n", "1"),
    "prepare": ("no/such/folder", "-o", "OUT"),
    "train": ("--data", "no/such/folder", "-o", "OUT"),
}
VALUES = ("9" * 5_000, "1" + "0" * 400, "nan", "inf", "1e309", "C+9" * 20_000, "\udcff")


@pytest.mark.parametrize(
    ("command", "option"),
    [(command, option) for command, options in OPTIONS.items() for option in options],
)
def test_an_absurd_option_is_one_sentence(
    command: str, option: str, tmp_path: Path, tiny_folder: Path
) -> None:
    """Or a usage error of two lines; never Python's own."""
    model = ("--model", str(tiny_folder)) if command == "generate" else ()
    words = [str(tmp_path / "out") if word == "OUT" else word for word in WORDS[command]]
    for value in VALUES:
        result = CliRunner().invoke(app, [command, *words, *model, option, value])
        assert result.exception is None or isinstance(result.exception, MusicVAEError | SystemExit)
