"""A data set in place of another one, which stays whole until the new one is complete."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..atomic_files import make_folder
from ..errors import OutputError

DATA_JSON = "data.json"
"""The file that makes a folder a data set."""

WRITING_FOLDER = ".writing"
"""Folder below a data set for the one that is to replace it."""


@contextmanager
def replace_data_set(folder: Path) -> Iterator[Path]:
    """A new folder to write a data set into, which then replaces the one in `folder`.

    If the block fails or its process is killed, the old data set stays whole. The replacement
    takes some milliseconds: data.json goes first and comes last, so a folder that opens as a data
    set is complete.

    Raises:
        OutputError: the folder cannot be written.
    """
    new = folder / WRITING_FOLDER
    shutil.rmtree(new, ignore_errors=True)  # of a run that was killed
    make_folder(new)
    try:
        yield new
        try:
            delete_data_set(folder)
            for path in sorted(new.iterdir(), key=lambda path: path.name == DATA_JSON):
                path.replace(folder / path.name)
        except OSError as error:
            raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def delete_data_set(folder: Path) -> None:
    """Delete the data.json and the arrays of a data set."""
    for path in (*folder.glob(DATA_JSON), *folder.glob("*-[0-9]*.npy")):
        path.unlink()
