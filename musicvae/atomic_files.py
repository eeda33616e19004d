"""Atomic writes, and names for new files that never overwrite another."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from .errors import OutputError

MIDI_ENDINGS = (".mid", ".midi", ".kar", ".rmi", ".smf")
"""Suffixes of MIDI file names."""


def write_atomic(path: Path | str, data: bytes) -> None:
    """Write or replace a file in one move: readers see the old bytes or the new ones.

    Raises:
        OutputError: the file cannot be written.
    """
    path = Path(path)
    temporary = None
    make_folder(path.parent)
    try:
        partial = path.parent / f".{path.name}.{secrets.token_hex(4)}"
        with partial.open("xb") as file:  # new, and with the permissions that the umask leaves
            temporary = partial
            file.write(data)
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def write_new(names: Iterator[Path], data: bytes) -> Path:
    """Write a file under the first free name and return that name.

    An empty file reserves the name first, so that two programs never take the same.

    Raises:
        OutputError: the file cannot be written.
    """
    for path in names:
        make_folder(path.parent)
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
        try:
            write_atomic(path, data)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path
    raise AssertionError("the iterator of names is endless")


def remove_leftovers(path: Path) -> None:
    """Delete temporary files of this path that killed processes left behind."""
    for stray in path.parent.glob(f".{path.name}.*"):
        stray.unlink(missing_ok=True)


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
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error


def _refuse_new_root(folder: Path) -> None:
    """Raise OutputError if `make_folder` would have to create a folder at the root."""
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
        OutputError: it is a file, is named like a MIDI file, or would be new at the root.
    """
    if folder.is_dir():
        return
    if folder.exists():
        raise OutputError(f"{folder} is a file; name a folder to write into.")
    if folder.suffix.lower() in MIDI_ENDINGS:
        raise OutputError(
            f"{folder} is named like a file, but a folder is meant: type {folder.with_suffix('')}/"
        )
    _refuse_new_root(folder)


def numbered_names(folder: Path, stem: str, *, force: bool = False) -> Iterator[Path]:
    """Paths `stem-01.mid`, `stem-02.mid` ... after the highest number in the folder.

    With `force` they begin at 1 and may name existing files.

    Raises:
        OutputError: `folder` cannot be an output folder; see `check_folder`.
    """
    check_folder(folder)
    pattern = re.compile(re.escape(stem) + r"-(\d+)\.mid")
    matches = (pattern.fullmatch(path.name) for path in folder.glob("*"))
    taken = [] if force else [int(match[1]) for match in matches if match]
    return (folder / f"{stem}-{number:02}.mid" for number in count(max(taken, default=0) + 1))


def free_stem(folder: Path, stem: str, *, force: bool = False) -> str:
    """The first of `stem`, `stem2`, `stem3` ... with no file `{stem}-*.mid` in the folder.

    With `force` it is `stem` even if such files exist.

    Raises:
        OutputError: `folder` cannot be an output folder; see `check_folder`.
    """
    check_folder(folder)
    names = (stem if number == 1 else f"{stem}{number}" for number in count(1))
    return next(name for name in names if force or not any(folder.glob(f"{name}-*.mid")))
