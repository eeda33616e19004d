"""Progress reports of long work: frozen events, and the callable that receives them.

The terminal draws a bar from them; a test passes `list.append`. What plays, which takes no such
callable, is watched by whoever calls it inside `watched`: see `Watch`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol, TypeVar

T = TypeVar("T")

Ending = Literal["", "done", "patience", "time", "interrupt"]
"""Why a training run ended; see `Report`."""


@dataclass(frozen=True)
class Report:
    """Progress of one task.

    The first report is sent before the work starts and gives its size. The last report of a
    training run says why it ended.

    Attributes:
        task: name of the work: `prepare`, `train`, `evaluate`.
        done: units finished so far.
        total: units in all.
        figures: current values by name, such as `nats`, `accuracy`, `phrases/s`.
        sizes: in the first report, other sizes of the work, such as `batch`, `windows`.
        ended: in the last report of a training run, `done` after all steps, `patience` if
            validation stopped improving, `time` when `max_minutes` were over, `interrupt` after
            Ctrl-C or SIGTERM; else empty.
    """

    task: str
    done: int
    total: int
    figures: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    sizes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    ended: Ending = ""


class Progress(Protocol):
    """A callable that takes a report."""

    def __call__(self, report: Report, /) -> object: ...


def no_progress(report: Report, /) -> None:
    """Ignore all reports."""


class Watch:
    """Whoever waits for a verb: it can stop the verb, and hears what share is done.

    Args:
        check: called at every step that is sampled; what it raises ends the work.
        report: takes the share that is done, 0 to 1, which never shrinks.
    """

    def __init__(self, check: Callable[[], object], report: Callable[[float], object]) -> None:
        self.check, self._report = check, report
        self._start, self._size = 0.0, 1.0

    def parts(self, items: Sequence[T]) -> Iterator[T]:
        """The items one by one: each is an equal part of the work, or of the part around it."""
        start, size = self._start, self._size
        try:
            for number, item in enumerate(items):
                self._start, self._size = start + size * number / len(items), size / len(items)
                self._report(self._start)
                yield item
        finally:
            self._start, self._size = start, size


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watched(
    check: Callable[[], object], report: Callable[[float], object] = lambda share: None
) -> Iterator[None]:
    """Watch the verbs that are called in this thread inside the block; see `Watch`."""
    token = _watch.set(Watch(check, report))
    try:
        yield
    finally:
        _watch.reset(token)


def check_watch() -> None:
    """Let whoever waits for this work stop it: call it at every step."""
    watch = _watch.get()
    if watch is not None:
        watch.check()


def in_parts(items: Sequence[T]) -> Iterator[T]:
    """The items one by one, each an equal part of the work that somebody may watch."""
    watch = _watch.get()
    return iter(items) if watch is None else watch.parts(items)
