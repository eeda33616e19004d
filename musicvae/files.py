"""Files written whole or not at all, and never over another unless asked."""

from __future__ import annotations

import os
import re
import tempfile
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
        if temporary:
            temporary.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error


def sweep(path: Path) -> None:
    """Clear away what is left of writing this file when a process was killed over it."""
    for stray in path.parent.glob(f".{path.name}.*"):
        stray.unlink(missing_ok=True)


def free_name(path: Path) -> Path:
    """The path itself, or the first of `name-2`, `name-3` ... that is not taken."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_stem(f"{path.stem}-{number}")
    return candidate


def numbered(folder: Path, stem: str, n: int, *, force: bool = False) -> list[Path]:
    """`n` paths `stem-01.mid`, `stem-02.mid` ... that follow the highest number there is.

    With *force* they begin at 1, whatever is there.

    Raises:
        OutputError: the folder is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; name a folder to write into.")
    names = (re.fullmatch(re.escape(stem) + r"-(\d+)\.mid", path.name) for path in folder.glob("*"))
    taken = [] if force else [int(name[1]) for name in names if name]
    first = max(taken, default=0) + 1
    return [folder / f"{stem}-{number:02}.mid" for number in range(first, first + n)]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
