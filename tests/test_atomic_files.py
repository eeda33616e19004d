"""Atomic writes, and new names that never overwrite a file."""

from __future__ import annotations

import os
import re
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from musicvae.atomic_files import (
    MIDI_ENDINGS,
    check_folder,
    free_stem,
    make_folder,
    numbered_copies,
    numbered_names,
    write_atomic,
    write_new,
)
from musicvae.codecs import CODECS
from musicvae.corpus.dataset import SPLITS, save
from musicvae.corpus.prepare import prepare
from musicvae.errors import OutputError
from musicvae.midi.writer import write_midi
from musicvae.score.phrase import Phrase

from .posix import posix_only


def test_a_file_is_replaced_in_one_move(tmp_path: Path) -> None:
    """Folders are created, no other file is left behind, and the owner may read it."""
    path = tmp_path / "deep" / "down" / "a.bin"
    write_atomic(path, b"old")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR


@posix_only("umask")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_files_have_the_permissions_that_the_umask_leaves(
    umask: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permissions are 0o666 less the umask, and the code never changes the umask to read it."""
    before = os.umask(umask)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(os, "umask", None)
            write_atomic(tmp_path / "a.bin", b"whole")
            write_atomic(tmp_path / "a.bin", b"again")
            made = [tmp_path / "a.bin", write_new(iter([tmp_path / "b.bin"]), b"new")]
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o666 & ~umask}


NOWHERE = Path("/no-such-folder-of-musicvae")
WRITERS: dict[str, Callable[[Path, Path], object]] = {
    "write_whole": lambda folder, _: write_atomic(folder / "a.bin", b""),
    "write_midi": lambda folder, _: write_midi(Phrase(), folder / "a.mid"),
    "write_new": lambda folder, _: write_new(numbered_copies(folder / "a.mid"), b""),
    "numbered_names": lambda folder, _: numbered_names(folder, "phrase"),
    "free_stem": lambda folder, _: free_stem(folder, "grid"),
    "make_folder": lambda folder, _: make_folder(folder),
    "save": lambda folder, _: save(folder, CODECS["melody"], 2, dict.fromkeys(SPLITS, ()), {}),
    "prepare": lambda folder, midi: prepare([midi], folder, workers=1),
}


@pytest.mark.parametrize("folder", [NOWHERE, NOWHERE / "clips", Path("/..") / NOWHERE.name])
@pytest.mark.parametrize("writer", WRITERS)
def test_no_folder_is_created_at_the_root(writer: str, folder: Path, tmp_path: Path) -> None:
    """A typing error such as /outt/clips raises one sentence that names the missing folder."""
    (tmp_path / "a.mid").touch()
    message = f"There is no folder {NOWHERE}, and none is created at the root of the file system"
    with pytest.raises(OutputError, match=message):
        WRITERS[writer](folder, tmp_path)
    assert not NOWHERE.exists()


@pytest.mark.parametrize("at_root", [True, False])
def test_a_folder_is_created_below_one_that_is_there(
    at_root: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Absolute or relative paths work, through links, with dots, at any depth."""
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real").mkdir()
    monkeypatch.chdir(tmp_path / "real")
    home = tmp_path if at_root else Path("..")
    for name in ("one", "two/below", "link/three", "real/../four/below"):
        make_folder(home / name)
        assert (home / name).is_dir()
        make_folder(home / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "four",
        "link",
        "one",
        "real",
        "two",
    ]


def test_a_relative_name_creates_no_folder_at_the_root(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The working directory is the root."""
    monkeypatch.chdir("/")
    with pytest.raises(OutputError, match="at the root of the file system"):
        make_folder(Path(NOWHERE.name))
    assert not NOWHERE.exists()


def test_a_path_that_cannot_be_a_folder_is_one_sentence(tmp_path: Path) -> None:
    """It is a file, below a file, or in a circle of links."""
    (tmp_path / "file").touch()
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "a" / "below"):
        with pytest.raises(
            OutputError, match=rf"^{re.escape(str(folder))} cannot be written: .*\.$"
        ):
            make_folder(folder)


@pytest.mark.parametrize("ending", [*MIDI_ENDINGS, ".MID"])
def test_a_folder_named_like_a_midi_file_is_refused(ending: str, tmp_path: Path) -> None:
    """The message says what to type; an existing folder of that name is accepted."""
    folder = tmp_path / f"out{ending}"
    for check in (
        check_folder,
        lambda out: numbered_names(out, "a"),
        lambda out: free_stem(out, "a"),
    ):
        with pytest.raises(
            OutputError, match=rf"a folder is meant: type {re.escape(str(tmp_path / 'out'))}/$"
        ):
            check(folder)
        assert not list(tmp_path.iterdir())
    folder.mkdir()
    check_folder(folder)
    check_folder(tmp_path / "v1.2")


def test_a_move_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old file stays unchanged and the temporary one is deleted."""
    write_atomic(tmp_path / "a.bin", b"old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match=r"a\.bin cannot be written: No space left"):
        write_atomic(tmp_path / "a.bin", b"new")
    assert (tmp_path / "a.bin").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    """Three writes give out.mid, out-2.mid and out-3.mid."""
    made = [write_new(numbered_copies(tmp_path / "out.mid"), b"") for _ in range(3)]
    assert [path.name for path in made] == ["out.mid", "out-2.mid", "out-3.mid"]


def test_a_second_run_continues_numbering(tmp_path: Path) -> None:
    """Numbers continue after the highest in the folder; with `force` they start at 1."""
    for name in ("phrase-02.mid", "phrase-11.mid", "phrase-xx.mid", "other-50.mid"):
        (tmp_path / name).touch()
    names = numbered_names(tmp_path, "phrase")
    assert [next(names).name for _ in range(2)] == ["phrase-12.mid", "phrase-13.mid"]
    assert next(numbered_names(tmp_path, "phrase", force=True)).name == "phrase-01.mid"
    assert next(numbered_names(tmp_path / "new", "phrase")) == tmp_path / "new" / "phrase-01.mid"


def test_two_programs_in_one_folder_never_share_a_name(tmp_path: Path) -> None:
    """Both listed the folder when it was empty, and still write to different names."""
    first, second = numbered_names(tmp_path, "phrase"), numbered_names(tmp_path, "phrase")
    for text in (b"1", b"2"):
        write_new(first, text)
        write_new(second, text * 2)
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == [b"1", b"11", b"2", b"22"]


def test_a_write_that_fails_frees_the_name(tmp_path: Path) -> None:
    """No empty file is left; a folder that is a file raises one sentence."""
    with pytest.raises(TypeError):
        write_new(numbered_copies(tmp_path / "a.mid"), "text")  # type: ignore[arg-type]  # on purpose
    assert not list(tmp_path.iterdir())
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="cannot be written"):
        write_new(numbered_copies(tmp_path / "out" / "a.mid"), b"")
    with pytest.raises(OutputError, match="is a file; name a folder"):
        numbered_names(tmp_path / "out", "phrase")


def test_a_stem_is_free_until_a_file_begins_with_it(tmp_path: Path) -> None:
    """The next stem has a number; with `force` it has none; a file is refused as folder."""
    assert free_stem(tmp_path / "none", "grid") == "grid"
    (tmp_path / "grid-1-1.mid").touch()
    (tmp_path / "gridlock.mid").touch()
    assert free_stem(tmp_path, "grid") == "grid2"
    (tmp_path / "grid2-1-1.mid").touch()
    assert free_stem(tmp_path, "grid") == "grid3"
    assert free_stem(tmp_path, "grid", force=True) == "grid"
    with pytest.raises(OutputError, match="name a folder"):
        free_stem(tmp_path / "gridlock.mid", "grid")


def test_a_new_name_appears_with_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no moment at which the name is there and the bytes are not."""
    seen: list[bytes] = []
    link = Path.hardlink_to

    def look(self: Path, target: Path) -> None:
        assert not self.exists()
        link(self, target)
        seen.append(self.read_bytes())

    monkeypatch.setattr(Path, "hardlink_to", look)
    write_new(numbered_copies(tmp_path / "a.mid"), b"whole")
    assert seen == [b"whole"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.mid"]


def test_a_file_system_without_links_never_overwrites_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty file reserves the name; a failure frees it."""

    def no_links(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    made = [write_new(numbered_copies(tmp_path / "a.mid"), text) for text in (b"1", b"2")]
    assert [(path.name, path.read_bytes()) for path in made] == [("a.mid", b"1"), ("a-2.mid", b"2")]
    monkeypatch.setattr(Path, "replace", no_links)
    with pytest.raises(OutputError, match=r"a-3\.mid cannot be written: Operation not permitted"):
        write_new(numbered_copies(tmp_path / "a.mid"), b"3")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.mid", "a.mid"]


@posix_only("limit on the size of files")
@pytest.mark.parametrize("write", [write_atomic, lambda path, data: write_new(iter([path]), data)])
def test_a_full_disk_leaves_nothing(write: Callable[[Path, bytes], object], tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: a real write fails half-way."""
    import resource

    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OutputError, match=r"a\.mid cannot be written: File too large\.$"):
            write(tmp_path / "a.mid", bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("write", [write_atomic, lambda path, data: write_new(iter([path]), data)])
def test_a_folder_that_vanishes_is_one_sentence(
    write: Callable[[Path, bytes], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is deleted after it was checked and before the file is there."""
    monkeypatch.setattr("musicvae.atomic_files.make_folder", lambda folder: None)
    with pytest.raises(OutputError, match=r"a\.mid cannot be written: No such file or directory"):
        write(tmp_path / "gone" / "a.mid", b"")
