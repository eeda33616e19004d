"""The warning about a generated file that another program edited."""

from __future__ import annotations

from pathlib import Path

import mido
import pytest

from .test_commands import Terminal


@pytest.fixture
def terminal(tiny_folder: Path) -> Terminal:
    """A terminal with a tiny model."""
    return Terminal(tiny_folder)


def test_a_file_changed_elsewhere_is_reported(terminal: Terminal, tmp_path: Path) -> None:
    """`info` and every verb print one line about it, and none about an unchanged file."""
    terminal.play("generate", tmp_path, "--n", "1", "--seed", "4")
    clip, back = tmp_path / "phrase-01.mid", tmp_path / "back.mid"
    verbs = [
        *(("info", clip), ("vary", clip, tmp_path / "varied", "--n", "1")),
        *(("reconstruct", clip, back), ("interpolate", clip, clip, tmp_path / "walk", "--n", "2")),
        *(("analogy", clip, clip, clip, back), ("grid", clip, clip, clip, tmp_path / "square")),
    ]
    commands = [
        words if words[0] == "info" else (*words, "--model", terminal.model) for words in verbs
    ]
    assert not any("edited" in terminal(*words) for words in commands)
    file = mido.MidiFile(clip)
    next(message for message in file.tracks[1] if message.type == "note_on").velocity = 1
    file.save(clip)
    for words in commands:
        assert f"{clip}: it was edited since it was made" in terminal(*words), words[0]
