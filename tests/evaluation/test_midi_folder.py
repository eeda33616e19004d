"""A folder of MIDI is measured without a data set."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import musicvae
from musicvae.errors import DatasetError
from musicvae.evaluation.midi_folder import holds_midi, read_folder
from musicvae.midi.writer import write_midi
from musicvae.theory.meter import Meter

from ..miniatures import little_tune
from .collection import MELODY

MAPS = Path("/proc/self/maps")


@pytest.fixture(scope="module")
def midi_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve short tunes in two meters."""
    folder = tmp_path_factory.mktemp("midi")
    for seed in range(12):
        write_midi(little_tune(Meter(3 + seed % 2, 4), seed), folder / f"{seed}.mid")
    return folder


def test_every_window_of_a_folder_is_measured(midi_folder: Path, tiny_folder: Path) -> None:
    """Figures that need a training set are left out with a reason; a second run is equal."""
    evaluation = musicvae.evaluate(tiny_folder, data=midi_folder, pairs=4)
    assert evaluation.windows == len(read_folder(midi_folder, MELODY, 2)) > 8
    assert "copies, n-gram cost" in evaluation.left_out
    assert "distance to A, walk, half-way" in evaluation.figures
    assert musicvae.evaluate(tiny_folder, data=midi_folder, pairs=4) == evaluation


@pytest.mark.skipif(not MAPS.exists(), reason="only Linux lists what is mapped")
def test_no_file_of_a_folder_stays_mapped(
    midi_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The prepared arrays are free when their folder is deleted; else Windows would refuse."""
    mapped: list[bool] = []

    class Observed(TemporaryDirectory[str]):
        def cleanup(self) -> None:
            mapped.append(self.name in MAPS.read_text(encoding="utf-8"))
            super().cleanup()

        def __exit__(self, *_: object) -> None:
            self.cleanup()

    monkeypatch.setattr("musicvae.evaluation.midi_folder.TemporaryDirectory", Observed)
    read_folder(midi_folder, MELODY, 2)
    assert mapped == [False]


def test_a_training_set_can_be_named(midi_folder: Path, tiny_folder: Path, tmp_path: Path) -> None:
    """With a training set copies are counted: here it is the same music."""
    for seed in range(60):
        write_midi(little_tune(Meter(3 + seed % 2, 4), seed), tmp_path / "midi" / f"{seed}.mid")
    musicvae.prepare([tmp_path / "midi"], tmp_path / "data", workers=1)
    evaluation = musicvae.evaluate(
        tiny_folder, data=midi_folder, trained_on=tmp_path / "data", pairs=4
    )
    assert evaluation.figures["copies in held-out"] > 0.5
    assert "relative cost, walk, half-way" in evaluation.figures
    assert evaluation.left_out.keys() <= {"AUC", "told apart, reconstructions"}


def test_a_folder_of_neither_is_an_error(tmp_path: Path, tiny_folder: Path) -> None:
    """A folder without a data set or usable MIDI."""
    assert not holds_midi(tmp_path)
    assert not holds_midi(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="is no prepared data set"):
        musicvae.evaluate(tiny_folder, data=tmp_path)
    (tmp_path / "bad.mid").write_bytes(b"no")
    with pytest.raises(DatasetError, match="None of 1 files can be used"):
        musicvae.evaluate(tiny_folder, data=tmp_path)
