"""Prepared arrays: what was packed comes back, and batches hold what nets read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from musicvae.dataset import (
    TRANSPOSED_SHARE,
    Windows,
    draw_transpositions,
    open_split,
    pack,
    unpack,
)
from musicvae.errors import DatasetError
from musicvae.music.codecs import CODECS, Codec
from musicvae.music.position import MAX_WINDOW_STEPS, WIDTH, condition, window_steps
from musicvae.music.units import Meter

from .miniatures import RAGGED, windows_of

EVERY_CODEC = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)


def some_windows(codec: Codec) -> Windows:
    """Six little tunes in five meters."""
    meters = np.array([(m.numerator, m.denominator, m.grid) for m in RAGGED], dtype=np.uint8)
    return Windows(codec, np.array([pack(codec, w) for w in windows_of(codec.name)]), meters)


@EVERY_CODEC
def test_what_is_packed_is_unpacked(codec: Codec) -> None:
    """Window by window, without its padding; and in as few bytes as it can be."""
    windows = some_windows(codec)
    for row, codes in enumerate(windows_of(codec.name)):
        assert windows.meter(row) == RAGGED[row]
        assert np.array_equal(windows.window(row), codes)
        packed = pack(codec, codes)
        assert len(packed) == MAX_WINDOW_STEPS
        assert packed.nbytes * (8 if packed.ndim == 2 else 1) == unpack(codec, packed).nbytes


@EVERY_CODEC
def test_a_batch_is_what_a_net_reads(codec: Codec) -> None:
    """Steps and condition up to each length, zeros beyond."""
    rows = np.array([4, 1, 0])
    batch = some_windows(codec).batch(rows)
    codes = windows_of(codec.name)
    assert batch.lengths.tolist() == [48, 24, 32]
    assert batch.x.shape == (3, 48, codec.channels)
    assert batch.condition.shape == (3, 48, WIDTH)
    for i, row in enumerate(rows):
        end = batch.lengths[i]
        assert np.array_equal(batch.x[i, :end], codec.one_hot(codes[row]))
        assert np.array_equal(batch.condition[i, :end], condition(RAGGED[row]))
        assert not batch.x[i, end:].any()
        assert not batch.condition[i, end:].any()


@EVERY_CODEC
def test_a_batch_is_moved_by_its_semitones(codec: Codec) -> None:
    """Each window by its own."""
    windows = some_windows(codec)
    batch = windows.batch(np.array([0, 3]), np.array([2, 0]))
    first, second = windows.window(0), windows.window(3)
    assert np.array_equal(batch.x[0], codec.one_hot(codec.transpose(first, 2)))
    assert np.array_equal(batch.x[1], codec.one_hot(second))
    assert not np.array_equal(batch.x[0], codec.one_hot(first))


def test_a_plan_holds_every_window_once_in_batches_of_one_length() -> None:
    """None too large; drawn by a generator, or in order without one."""
    windows = some_windows(CODECS["melody"])
    for rng in (None, np.random.default_rng(0)):
        plan = windows.plan(2, rng)
        assert sorted(np.concatenate(plan).tolist()) == list(range(6))
        assert all(len(np.unique(windows.lengths[rows])) == 1 for rows in plan)
        assert max(map(len, plan)) == 2
    drawn = [
        [rows.tolist() for rows in windows.plan(2, np.random.default_rng(seed))]
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_batches_go_through_the_split_once() -> None:
    """As it is without a generator, moved to other keys with one."""
    windows = some_windows(CODECS["melody"])
    plain = list(windows.batches(2))
    assert sum(len(batch.lengths) for batch in plain) == len(windows)
    moved = [
        not any(np.array_equal(x, other) for batch in plain for other in batch.x)
        for seed in range(4)
        for batch in windows.batches(2, np.random.default_rng(seed))
        for x in batch.x
    ]
    assert 0 < sum(moved) < len(moved)


def test_most_windows_stay_in_their_key() -> None:
    """The others go to any of the twelve, their own among them."""
    drawn = draw_transpositions(24_000, np.random.default_rng(0))
    counts = dict(zip(*np.unique(drawn, return_counts=True), strict=True))
    assert sorted(counts) == list(range(-5, 7))
    each = 24_000 * TRANSPOSED_SHARE / 12
    assert counts.pop(0) == pytest.approx(24_000 * (1 - TRANSPOSED_SHARE) + each, rel=0.05)
    assert all(count == pytest.approx(each, rel=0.2) for count in counts.values())


def test_windows_know_their_meters() -> None:
    """And say how many they are."""
    windows = some_windows(CODECS["roll"])
    assert repr(windows) == "Windows(roll, N=6, meters=5)"
    assert set(windows.kinds) == set(RAGGED)
    assert windows.lengths.tolist() == [window_steps(meter) for meter in RAGGED]


def test_a_folder_that_is_no_data_set_is_one_sentence(tmp_path: Path) -> None:
    """Empty, damaged, of an unknown codec, or without windows in a split."""
    for about in (None, "{", "{}", "[]", "null", '{"codec": "tablature"}', '{"codec": "melody"}'):
        if about is not None:
            (tmp_path / "data.json").write_text(about)
        with pytest.raises(DatasetError, match="is no prepared data set; make one with"):
            open_split(tmp_path, "train")
    empty = np.zeros((0, MAX_WINDOW_STEPS), np.uint8)
    np.savez(tmp_path / "train.npz", codes=empty, meters=np.zeros((0, 3), np.uint8))
    whole = (tmp_path / "train.npz").read_bytes()
    for data in (b"", b"PK, or so it says", whole[:-30], whole[:60]):
        (tmp_path / "train.npz").write_bytes(data)
        with pytest.raises(DatasetError, match="is no prepared data set"):
            open_split(tmp_path, "train")
    (tmp_path / "train.npz").write_bytes(whole)
    with pytest.raises(DatasetError, match="has no train windows"):
        open_split(tmp_path, "train")


def test_a_split_is_opened_as_it_was_written(tmp_path: Path) -> None:
    """Codec, codes and meters."""
    windows = some_windows(CODECS["roll"])
    np.savez(tmp_path / "test.npz", codes=windows.codes, meters=windows.meters)
    (tmp_path / "data.json").write_text(json.dumps({"codec": "roll"}))
    opened = open_split(tmp_path, "test")
    assert opened.codec is windows.codec
    assert opened.meter(5) == Meter(5, 4)
    assert np.array_equal(opened.window(2), windows.window(2))
