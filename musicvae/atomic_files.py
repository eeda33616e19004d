"""Atomic writes, new names that never overwrite a file, and folders with one writer."""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from itertools import count
from pathlib import Path
from typing import BinaryIO

from .errors import OutputError
from .locks import hold

MIDI_ENDINGS = (".mid", ".midi", ".kar", ".rmi", ".smf")
"""Suffixes of MIDI file names."""

SCORE_ENDINGS = (".musicxml", ".mxl", ".abc")
"""Suffixes of names of scores."""

TEMPORARY = (".musicvae-", ".tmp")
"""How the names of temporary files begin and end."""

LOCK_NAME = ".musicvae.lock"
"""The file that `one_writer` locks."""


def write_atomic(path: Path | str, data: bytes) -> None:
    """Write or replace a file in one move: readers see the old bytes or the new ones.

    Raises:
        OutputError: the file cannot be written.
    """
    path = Path(path)
    make_folder(path.parent)
    with _writing(path), _temporary(path.parent, data) as temporary:
        temporary.replace(path)


def write_new(names: Iterator[Path], data: bytes) -> Path:
    """Write a file under the first free name and return that name.

    The name appears with the whole file behind it, and two programs never take the same.

    Raises:
        OutputError: the file cannot be written.
    """
    for path in names:
        make_folder(path.parent)
        with _writing(path):
            if os.path.lexists(path):
                continue
            with suppress(FileExistsError), _temporary(path.parent, data) as temporary:
                _move_to_free_name(temporary, path)
                return path
    raise AssertionError("the iterator of names is endless")


def _move_to_free_name(temporary: Path, path: Path) -> None:
    """Rename a file, never onto another.

    Raises:
        FileExistsError: the name is taken.
    """
    if sys.platform == "win32":  # where a rename never replaces a file
        temporary.rename(path)
        return
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: an empty file reserves the name
        path.touch(exist_ok=False)
        try:
            temporary.replace(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


@contextmanager
def _temporary(folder: Path, data: bytes) -> Iterator[Path]:
    """Write a temporary file, and delete it in the end if it still has its name.

    It stays locked, so that `remove_leftovers` tells it from the file of a killed process.
    """
    file, path = _open_temporary(folder)
    try:
        with file:
            file.write(data)
            file.flush()
            if sys.platform != "win32":
                yield path
        if sys.platform == "win32":  # where an open file cannot be renamed
            yield path
    finally:
        path.unlink(missing_ok=True)


def _open_temporary(folder: Path) -> tuple[BinaryIO, Path]:
    """Create a file of a new name and lock it; its permissions are those that the umask leaves."""
    begin, end = TEMPORARY
    while True:
        path = folder / f"{begin}{secrets.token_hex(8)}{end}"
        file = path.open("xb")
        with suppress(BlockingIOError):
            if hold(file, path, without_locks=True):
                return file, path
        file.close()  # another process took it for a leftover before it was locked


def remove_leftovers(folder: Path) -> None:
    """Delete temporary files in a folder whose process was killed."""
    begin, end = TEMPORARY
    for path in folder.glob(f"{begin}*{end}"):
        with suppress(OSError), path.open("r+b") as file:
            if hold(file, path, without_locks=False):
                path.unlink()


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Create a folder and hold it, so that no second program writes into it meanwhile.

    Leftovers of killed programs are deleted first. The hold ends with the process.

    Raises:
        OutputError: another program holds the folder, or it cannot be written.
    """
    is_new = not folder.exists()
    make_folder(folder)
    remove_leftovers(folder)
    path = folder / LOCK_NAME
    with _writing(folder):
        file = path.open("wb")
        while not _held(file, path, folder):  # the last holder deleted it just now
            file.close()
            file = path.open("wb")
    try:
        yield
    finally:
        if sys.platform == "win32":  # where an open file cannot be deleted
            file.close()
        with suppress(OSError):
            path.unlink()  # while it is locked: afterwards it may be another program's
        file.close()
        if is_new:
            with suppress(OSError):
                folder.rmdir()  # if nothing was written into it


def _held(file: BinaryIO, path: Path, folder: Path) -> bool:
    try:
        return hold(file, path, without_locks=True)
    except BlockingIOError:
        file.close()
        raise OutputError(
            f"Another musicvae is writing into {folder}: wait until it has ended, or choose "
            "another folder."
        ) from None


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn an OSError inside the block into one about a file that is written.

    Raises:
        OutputError: there was an OSError.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error


def numbered_copies(path: Path) -> Iterator[Path]:
    """The path itself, then `name-2`, `name-3` ..."""
    yield path
    for number in count(2):
        yield path.with_stem(f"{path.stem}-{number}")


def make_folder(folder: Path) -> None:
    """Create a folder and its parents, but no new folder at the root of the file system.

    A new folder at the root is most likely a typing error, such as `/outt/clips`.

    Raises:
        OutputError: it cannot be created, or its first folder at the root does not exist.
    """
    _refuse_new_root(folder)
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)


def _refuse_new_root(folder: Path) -> None:
    """Raise OutputError if `make_folder` would have to create a folder at the root.

    On Windows that is usual: the root of a drive is anyone's.
    """
    if sys.platform == "win32":
        return
    try:
        resolved = folder.resolve()
        missing = [path for path in (resolved, *resolved.parents) if not path.exists()]
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error
    except RuntimeError as error:
        raise OutputError(f"{folder} cannot be written: its links go in a circle.") from error
    if missing and missing[-1].parent == Path(resolved.anchor):
        raise OutputError(
            f"There is no folder {missing[-1]}, and none is created at the root of the file "
            "system: correct the name, or create it first."
        )


def check_folder(folder: Path) -> None:
    """Check that a path can be an output folder; it need not exist yet.

    Raises:
        OutputError: it is a file, is named like one or like standard output, or would be new at
            the root.
    """
    if folder == Path("-"):
        raise OutputError("Several files do not fit into standard output: name a folder.")
    if folder.is_dir():
        return
    if folder.exists():
        raise OutputError(f"{folder} is a file; name a folder to write into.")
    if folder.suffix.lower() in (*MIDI_ENDINGS, *SCORE_ENDINGS):
        raise OutputError(
            f"{folder} is named like a file, but a folder is meant: type {folder.with_suffix('')}/"
        )
    _refuse_new_root(folder)


def numbered_names(
    folder: Path, stem: str, ending: str = ".mid", *, force: bool = False
) -> Iterator[Path]:
    """Paths `stem-01.mid`, `stem-02.mid` ... after the highest number in the folder.

    With `force` they begin at 1 and may name existing files.

    Raises:
        OutputError: `folder` cannot be an output folder; see `check_folder`.
    """
    check_folder(folder)
    pattern = re.compile(re.escape(stem) + r"-(\d+)" + re.escape(ending))
    matches = (pattern.fullmatch(path.name) for path in folder.glob("*"))
    taken = [] if force else [int(match[1]) for match in matches if match]
    return (folder / f"{stem}-{number:02}{ending}" for number in count(max(taken, default=0) + 1))


def free_stem(folder: Path, stem: str, *, force: bool = False) -> str:
    """The first of `stem`, `stem2`, `stem3` ... with no file `{stem}-*.mid` in the folder.

    With `force` it is `stem` even if such files exist.

    Raises:
        OutputError: `folder` cannot be an output folder; see `check_folder`.
    """
    check_folder(folder)
    names = (stem if number == 1 else f"{stem}{number}" for number in count(1))
    return next(name for name in names if force or not any(folder.glob(f"{escape(name)}-*.mid")))
