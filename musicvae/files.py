"""Files written whole or not at all, and never over another unless asked."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from .errors import OutputError


def write_whole(path: Path | str, data: bytes) -> None:
    """Replace a file in one move: a reader sees the old bytes or the new ones.

    Raises:
        OutputError: the place cannot be written.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(data)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def write_new(names: Iterator[Path], data: bytes) -> Path:
    """Write under the first of these names that is free; gives that name.

    It is taken before it is written, so that two programs never share one.

    Raises:
        OutputError: the place cannot be written.
    """
    for path in names:
        try:
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True)
            path.touch(exist_ok=False)
        except OSError as error:
            if isinstance(error, FileExistsError) and path.parent.is_dir():
                continue
            raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
        try:
            write_whole(path, data)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path
    raise AssertionError("names end nowhere")


def sweep(path: Path) -> None:
    """Clear away what is left of writing this file when a process was killed over it."""
    for stray in path.parent.glob(f".{path.name}.*"):
        stray.unlink(missing_ok=True)


def spare_names(path: Path) -> Iterator[Path]:
    """The path itself, then `name-2`, `name-3` ..."""
    yield path
    for number in count(2):
        yield path.with_stem(f"{path.stem}-{number}")


def numbered_names(folder: Path, stem: str, *, force: bool = False) -> Iterator[Path]:
    """`stem-01.mid`, `stem-02.mid` ... from the number after the highest there is.

    With *force* they begin at 1, whatever is there.

    Raises:
        OutputError: the folder is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; name a folder to write into.")
    names = (re.fullmatch(re.escape(stem) + r"-(\d+)\.mid", path.name) for path in folder.glob("*"))
    taken = [] if force else [int(name[1]) for name in names if name]
    return (folder / f"{stem}-{number:02}.mid" for number in count(max(taken, default=0) + 1))


def free_stem(folder: Path, stem: str, *, force: bool = False) -> str:
    """A stem for files that belong together, `stem`, `stem2` ...: no file is called so yet.

    With *force* it is the first, whatever is there.

    Raises:
        OutputError: the folder is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; name a folder to write into.")
    names = (stem if number == 1 else f"{stem}{number}" for number in count(1))
    return next(name for name in names if force or not any(folder.glob(f"{name}-*.mid")))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
