"""Work in a few threads: a bounded queue, and jobs with progress that can be cancelled.

The engine holds Python's lock most of the time, so more threads would not be faster. Jobs have a
thread of their own, so that a long one lets the page play on.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from threading import Event, Lock
from typing import Any, TypeVar

from ..arguments import quote
from ..errors import MusicVAEError
from ..progress import watched
from .failures import Busy, Cancelled, NotHere

THREADS = 2
MAX_WAITING = 16
"""Requests that wait for a thread; one more is refused."""

MAX_JOBS = 200
"""Jobs that are remembered; the oldest that have ended are forgotten."""

UNKNOWN = "Something went wrong in the studio; its terminal says what."

T = TypeVar("T")


class Lane:
    """Threads with a bounded queue; `stop` ends what runs at its next step.

    Args:
        threads: how many.
        waiting: most tasks that may wait.
    """

    def __init__(self, threads: int = THREADS, waiting: int = MAX_WAITING) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="musicvae")
        self._room = threads + waiting
        self._tasks = 0
        self._lock = Lock()
        self._stopped = Event()

    def submit(
        self,
        task: Callable[[], T],
        cancelled: Event | None = None,
        report: Callable[[float], object] = lambda share: None,
    ) -> Future[T]:
        """Do a task as soon as a thread is free.

        Args:
            cancelled: ends the task at its next step when it is set.
            report: takes the share that is done.

        Raises:
            Busy: too many tasks wait.
        """
        with self._lock:
            if self._tasks >= self._room or self._stopped.is_set():
                raise Busy
            self._tasks += 1
        future = self._pool.submit(self._run, task, cancelled or Event(), report)
        future.add_done_callback(self._leave)
        return future

    def stop(self) -> None:
        """End all tasks, those that run at their next step, and wait for the threads."""
        self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, task: Callable[[], T], cancelled: Event, report: Callable[[float], object]) -> T:
        def check() -> None:
            if cancelled.is_set() or self._stopped.is_set():
                raise Cancelled

        with watched(check, report):
            check()
            return task()

    def _leave(self, future: Future[Any]) -> None:
        with self._lock:
            self._tasks -= 1


class Job:
    """Work that goes on after its request was answered.

    Attributes:
        id: 16 hexadecimal digits.
        done: the share that is finished, 0 to 1.
    """

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self.done = 0.0
        self.cancelled = Event()
        self.future: Future[Any] | None = None

    def report(self, share: float) -> None:
        """Take the share that is done; it never shrinks."""
        self.done = max(self.done, share)

    @property
    def state(self) -> str:
        """`running`, which a job is from the start, `done`, `failed` or `cancelled`."""
        if self.future is None or not self.future.done():
            return "cancelled" if self.cancelled.is_set() else "running"
        try:
            error = self.future.exception()
        except CancelledError:
            return "cancelled"
        if error is None:
            return "done"
        return "cancelled" if isinstance(error, Cancelled) else "failed"

    @property
    def result(self) -> Any:
        """What the work returned; None before that."""
        return self.future.result() if self.future and self.state == "done" else None

    @property
    def error(self) -> str | None:
        """Why it failed, in one sentence; None if it did not."""
        if self.state != "failed" or self.future is None:
            return None
        error = self.future.exception()
        return str(error) if isinstance(error, MusicVAEError) else UNKNOWN


class Jobs:
    """The jobs of a studio by their identifiers."""

    def __init__(self) -> None:
        self._lane = Lane(1)
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = Lock()

    def start(self, work: Callable[[], Any]) -> Job:
        """Start a job, whose result is what the work returns.

        Raises:
            Busy: too many jobs wait.
        """
        job = Job()
        with self._lock:
            job.future = self._lane.submit(work, job.cancelled, job.report)
            self._jobs[job.id] = job
            ended = [name for name, one in self._jobs.items() if one.state != "running"]
            for name in ended[: max(0, len(self._jobs) - MAX_JOBS)]:
                del self._jobs[name]
        return job

    def get(self, identifier: str) -> Job:
        """The job of an identifier.

        Raises:
            NotHere: there is none.
        """
        with self._lock:
            if identifier not in self._jobs:
                raise NotHere(f"There is no job {quote(identifier)}.")
            return self._jobs[identifier]

    def cancel(self, identifier: str) -> Job:
        """Cancel a job: it ends at its next step, and keeps no clip; one that has ended stays."""
        job = self.get(identifier)
        job.cancelled.set()
        if job.future:
            job.future.cancel()
        return job

    def stop(self) -> None:
        """End all jobs."""
        self._lane.stop()
