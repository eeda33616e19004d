"""What is kept of a folder: the same back, and nothing that is not ours."""

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
    """Three files: of four windows, of none, of two."""
    rng = np.random.default_rng(0)
    made = []
    for name, count, reason in (("a.mid", 4, ""), ("b/\udce9.mid", 0, "bad"), ("c.mid", 2, "")):
        directions = rng.standard_normal((count, Z)).astype(np.float16)
        entry = Entry(name, count, 10**18 + count, reason)
        made.append(FileWindows(entry, directions, np.arange(count, dtype=np.int32)))
    return made


def same(one: list[FileWindows], other: list[FileWindows]) -> bool:
    """Whether two lists hold the same files and windows."""
    return len(one) == len(other) and all(
        a.entry == b.entry
        and np.array_equal(a.directions, b.directions)
        and np.array_equal(a.bars, b.bars)
        for a, b in zip(one, other, strict=True)
    )


def test_what_was_kept_comes_back(tmp_path: Path, rows: list[FileWindows]) -> None:
    """File by file, those without windows too, sorted by name; and is the same bytes again."""
    place = tmp_path / "kept.npz"
    assert save(place, rows[::-1])
    assert same(load(place, Z), rows)
    before = place.read_bytes()
    assert save(place, load(place, Z))
    assert place.read_bytes() == before


def test_a_library_tells_which_files_were_skipped(rows: list[FileWindows]) -> None:
    """By name, and why."""
    library = Library.of(Path("there"), rows, Z)
    assert library.skipped == {"b/\udce9.mid": "bad"}
    assert repr(library) == "Library('there', files=3, windows=6)"
    assert same([*library.by_file()], rows)


def test_nothing_is_kept_where_nothing_can_be_written(
    tmp_path: Path, rows: list[FileWindows]
) -> None:
    """It says so, and does not stop."""
    (tmp_path / "file").touch()
    assert not save(tmp_path / "file" / "kept.npz", rows)


def test_what_is_missing_cut_short_or_of_another_width_is_nothing(
    tmp_path: Path, rows: list[FileWindows]
) -> None:
    """At whatever byte."""
    place = tmp_path / "kept.npz"
    assert load(place, Z) == []
    save(place, rows)
    assert load(place, Z + 1) == []
    data = place.read_bytes()
    for stop in range(0, len(data), 37):
        place.write_bytes(data[:stop])
        assert load(place, Z) == []


def test_no_byte_that_is_changed_makes_it_stop(tmp_path: Path, rows: list[FileWindows]) -> None:
    """What comes back is what was kept, or nothing."""
    place = tmp_path / "kept.npz"
    save(place, rows)
    data = place.read_bytes()
    for at in range(0, len(data), 11):
        place.write_bytes(data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :])
        found = load(place, Z)
        assert not found or len(found) == len(rows)


def test_what_was_written_before_still_opens(tmp_path: Path, rows: list[FileWindows]) -> None:
    """The first files say version [1, 4]; a new `reading.READER` does not close them."""
    place = tmp_path / "kept.npz"
    save(place, rows)
    with np.load(place) as kept:
        arrays = dict(kept)
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
def test_what_is_not_as_we_write_it_is_nothing(
    tmp_path: Path, rows: list[FileWindows], change: dict[str, Any]
) -> None:
    """Owners out of order or of no file, other sizes or types, no numbers, pickles, deep JSON."""
    place = tmp_path / "kept.npz"
    save(place, rows)
    with np.load(place) as kept:
        arrays = dict(kept)
    buffer = io.BytesIO()
    np.savez(buffer, **(arrays | change))
    place.write_bytes(buffer.getvalue())
    assert load(place, Z) == []
