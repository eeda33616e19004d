"""The tunes in data/tunes: their files are what `scripts/tunes.py` writes."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "tunes.py"))
TUNES, to_phrase = SCRIPT["TUNES"], SCRIPT["to_phrase"]


@pytest.mark.parametrize("name", TUNES)
def test_each_file_is_what_the_script_writes(name: str) -> None:
    """It is identical byte for byte, and reads back as the phrase of the text."""
    phrase = to_phrase(TUNES[name])
    file = ROOT / "data" / "tunes" / f"{name}.mid"
    assert file.read_bytes() == midi_bytes(phrase)
    assert read_midi(file) == [phrase]


def test_there_are_a_dozen_in_several_meters() -> None:
    """Every file has a text, and every text a file."""
    assert len(TUNES) >= 12
    assert len({tune.meter for tune in TUNES.values()}) >= 6
    assert {path.stem for path in (ROOT / "data" / "tunes").glob("*.mid")} == TUNES.keys()


def test_a_bar_that_does_not_add_up_is_named() -> None:
    """The error has its number and its text."""
    wrong = SCRIPT["Tune"]("Wrong", "", "3/4", 4, 100, 0, "C4 C4 C4 | D4 D4")
    with pytest.raises(ValueError, match="Wrong: bar 1 lasts 8 steps"):
        to_phrase(wrong)
    with pytest.raises(ValueError, match="is no note"):
        SCRIPT["to_pitch"]("H4")
