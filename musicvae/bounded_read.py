"""Reads of files in a user's folder, after a check of what they are and how large.

A pipe would be waited for without end, and a device or a sparse file would fill the memory.
"""

from __future__ import annotations

import json
from pathlib import Path
from stat import S_ISREG
from typing import Any


def check_file(path: Path, max_bytes: int) -> int:
    """The size of a file of at most `max_bytes`, without opening it.

    Raises:
        OSError: it does not exist, is no file, or is larger; the message is the reason.
    """
    status = path.stat()
    if not S_ISREG(status.st_mode):
        raise OSError(f"{path.name} is a folder, a device or a pipe, not a file")
    if status.st_size > max_bytes:
        raise OSError(f"{path.name} is larger than {_size(max_bytes)}")
    return status.st_size


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """The bytes of a file; it is not read if it is a pipe or a device, or larger than `max_bytes`.

    Raises:
        OSError: see `check_file`, or it cannot be read.
    """
    check_file(path, max_bytes)
    with path.open("rb") as file:
        data = file.read(max_bytes + 1)  # it may have grown since
    if len(data) > max_bytes:
        raise OSError(f"{path.name} is larger than {_size(max_bytes)}")
    return data


def read_json(path: Path, max_bytes: int) -> Any:
    """The value in a JSON file.

    Raises:
        OSError: see `read_bytes`.
        ValueError: it is no JSON in UTF-8, or nested too deeply.
    """
    data = read_bytes(path, max_bytes)
    try:
        return json.loads(data.decode())
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _size(max_bytes: int) -> str:
    mib = max_bytes >> 20
    return f"{mib:,} MB" if mib else f"{max_bytes:,} bytes"
