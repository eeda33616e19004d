"""The library keeps clips: through restarts, crashes, several servers and damage."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import threading
from pathlib import Path

import pytest

from musicvae.errors import OutputError
from musicvae.web.failures import NotHere
from musicvae.web.library import MAX_NAME, VERSION, Clip, Library, clean_name

from ..posix import posix_only

ABOUT = {"verb": "vary", "model": "m", "seed": 2**100, "parents": ["a"], "notices": ["né"]}


def clip(name: str = "a", data: bytes = b"MThd") -> Clip:
    """A clip that is not stored."""
    return Clip(name, dict(ABOUT), {"bars": 2}, data)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a library is made, in a folder that is not there yet."""
    return tmp_path / "data" / "library.sqlite"


def test_a_clip_comes_back_as_it_was(path: Path) -> None:
    """After the library was closed and opened again, with its bytes."""
    library = Library(path)
    (stored,) = library.add([clip("né 🎵", bytes(range(256)))])
    library.close()
    again = Library(path)
    assert again.get(str(stored.id)) == stored
    assert stored.about == ABOUT
    again.close()


def test_clips_are_listed_without_files_the_latest_first(path: Path) -> None:
    """Also those of one moment."""
    library = Library(path)
    library.add([clip("a"), clip("b")])
    library.add([clip("c")])
    listed = library.list()
    assert [one.name for one in listed] == ["c", "b", "a"]
    assert {one.midi for one in listed} == {b""}
    library.close()


def test_a_change_leaves_the_rest(path: Path) -> None:
    """A name, a star, or neither."""
    library = Library(path)
    (stored,) = library.add([clip()])
    name = str(stored.id)
    assert library.change(name, name="b").name == "b"
    assert library.change(name, starred=True).starred
    changed = library.change(name)
    assert (changed.name, changed.starred, changed.midi) == ("b", True, stored.midi)
    assert library.change(name, starred=False).starred is False
    library.close()


def test_the_trash_keeps_clips_until_it_is_emptied(path: Path) -> None:
    """They can be restored; emptying leaves the others."""
    library = Library(path)
    kept, trashed = library.add([clip("kept"), clip("trashed")])
    library.change(str(trashed.id), trashed=True, starred=True)
    assert [one.name for one in library.list()] == ["kept"]
    assert [one.name for one in library.list(trashed=True)] == ["trashed"]
    assert library.list(starred=True) == []
    library.change(str(trashed.id), trashed=False)
    assert [one.name for one in library.list(starred=True)] == ["trashed"]
    library.change(str(trashed.id), trashed=True)
    assert library.empty_trash() == 1
    assert library.empty_trash() == 0
    with pytest.raises(NotHere):
        library.get(str(trashed.id))
    assert library.get(str(kept.id)).name == "kept"
    library.close()


@pytest.mark.parametrize("name", ["x", "", "'; DROP TABLE clips; --", "%", "\0", "a" * 10_000])
def test_an_identifier_of_no_clip_is_said(path: Path, name: str) -> None:
    """Whatever text it is."""
    library = Library(path)
    library.add([clip()])
    for ask in (library.get, library.change):
        with pytest.raises(NotHere, match="There is no clip"):
            ask(name)
    assert len(library.list()) == 1
    library.close()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        *((" a\n\tb ", "a b"), ("", "Clip"), ("\0\x1b[31m", "[31m"), ("<b>&", "<b>&")),
        *(("a" * 1_000, "a" * MAX_NAME), ("\u202eevil", "evil"), ("🎵", "🎵")),
    ],
)
def test_a_name_is_one_line_of_printable_text(name: str, clean: str) -> None:
    """Markup is text like any other."""
    assert clean_name(name) == clean


def test_all_of_several_clips_are_stored_or_none(path: Path) -> None:
    """An error undoes those before it."""
    library = Library(path)
    broken = Clip("b", {}, {}, midi={"no": "bytes"})  # type: ignore[arg-type]  # what fails
    with pytest.raises(OutputError):
        library.add([clip("a"), broken])
    assert library.list() == []
    library.add([clip("a")])
    assert len(library.list()) == 1
    library.close()


def test_two_servers_use_one_library(path: Path) -> None:
    """What one stores the other has, also when both write at once."""
    first, second = Library(path), Library(path)

    def fill(library: Library) -> None:
        for _ in range(20):
            library.add([clip()])

    threads = [threading.Thread(target=fill, args=(one,)) for one in (first, second, first)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(first.list()) == len(second.list()) == 60
    assert first.list() == second.list()
    first.close()
    second.close()


def _write_and_die(path: Path) -> None:
    library = Library(path)
    library.add([clip("kept")])
    library._database.execute("BEGIN IMMEDIATE")
    library._database.execute("UPDATE clips SET name = 'half'")
    os.kill(os.getpid(), signal.SIGKILL)


@posix_only("SIGKILL")
def test_a_crash_loses_nothing(path: Path) -> None:
    """A server that is killed in the middle of a change leaves what was answered before."""
    process = multiprocessing.get_context("spawn").Process(target=_write_and_die, args=(path,))
    process.start()
    process.join(timeout=60)
    assert process.exitcode == -signal.SIGKILL
    library = Library(path)
    assert [one.name for one in library.list()] == ["kept"]
    library.add([clip()])
    library.close()


@pytest.mark.parametrize(
    "data", [b"no database" * 100, b"\0" * 4096, b"SQLite format 3\0" + b"x" * 99]
)
def test_a_damaged_library_is_one_sentence(path: Path, data: bytes) -> None:
    """It names the file and is left as it is."""
    path.parent.mkdir()
    path.write_bytes(data)
    with pytest.raises(OutputError, match=r"library\.sqlite cannot be opened: .*--library"):
        Library(path)
    assert path.read_bytes() == data


def test_a_later_library_is_left_alone(path: Path) -> None:
    """Its version is not overwritten."""
    Library(path).close()
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.close()
    with pytest.raises(OutputError, match="later version"):
        Library(path)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A folder in place of the file, and a file in place of the folder."""
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "file" / "library.sqlite"):
        with pytest.raises(OutputError):
            Library(path)
