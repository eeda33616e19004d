"""Weights of folders and of long pieces, as typed, as checked and as stored by prepare."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.corpus.dataset import open_split
from musicvae.corpus.prepare import prepare
from musicvae.corpus.weights import Weighting, parse_weights
from musicvae.errors import RequestError
from musicvae.midi.writer import write_midi
from musicvae.theory.meter import Meter

from ..miniatures import little_tune


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Two folders of six tunes each, those of the second four times as long."""
    folders = [tmp_path / "short", tmp_path / "long"]
    for seed in range(12):
        tune = little_tune(Meter(), seed, 4 if seed < 6 else 16)
        write_midi(tune, folders[seed // 6] / f"{seed}.mid")
    return folders


def test_a_weight_is_a_folder_and_a_number() -> None:
    """The last equals sign divides them; the rest is refused, with an example."""
    assert parse_weights(["a=b=2", "c=.5"]) == {"a=b": 2.0, "c": 0.5}
    for text in ("midi", "midi=", "=2", "midi=much"):
        with pytest.raises(RequestError, match="Write a weight like my-midi"):
            parse_weights([text])
    with pytest.raises(RequestError, match="a has two weights"):
        parse_weights(["a=1", "a=2"])


@pytest.mark.parametrize("weight", [0.0, -1.0, 0.009, 100.1])
def test_weights_have_bounds(weight: float, tmp_path: Path) -> None:
    """A folder that is not to be drawn is not given at all."""
    with pytest.raises(RequestError, match=r"is from 0.01 to 100, not"):
        prepare([tmp_path], tmp_path / "data", weights={str(tmp_path): weight})


def test_a_weight_belongs_to_a_folder_that_is_read(tmp_path: Path) -> None:
    """Another name is refused, with the names of the folders."""
    with pytest.raises(RequestError, match=r"a weight for 'other', but the folders are .*test_a_w"):
        prepare([tmp_path], tmp_path / "data", weights={"other": 2.0})


@given(
    windows=st.lists(st.integers(0, 50), min_size=1, max_size=8),
    per_piece=st.integers(1, 60),
)
def test_long_pieces_are_drawn_as_often_as_those_at_the_limit(
    windows: list[int], per_piece: int
) -> None:
    """Weight times windows is the limit, or the windows where they are fewer."""
    files = [f"{number}.mid" for number in range(len(windows))]
    weights = Weighting({}, per_piece).of_pieces(files, np.array(windows))
    assert np.allclose(weights * windows, np.minimum(windows, per_piece))


def test_the_innermost_folder_counts() -> None:
    """Whatever the order; names that only begin like a folder are not in it."""
    files = ["a/1.mid", "a/b/2.mid", "ab/3.mid"]
    for folders in ({"a": 2.0, "a/b": 3.0}, {"a/b": 3.0, "a": 2.0}):
        weights = Weighting(folders, None).of_pieces(files, np.array([1, 1, 1]))
        assert weights.tolist() == [2.0, 3.0, 1.0]


def test_prepare_stores_the_weight_of_every_window(folders: list[Path], tmp_path: Path) -> None:
    """Folders and long pieces together."""
    data = tmp_path / "data"
    prepare(folders, data, workers=1, per_piece=5, weights={str(folders[0]): 2.0})
    for split in ("train", "valid", "test"):
        pieces = open_split(data, split).pieces
        assert pieces is not None
        assert pieces.weights is not None
        counts = np.bincount(pieces.numbers)
        for row, number in enumerate(pieces.numbers):
            is_short = Path(pieces.file(row)).is_relative_to(folders[0])
            weight = (2.0 if is_short else 1.0) * min(1.0, 5 / counts[number])
            assert pieces.weights[row] == pytest.approx(weight)
