"""Files written whole or not at all, and never over another unless asked."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from musicvae.errors import OutputError
from musicvae.files import free_stem, numbered_names, spare_names, write_new, write_whole


def test_a_file_is_replaced_in_one_move(tmp_path: Path) -> None:
    """Folders are created, nothing else is left behind, and others may read it."""
    path = tmp_path / "deep" / "down" / "a.bin"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR


def test_a_move_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old file stays whole and the new one is cleared away."""
    write_whole(tmp_path / "a.bin", b"old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match=r"a\.bin cannot be written: No space left"):
        write_whole(tmp_path / "a.bin", b"new")
    assert (tmp_path / "a.bin").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    """out.mid, out-2.mid, out-3.mid."""
    made = [write_new(spare_names(tmp_path / "out.mid"), b"") for _ in range(3)]
    assert [path.name for path in made] == ["out.mid", "out-2.mid", "out-3.mid"]


def test_a_second_run_goes_on_numbering(tmp_path: Path) -> None:
    """After the highest number there is; from the first with force."""
    for name in ("phrase-02.mid", "phrase-11.mid", "phrase-xx.mid", "other-50.mid"):
        (tmp_path / name).touch()
    names = numbered_names(tmp_path, "phrase")
    assert [next(names).name for _ in range(2)] == ["phrase-12.mid", "phrase-13.mid"]
    assert next(numbered_names(tmp_path, "phrase", force=True)).name == "phrase-01.mid"
    assert next(numbered_names(tmp_path / "new", "phrase")) == tmp_path / "new" / "phrase-01.mid"


def test_two_programs_in_one_folder_never_share_a_name(tmp_path: Path) -> None:
    """Both began when it was empty."""
    one, other = numbered_names(tmp_path, "phrase"), numbered_names(tmp_path, "phrase")
    for text in (b"1", b"2"):
        write_new(one, text)
        write_new(other, text * 2)
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == [b"1", b"11", b"2", b"22"]


def test_a_write_that_fails_gives_the_name_back(tmp_path: Path) -> None:
    """No empty file stays; a folder that is a file is one sentence."""
    with pytest.raises(TypeError):
        write_new(spare_names(tmp_path / "a.mid"), "text")  # type: ignore[arg-type]  # on purpose
    assert not list(tmp_path.iterdir())
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="cannot be written"):
        write_new(spare_names(tmp_path / "out" / "a.mid"), b"")
    with pytest.raises(OutputError, match="is a file; name a folder"):
        numbered_names(tmp_path / "out", "phrase")


def test_a_stem_is_free_until_a_file_is_called_so(tmp_path: Path) -> None:
    """Then it has a number; forced it is the first; a file is no folder."""
    assert free_stem(tmp_path / "none", "grid") == "grid"
    (tmp_path / "grid-1-1.mid").touch()
    (tmp_path / "gridlock.mid").touch()
    assert free_stem(tmp_path, "grid") == "grid2"
    (tmp_path / "grid2-1-1.mid").touch()
    assert free_stem(tmp_path, "grid") == "grid3"
    assert free_stem(tmp_path, "grid", force=True) == "grid"
    with pytest.raises(OutputError, match="name a folder"):
        free_stem(tmp_path / "gridlock.mid", "grid")
