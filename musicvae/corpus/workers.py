"""Files read on many workers; one that crashes or hangs is found, and the rest goes on.

Workers are joblib's, on this machine or wherever the backend has them that
`joblib.parallel_config` chose. Each writes down which file it is at. When one
ends, the files that were being read then are read again, each alone: who ends
its process once more is left out, with the reason.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import DatasetError

GRACE = 2.0
"""Seconds that a file may take beyond its limit before the worker itself is ended."""

IDLE = 10.0
"""Seconds without work after which a worker ends: nobody may be there any more to tell it."""

ENDED = ("TerminatedWorkerError", "BrokenProcessPool", "KilledWorker", "WorkerCrashedError")
"""What backends raise when a worker ends in the middle of its work."""


class TooSlow(Exception):
    """A file took longer than it may."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"reading it takes longer than {seconds:g} seconds")


@dataclass(frozen=True)
class FileBatch:
    """Some files for one worker.

    Attributes:
        path: where what is found in them is kept, without a suffix.
        timeout: seconds for each file.
        home: the process that waits for the workers; it is never ended.
    """

    path: Path
    files: tuple[str, ...]
    timeout: float
    home: int

    @property
    def note(self) -> Path:
        """Says which file is being read."""
        return self.path.with_suffix(".now")

    def mark_files(self) -> Iterator[str]:
        """Each file, written down before it is read; who reads takes the note away in the end."""
        with self.note.open("wb", buffering=0) as note:
            for number, file in enumerate(self.files):
                note.seek(0)
                note.write(number.to_bytes(4))
                yield file

    def interrupted_file(self) -> int | None:
        """Number of the file that was being read when the worker ended."""
        with suppress(FileNotFoundError):
            return int.from_bytes(self.note.read_bytes())
        return None


Work = Callable[[FileBatch], Path]
"""Reads a batch on a worker and returns its path."""


@contextmanager
def time_limit(batch: FileBatch) -> Iterator[None]:
    """A time limit for one file, where the thread can be interrupted: in a worker of one thread.

    Code that does not listen to the alarm ends with its process a little later.

    Raises:
        TooSlow: the time is up.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(*_: object) -> None:
        raise TooSlow(batch.timeout)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, batch.timeout)
    try:
        if os.getpid() == batch.home:
            yield
        else:
            with Path(os.devnull).open("w") as nowhere:
                faulthandler.dump_traceback_later(batch.timeout + GRACE, exit=True, file=nowhere)
                try:
                    yield
                finally:
                    faulthandler.cancel_dump_traceback_later()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run_batches(
    work: Work, batches: Iterable[FileBatch], workers: int | None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Work on every batch; gives, as it goes on, how many files are done and why some cannot be.

    Raises:
        DatasetError: no worker lives long enough to begin.
    """
    waiting = {batch.path: batch for batch in batches}
    while waiting:
        try:
            for path in _results(work, list(waiting.values()), workers):
                yield len(waiting.pop(path).files), {}
        except Exception as error:
            if not _worker_ended(error):
                raise
            suspects = [(b, n) for b in waiting.values() if (n := b.interrupted_file()) is not None]
            if not suspects:
                raise DatasetError(f"The workers ended before they read a file: {error}") from error
            for batch, number in suspects:
                file, rest = batch.files[number], batch.files[:number] + batch.files[number + 1 :]
                del waiting[batch.path]
                if rest:
                    path = batch.path.with_name(f"{batch.path.name}r")
                    waiting[path] = replace(batch, path=path, files=rest)
                path = batch.path.with_name(f"{batch.path.name}-{number}")
                why = _alone(work, replace(batch, path=path, files=(file,)))
                batch.note.unlink()
                yield 1, {file: why} if why else {}


def _results(work: Work, batches: Sequence[FileBatch], workers: int | None) -> Iterator[Path]:
    from joblib import Parallel, delayed, effective_n_jobs
    from joblib.externals.loky import ProcessPoolExecutor

    if effective_n_jobs(workers or -1) == 1:  # joblib would read in this very process
        with ProcessPoolExecutor(1, timeout=IDLE) as alone:
            yield from alone.map(work, batches)
    else:
        parallel = Parallel(workers or -1, return_as="generator_unordered", batch_size=1)
        yield from parallel(delayed(work)(batch) for batch in batches)


def _alone(work: Work, batch: FileBatch) -> str:
    """Why a file cannot be read in a process of its own; empty if it can."""
    from joblib.externals.loky import ProcessPoolExecutor

    begun = time.monotonic()
    try:
        with ProcessPoolExecutor(1, timeout=IDLE) as alone:
            alone.submit(work, batch).result()
    except Exception as error:
        if not _worker_ended(error):
            raise
        batch.note.unlink(missing_ok=True)
        if time.monotonic() - begun > batch.timeout:
            return str(TooSlow(batch.timeout))
        return "it ends the process that reads it: a crash, or too little memory"
    return ""


def _worker_ended(error: Exception) -> bool:
    """Whether a backend says so: loky, Dask or Ray, none of which need be installed."""
    return type(error).__name__ in ENDED
