"""Work reports, doors render: frozen events, and the callable that receives them.

The terminal draws a bar, a page draws another, a test passes `list.append`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol

Ending = Literal["", "done", "patience", "time", "interrupt"]
"""Why a training ended; see `Report`."""


@dataclass(frozen=True)
class Report:
    """How far a piece of work has come.

    The first report comes before the work and says how much there is to do. The last report of a
    training says why it ended.

    Attributes:
        task: what is being done: `prepare`, `train`, `evaluate`.
        done: units finished so far.
        total: units in all.
        figures: named numbers of the moment, such as `nats`, `accuracy`, `phrases/s`.
        sizes: in the first report, what else makes the work large, such as `batch`, `windows`.
        ended: in the last report of a training, `done` if all steps were taken, `patience` if
            valid had not improved for so long, `time` if `max_minutes` were up, `interrupt` after
            Ctrl-C or SIGTERM; else empty.
    """

    task: str
    done: int
    total: int
    figures: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    sizes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    ended: Ending = ""


class Progress(Protocol):
    """Anything that can be called with a report."""

    def __call__(self, report: Report, /) -> object: ...


def silent(report: Report, /) -> None:
    """Progress that tells nobody."""
