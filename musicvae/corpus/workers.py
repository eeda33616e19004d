"""Read files on many workers; a file that crashes or hangs its worker is left out.

Workers are joblib's, on this machine or wherever the backend chosen with
`joblib.parallel_config` runs them. Each worker writes down which file it is reading.
When a worker dies, the files that were being read are read again, each in a process
of its own; a file that ends its process again is left out, with the reason.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import DatasetError

if TYPE_CHECKING:
    from joblib.externals.loky import ProcessPoolExecutor

GRACE_SECONDS = 2.0
"""Seconds beyond its time limit after which a file's worker process is ended."""

FILE_SECONDS = 10.0
"""Seconds after which reading one file of a folder is given up."""

MAX_FILE_SECONDS = 86_400
"""Longest time that may be given to a file."""

IDLE_SECONDS = 10.0
"""Seconds without work after which a worker ends, in case its parent process is gone."""

WORKER_DEATH_ERRORS = (
    "TerminatedWorkerError",
    "BrokenProcessPool",
    "KilledWorker",
    "WorkerCrashedError",
)
"""Names of the errors that loky, Dask and Ray raise when a worker process dies."""


class FileTimeout(Exception):
    """Reading a file took longer than the time limit."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"reading it takes longer than {seconds:g} seconds")


@dataclass(frozen=True)
class FileBatch:
    """Files for one worker.

    Attributes:
        path: where the result is stored, without a suffix.
        timeout: seconds for each file.
        parent_pid: the process that waits for the workers; a timeout never ends it.
    """

    path: Path
    files: tuple[str, ...]
    timeout: float
    parent_pid: int

    @property
    def marker(self) -> Path:
        """The file that holds the number of the file being read."""
        return self.path.with_suffix(".now")

    def mark_files(self) -> Iterator[str]:
        """Yield each file after writing its number to the marker; the reader deletes the marker."""
        with self.marker.open("wb", buffering=0) as marker:
            for number, file in enumerate(self.files):
                marker.seek(0)
                marker.write(number.to_bytes(4))
                yield file

    def interrupted_file(self) -> int | None:
        """Index of the file that was being read when the worker died; None if there was none."""
        with suppress(FileNotFoundError):
            return int.from_bytes(self.marker.read_bytes())
        return None


Work = Callable[[FileBatch], Path]
"""Reads a batch on a worker and returns its path."""


@contextmanager
def time_limit(seconds: float, parent_pid: int | None = None) -> Iterator[None]:
    """Limit the time for one file in the main thread of a process; there is no limit in others.

    An alarm signal ends the reading, on systems that have SIGALRM. Without it, and in native code
    that holds the interpreter lock so that no signal is handled, the worker process is ended
    `GRACE_SECONDS` later.

    Args:
        parent_pid: the process that waits for the workers; None if this process reads the files.

    Raises:
        FileTimeout: the time is up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    is_worker = parent_pid not in (None, os.getpid())
    with (
        _alarm(seconds) if hasattr(signal, "SIGALRM") else nullcontext(),
        _process_limit(seconds + GRACE_SECONDS) if is_worker else nullcontext(),
    ):
        yield


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise FileTimeout in the block when the time is up."""

    def on_alarm(*_: object) -> None:
        raise FileTimeout(seconds)

    previous_handler = signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous_handler)


@contextmanager
def _process_limit(seconds: float) -> Iterator[None]:
    """End the process if it is still in the block when the time is up."""
    with Path(os.devnull).open("w") as null:
        faulthandler.dump_traceback_later(seconds, exit=True, file=null)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def run_batches(
    work: Work, batches: Iterable[FileBatch], workers: int | None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Work on every batch; yield the number of files just done, and files that failed with reasons.

    Raises:
        DatasetError: the workers die before they read a file.
    """
    waiting = {batch.path: batch for batch in batches}
    while waiting:
        try:
            for path in _run_parallel(work, list(waiting.values()), workers):
                yield len(waiting.pop(path).files), {}
        except Exception as error:
            if not _worker_ended(error):
                raise
            suspects = [(b, n) for b in waiting.values() if (n := b.interrupted_file()) is not None]
            if not suspects:
                raise DatasetError(f"The workers ended before they read a file: {error}") from error
            for batch, number in suspects:
                suspect, name = batch.files[number], batch.path.name
                others = batch.files[:number] + batch.files[number + 1 :]
                del waiting[batch.path]
                if others:
                    path = batch.path.with_name(f"{name}r")
                    waiting[path] = replace(batch, path=path, files=others)
                path = batch.path.with_name(f"{name}-{number}")
                reason = _read_alone(work, replace(batch, path=path, files=(suspect,)))
                batch.marker.unlink()
                yield 1, {suspect: reason} if reason else {}


def _run_parallel(work: Work, batches: Sequence[FileBatch], workers: int | None) -> Iterator[Path]:
    from joblib import Parallel, delayed, effective_n_jobs

    if effective_n_jobs(workers or -1) == 1:  # joblib would run in this process
        with _one_worker() as executor:
            yield from executor.map(work, batches)
    else:
        parallel = Parallel(
            workers or -1,
            return_as="generator_unordered",
            batch_size=1,
            idle_worker_timeout=IDLE_SECONDS,
            **_watched(),
        )
        yield from parallel(delayed(work)(batch) for batch in batches)


def _one_worker() -> ProcessPoolExecutor:
    """A pool of one process."""
    from joblib.externals.loky import ProcessPoolExecutor

    return ProcessPoolExecutor(1, timeout=IDLE_SECONDS, **_watched())


def _watched() -> dict[str, Any]:
    """Settings of a pool whose workers end with this process.

    Backends that work in threads, or whose workers end by themselves (Dask), ignore them.
    """
    return {"initializer": _watch_parent, "initargs": (os.getpid(),)}


def _watch_parent(parent_pid: int) -> None:
    """End this worker soon after the process that it works for, even if that was killed.

    A worker that waits for a lock which its killed parent held would wait for ever.
    """

    def watch() -> None:
        while os.getppid() == parent_pid:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _read_alone(work: Work, batch: FileBatch) -> str:
    """Read one file in a process of its own; return why that failed, or an empty string."""
    began = time.monotonic()
    try:
        with _one_worker() as executor:
            executor.submit(work, batch).result()
    except Exception as error:
        if not _worker_ended(error):
            raise
        batch.marker.unlink(missing_ok=True)
        if time.monotonic() - began > batch.timeout:
            return str(FileTimeout(batch.timeout))
        return "it ends the process that reads it: a crash, or too little memory"
    return ""


def _worker_ended(error: Exception) -> bool:
    """Return True if a worker died, by the error's name: the backend need not be installed."""
    return type(error).__name__ in WORKER_DEATH_ERRORS
