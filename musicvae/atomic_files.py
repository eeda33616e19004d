"""Files written whole or not at all, and never over another unless asked."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from .errors import OutputError

MIDI_ENDINGS = (".mid", ".midi", ".kar", ".rmi", ".smf")
"""What names of MIDI files end in."""


def write_whole(path: Path | str, data: bytes) -> None:
    """Replace a file in one move: a reader sees the old bytes or the new ones.

    Raises:
        OutputError: the place cannot be written.
    """
    path = Path(path)
    temporary = None
    make_folder(path.parent)
    try:
        free = path.parent / f".{path.name}.{secrets.token_hex(4)}"
        with free.open("xb") as file:  # new, and with the permissions that the umask leaves
            temporary = free
            file.write(data)
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
        make_folder(path.parent)
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        except OSError as error:
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


def make_folder(folder: Path) -> None:
    """Create a folder and those missing above it; but none at the root of the file system.

    `/outt/clips` is a slip of the pen: everything would be written, and not be found where it
    was meant to be.

    Raises:
        OutputError: it cannot be created, or one at the root is missing.
    """
    _refuse_new_root(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error


def _refuse_new_root(folder: Path) -> None:
    """Raises OutputError where `make_folder` would have to create a folder at the root."""
    try:
        whole = folder.resolve()
        missing = [place for place in (whole, *whole.parents) if not place.exists()]
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error
    except RuntimeError as error:
        raise OutputError(f"{folder} cannot be written: its links go in a circle.") from error
    if missing and missing[-1].parent == Path(whole.anchor):
        raise OutputError(
            f"There is no folder {missing[-1]}, and none is created at the root of the file "
            "system: correct the name, or create it first."
        )


def check_folder(folder: Path) -> None:
    """That files can be written into a folder, which need not be there yet.

    Raises:
        OutputError: it is a file, is named like a MIDI file, or one at the root is missing.
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
    """`stem-01.mid`, `stem-02.mid` ... from the number after the highest there is.

    With *force* they begin at 1, whatever is there.

    Raises:
        OutputError: it is no folder to write into; see `check_folder`.
    """
    check_folder(folder)
    names = (re.fullmatch(re.escape(stem) + r"-(\d+)\.mid", path.name) for path in folder.glob("*"))
    taken = [] if force else [int(name[1]) for name in names if name]
    return (folder / f"{stem}-{number:02}.mid" for number in count(max(taken, default=0) + 1))


def free_stem(folder: Path, stem: str, *, force: bool = False) -> str:
    """A stem for files that belong together, `stem`, `stem2` ...: no file is called so yet.

    With *force* it is the first, whatever is there.

    Raises:
        OutputError: it is no folder to write into; see `check_folder`.
    """
    check_folder(folder)
    names = (stem if number == 1 else f"{stem}{number}" for number in count(1))
    return next(name for name in names if force or not any(folder.glob(f"{name}-*.mid")))
