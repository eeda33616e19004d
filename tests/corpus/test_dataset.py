"""Prepared arrays: packed windows are restored, and batches hold what nets read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicvae.codecs import CODECS
from musicvae.codecs.base import Codec, Codes
from musicvae.codecs.conditioning import condition_features, condition_width
from musicvae.corpus.dataset import (
    SPLITS,
    Windows,
    draw_transpositions,
    open_split,
    save,
)
from musicvae.corpus.pieces import Pieces
from musicvae.corpus.shards import pack, unpack
from musicvae.errors import DatasetError, OutputError
from musicvae.score.windows import max_steps, window_steps

from ..miniatures import RAGGED, packed_windows, windows_of

EVERY_CODEC = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)


def some_windows(codec: Codec) -> Windows:
    """Six short tunes in five meters."""
    return Windows(codec, *packed_windows(codec.name))


@EVERY_CODEC
def test_packed_windows_are_unpacked(codec: Codec) -> None:
    """Window by window without padding, and binary channels take one bit each."""
    windows = some_windows(codec)
    for row, codes in enumerate(windows_of(codec.name)):
        assert windows.meter(row) == RAGGED[row]
        assert np.array_equal(windows.window(row), codes)
        (stored,) = pack(codec, codes[None])
        assert len(stored) == max_steps(2)
        bits = codec.likelihood == "bernoulli"
        assert stored.nbytes * (8 if bits else 1) == unpack(codec, stored).nbytes


@EVERY_CODEC
def test_a_batch_is_what_a_net_reads(codec: Codec) -> None:
    """Steps and conditioning up to the length of each window, zeros beyond."""
    rows = np.array([4, 1, 0])
    batch = some_windows(codec).batch(rows)
    codes = windows_of(codec.name)
    assert batch.lengths.tolist() == [48, 24, 32]
    assert batch.x.shape == (3, 48, codec.channels)
    assert batch.condition.shape == (3, 48, condition_width(2))
    for i, row in enumerate(rows):
        end = batch.lengths[i]
        assert np.array_equal(batch.x[i, :end], codec.one_hot(codes[row]))
        assert np.array_equal(batch.condition[i, :end], condition_features(RAGGED[row]))
        assert not batch.x[i, end:].any()
        assert not batch.condition[i, end:].any()


@EVERY_CODEC
def test_a_batch_is_transposed_by_its_semitones(codec: Codec) -> None:
    """Each window by its own number."""
    windows = some_windows(codec)
    batch = windows.batch(np.array([0, 3]), np.array([2, 0]))
    first, second = windows.window(0), windows.window(3)
    assert np.array_equal(batch.x[0], codec.one_hot(codec.transpose(first, 2)))
    assert np.array_equal(batch.x[1], codec.one_hot(second))
    assert np.array_equal(batch.x[0], codec.one_hot(first)) == (codec.name == "drums")


def test_batch_rows_hold_every_window_once_in_batches_of_one_length() -> None:
    """No batch is too large; the order is drawn by a generator, or as stored without one."""
    windows = some_windows(CODECS["melody"])
    for rng in (None, np.random.default_rng(0)):
        batches = windows.batch_rows(2, rng)
        assert sorted(np.concatenate(batches).tolist()) == list(range(6))
        assert all(len(np.unique(windows.lengths[rows])) == 1 for rows in batches)
        assert max(map(len, batches)) == 2
    drawn = [
        [rows.tolist() for rows in windows.batch_rows(2, np.random.default_rng(seed))]
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_an_epoch_draws_each_window_as_often_as_its_weight_says() -> None:
    """On average; in each epoch the whole number below or above it. Equal seeds, equal rows."""
    weights = np.array([0.25, 1.0, 2.5])
    numbers = np.array([0, 0, 1, 1, 2, 2])
    pieces = Pieces(numbers, ["a", "b", "c"], weights[numbers])
    windows = replace(some_windows(CODECS["melody"]), pieces=pieces)
    rng = np.random.default_rng(0)
    epochs = [
        np.bincount(np.concatenate(windows.batch_rows(2, rng)), minlength=6) for _ in range(400)
    ]
    counts = np.array(epochs)
    assert (counts.min(axis=0) == np.floor(weights[numbers])).all()
    assert (counts.max(axis=0) == np.ceil(weights[numbers])).all()
    assert np.allclose(counts.mean(axis=0), weights[numbers], atol=0.1)
    one, other = (windows.batch_rows(2, np.random.default_rng(3)) for _ in range(2))
    assert [rows.tolist() for rows in one] == [rows.tolist() for rows in other]
    assert sorted(np.concatenate(windows.batch_rows(2)).tolist()) == list(range(6))


def test_batches_go_through_the_split_once() -> None:
    """Unchanged without a generator, some transposed with one."""
    windows = some_windows(CODECS["melody"])
    unchanged = list(windows.batches(2))
    assert sum(len(batch.lengths) for batch in unchanged) == len(windows)
    transposed = [
        not any(np.array_equal(x, other) for batch in unchanged for other in batch.x)
        for seed in range(4)
        for batch in windows.batches(2, np.random.default_rng(seed))
        for x in batch.x
    ]
    assert 0 < sum(transposed) < len(transposed)


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_a_share_of_the_windows_leaves_its_key(share: float) -> None:
    """They go to any of the twelve keys, including their own; the others stay."""
    drawn = draw_transpositions(24_000, np.random.default_rng(0), share)
    counts = dict(zip(*np.unique(drawn, return_counts=True), strict=True))
    assert sorted(counts) == list(range(-5, 7))
    per_key = 24_000 * share / 12
    assert counts.pop(0) == pytest.approx(24_000 * (1 - share) + per_key, rel=0.1)
    assert all(count == pytest.approx(per_key, rel=0.2) for count in counts.values())


def test_windows_know_their_meters() -> None:
    """Their repr shows codec, bars and number."""
    windows = some_windows(CODECS["roll"])
    assert repr(windows) == "Windows(roll, bars=2, N=6)"
    assert set(windows.distinct_meters) == set(RAGGED)
    assert windows.lengths.tolist() == [window_steps(meter) for meter in RAGGED]


def saved(folder: Path, *sizes: int, codec: str = "roll") -> Windows:
    """Save six windows in shards of these sizes, the same in each split; return the windows."""
    windows = some_windows(CODECS[codec])
    ends = np.cumsum(sizes)
    shards = [
        (windows.codes[np.arange(end - size, end)], windows.meters[end - size : end])
        for size, end in zip(sizes, ends, strict=True)
    ]
    save(folder, windows.codec, 2, dict.fromkeys(SPLITS, shards), {"note": "mine"})
    return windows


@pytest.mark.parametrize("sizes", [(6,), (1, 3, 2)])
@EVERY_CODEC
def test_a_split_is_opened_as_it_was_written(
    codec: Codec, sizes: tuple[int, ...], tmp_path: Path
) -> None:
    """In one shard or several: windows, batches, and rows by number, list or mask."""
    windows = saved(tmp_path, *sizes, codec=codec.name)
    opened = open_split(tmp_path, "test")
    assert opened.codec is windows.codec
    rows, semitones = np.array([5, 0, 2, 3]), np.array([2, 0, -1, 3])
    for read, written in zip(
        vars(opened.batch(rows, semitones)).values(),
        vars(windows.batch(rows, semitones)).values(),
        strict=True,
    ):
        assert np.array_equal(read, written)
    straight = opened.meters[:, 2] == 4
    for key in (4, rows, straight, (straight, slice(0, 24)), (2, slice(0, 24))):
        assert np.array_equal(opened.codes[key], windows.codes[key])
    assert np.array_equal(opened.window(2), windows.window(2))


def test_codes_stay_on_disk(tmp_path: Path) -> None:
    """They are opened as a memory map."""
    saved(tmp_path, 6)
    codes = open_split(tmp_path, "train").codes
    assert isinstance(codes, np.ndarray)
    assert isinstance(codes.base, np.memmap)


def test_a_batch_equals_its_windows_one_by_one() -> None:
    """A batch holds the same floats as its windows encoded one by one."""
    rng = np.random.default_rng(0)
    for codec in CODECS.values():
        windows = some_windows(codec)
        rows, semitones = rng.integers(0, 6, 40), rng.integers(-60, 60, 40)
        batch = windows.batch(rows, semitones)
        for i, row in enumerate(rows):
            codes = codec.transpose(windows.window(row), int(semitones[i]))
            assert np.array_equal(batch.x[i, : len(codes)], codec.one_hot(codes))
            assert not batch.x[i, len(codes) :].any()
            features = condition_features(windows.meter(row))
            assert np.array_equal(batch.condition[i, : len(codes)], features)


def test_a_folder_that_is_no_data_set_is_an_error(tmp_path: Path) -> None:
    """Folders that are empty, damaged, of another format or codec, or have an empty split."""
    for about in (None, "{", "[]", "null", '{"format": 3}', '{"format": 3, "codec": "tablature"}'):
        if about is not None:
            (tmp_path / "data.json").write_text(about)
        with pytest.raises(DatasetError, match="is no prepared data set; make one with"):
            open_split(tmp_path, "train")
    (tmp_path / "data.json").write_text('{"codec": "melody"}')
    with pytest.raises(DatasetError, match="of another version; make one with"):
        open_split(tmp_path, "train")
    saved(tmp_path, 2, 4)
    path = tmp_path / "train-00001.codes.npy"
    whole = path.read_bytes()
    for data in (b"", b"\x93NUMPY, or so it says", whole[:-30], whole[:60]):
        path.write_bytes(data)
        with pytest.raises(DatasetError, match="is no prepared data set"):
            open_split(tmp_path, "train")
    save(tmp_path, CODECS["melody"], 2, {}, {})
    with pytest.raises(DatasetError, match="has no train windows"):
        open_split(tmp_path, "train")


def test_an_interrupted_save_leaves_no_data_set(tmp_path: Path) -> None:
    """data.json is deleted first and written last, and old shards are deleted."""
    saved(tmp_path, 2, 2, 2)

    def interrupted() -> Iterator[tuple[Codes, Codes]]:
        windows = some_windows(CODECS["roll"])
        yield windows.codes[np.arange(6)], windows.meters
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save(tmp_path, CODECS["roll"], 2, {"train": interrupted()}, {})
    with pytest.raises(DatasetError, match="is no prepared data set"):
        open_split(tmp_path, "test")
    assert [path.name for path in tmp_path.glob("test-*")] == []
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        saved(tmp_path / "file" / "data", 6)
