"""Locks on files, which the operating system releases when their process ends, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO


def hold(file: IO[bytes], path: Path, *, without_locks: bool) -> bool:
    """Lock a file that was just opened for writing, until it is closed.

    Args:
        path: where it was opened.
        without_locks: the answer on a file system that has no locks.

    Returns:
        False if the file was deleted or replaced before it was locked.

    Raises:
        BlockingIOError: it is locked already, by another process or in this one.
    """
    try:
        _lock(file.fileno())
    except BlockingIOError:
        raise
    except OSError:
        return without_locks
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _lock(descriptor: int) -> None:
    """Lock an open file, without waiting.

    Raises:
        BlockingIOError: it is locked already.
        OSError: the file system has no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
