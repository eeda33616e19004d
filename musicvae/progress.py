"""Progress reports of long work: frozen events, and the callable that receives them.

The terminal draws a bar from them; a test passes `list.append`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol

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
