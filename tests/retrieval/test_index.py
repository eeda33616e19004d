"""The index file of a folder: it is restored exactly, and invalid content is rejected."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.corpus.read_file import READER_VERSION
from musicvae.retrieval.index import VERSION, Entry, FileWindows, Library, load, save

Z = 5


@pytest.fixture
def rows() -> list[FileWindows]:
    """Three files, with four windows, none, and two."""
    rng = np.random.default_rng(0)
    files = []
    for name, count, reason in (("a.mid", 4, ""), ("b/\udce9.mid", 0, "bad"), ("c.mid", 2, "")):
        directions = rng.standard_normal((count, Z)).astype(np.float16)
        entry = Entry(name, count, 10**18 + count, reason)
        files.append(FileWindows(entry, directions, np.arange(count, dtype=np.int32)))
    return files


def same(one: list[FileWindows], other: list[FileWindows]) -> bool:
    """Return True if two lists hold the same files and windows."""
    return len(one) == len(other) and all(
        a.entry == b.entry
        and np.array_equal(a.directions, b.directions)
        and np.array_equal(a.bars, b.bars)
        for a, b in zip(one, other, strict=True)
    )


def test_a_saved_index_is_restored(tmp_path: Path, rows: list[FileWindows]) -> None:
    """Every file, with or without windows, sorted by name; saving again gives the same bytes."""
    place = tmp_path / "index.npz"
    assert save(place, rows[::-1])
    assert same(load(place, Z), rows)
    before = place.read_bytes()
    assert save(place, load(place, Z))
    assert place.read_bytes() == before


def test_a_library_tells_which_files_were_skipped(rows: list[FileWindows]) -> None:
    """By name, with the reason."""
    library = Library.of(Path("there"), rows, Z)
    assert library.skipped == {"b/\udce9.mid": "bad"}
    assert repr(library) == "Library('there', files=3, windows=6)"
    assert same([*library.by_file()], rows)


def test_a_folder_that_cannot_be_written_is_reported(
    tmp_path: Path, rows: list[FileWindows]
) -> None:
    """`save` returns False and does not raise."""
    (tmp_path / "file").touch()
    assert not save(tmp_path / "file" / "index.npz", rows)


def test_a_missing_or_truncated_index_loads_as_empty(
    tmp_path: Path, rows: list[FileWindows]
) -> None:
    """An index that is missing, truncated anywhere, or of another z size loads as empty."""
    place = tmp_path / "index.npz"
    assert load(place, Z) == []
    save(place, rows)
    assert load(place, Z + 1) == []
    data = place.read_bytes()
    for stop in range(0, len(data), 37):
        place.write_bytes(data[:stop])
        assert load(place, Z) == []


def test_a_changed_byte_raises_nothing(tmp_path: Path, rows: list[FileWindows]) -> None:
    """It loads as it was saved, or as empty."""
    place = tmp_path / "index.npz"
    save(place, rows)
    data = place.read_bytes()
    for position in range(0, len(data), 11):
        changed = bytearray(data)
        changed[position] ^= 0x41
        place.write_bytes(changed)
        loaded = load(place, Z)
        assert not loaded or len(loaded) == len(rows)


def test_an_older_index_still_opens(tmp_path: Path, rows: list[FileWindows]) -> None:
    """A version [1, 4] file opens, although the reader has a newer version."""
    place = tmp_path / "index.npz"
    save(place, rows)
    with np.load(place) as stored:
        arrays = dict(stored)
    about = json.loads(arrays["about"].tobytes()) | {"version": [1, 4]}
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez(place, **arrays)
    assert READER_VERSION > 4
    assert same(load(place, Z), rows)


@pytest.mark.parametrize(
    "change",
    [
        {"owners": np.array([0, 0, 0, 0, 2, 3], np.int32)},
        {"owners": np.array([-1, 0, 0, 0, 2, 2], np.int32)},
        {"owners": np.array([2, 2, 0, 0, 0, 0], np.int32)},
        {"bars": np.arange(5, dtype=np.int32)},
        {"bars": np.arange(6.0)},
        {"directions": np.full((6, Z), np.nan, np.float16)},
        {"directions": np.zeros((6, Z), np.float32)},
        {"directions": np.array([{}] * 6, dtype=object)},
        {"about": np.frombuffer(b"[" * 100_000, np.uint8)},
        {"about": np.frombuffer(json.dumps({"version": VERSION, "files": [7]}).encode(), np.uint8)},
        {"about": np.frombuffer(json.dumps({"version": 0, "files": []}).encode(), np.uint8)},
    ],
)
def test_invalid_content_loads_as_empty(
    tmp_path: Path, rows: list[FileWindows], change: dict[str, Any]
) -> None:
    """Invalid owners, sizes or types, not-a-number values, pickles, or deep JSON."""
    place = tmp_path / "index.npz"
    save(place, rows)
    with np.load(place) as stored:
        arrays = dict(stored)
    buffer = io.BytesIO()
    np.savez(buffer, **(arrays | change))
    place.write_bytes(buffer.getvalue())
    assert load(place, Z) == []
