"""A data set says which piece each window is of."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.corpus.dataset import SPLITS, open_split
from musicvae.corpus.pieces import read_pieces, store_pieces, store_table
from musicvae.corpus.prepare import prepare
from musicvae.errors import DatasetError
from musicvae.midi.writer import write_midi
from musicvae.score.windows import split_windows

from ..miniatures import RAGGED, little_tune, write_dataset


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of thirty tunes in several meters."""
    folder = tmp_path_factory.mktemp("music")
    for seed in range(30):
        tune = little_tune(RAGGED[seed % len(RAGGED)], seed, 4)
        write_midi(tune, folder / f"{seed}.mid")
    prepare([folder], folder / "data", workers=1)
    return folder / "data"


def test_every_window_is_of_the_piece_that_it_names(prepared: Path) -> None:
    """In all splits: the tune in that file has the window, and the piece is in that split."""
    with (prepared / "pieces.csv").open(encoding="utf-8") as table:
        split_of = {row["file"]: row["split"] for row in csv.DictReader(table)}
    for split in SPLITS:
        windows = open_split(prepared, split)
        assert windows.pieces is not None
        assert len(windows.pieces.numbers) == len(windows) > 0
        for row in range(len(windows)):
            file = windows.pieces.file(row)
            assert split_of[file] == split
            seed = int(Path(file).stem)
            tune = little_tune(RAGGED[seed % len(RAGGED)], seed, 4)
            own = [windows.codec.encode(window) for window in split_windows(tune, hop=1)]
            assert any(np.array_equal(windows.window(row), codes) for codes in own)


def test_windows_have_no_weights_unless_asked_for(prepared: Path) -> None:
    """All are drawn alike."""
    pieces = open_split(prepared, "train").pieces
    assert pieces is not None
    assert pieces.weights is None


def test_a_data_set_of_an_earlier_version_opens_without_pieces(tmp_path: Path) -> None:
    """Nothing else is missing."""
    windows = open_split(write_dataset(tmp_path / "data"), "train")
    assert windows.pieces is None
    assert len(windows) > 0


@given(numbers=st.lists(st.integers(0, 2), max_size=20))
def test_pieces_read_back_as_they_were_stored(
    numbers: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Also those of an empty split, and names that are no UTF-8."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "pieces.csv").write_bytes(b'file,split\n"a, b.mid",train\n\xff.mid,train\nc,test\n')
    store_pieces(folder, "train", np.array(numbers, dtype=np.int64))
    pieces = read_pieces(folder, "train", len(numbers))
    assert pieces is not None
    assert pieces.numbers.tolist() == numbers
    assert pieces.files == ["a, b.mid", "\udcff.mid", "c"]


@pytest.mark.parametrize(
    ("numbers", "table"),
    [
        (np.zeros(3, np.uint32), b"file\na.mid\n"),
        (np.full(200, 7, np.uint32), b"file\na.mid\n"),
        (np.zeros(200, np.int64), b"file\na.mid\n"),
        (np.zeros(200, np.uint32), b"name\na.mid\n"),
        (np.zeros(200, np.uint32), b'file\n"' + b"x" * 200_000 + b'"\n'),
        (np.zeros(200, np.uint32), None),
    ],
)
def test_damaged_pieces_are_refused(
    numbers: np.ndarray[tuple[int], np.dtype[np.generic]], table: bytes | None, tmp_path: Path
) -> None:
    """Too few, a piece that is not listed, another type, no table, and no lines: one sentence."""
    folder = write_dataset(tmp_path / "data")
    windows = len(open_split(folder, "train"))
    np.save(folder / "train.pieces.npy", numbers[:windows] if len(numbers) > 3 else numbers)
    if table is not None:
        (folder / "pieces.csv").write_bytes(table)
    with pytest.raises(DatasetError, match="is no prepared data set"):
        open_split(folder, "train")


@pytest.mark.parametrize("weight", ["0", "-1", "nan", "inf", "101", "much", ""])
def test_damaged_weights_are_refused(weight: str, tmp_path: Path) -> None:
    """Numbers that no epoch can be drawn by, and what is no number: one sentence."""
    folder = write_dataset(tmp_path / "data")
    store_pieces(folder, "train", np.zeros(len(open_split(folder, "train")), dtype=np.int64))
    store_table(folder, {"file": ["a.mid"], "weight": ["0.5"]})
    assert open_split(folder, "train").pieces is not None
    store_table(folder, {"file": ["a.mid"], "weight": [weight]})
    with pytest.raises(DatasetError, match="is no prepared data set"):
        open_split(folder, "train")
