"""Work reports, doors render: frozen events, and the callable that receives them.

The terminal draws a bar, a page draws another, a test passes `list.append`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol


@dataclass(frozen=True)
class Report:
    """How far a piece of work has come.

    Attributes:
        task: what is being done: `prepare`, `train`, `evaluate`.
        done: units finished so far.
        total: units in all.
        figures: named numbers of the moment, such as `nats`, `accuracy`, `phrases/s`.
    """

    task: str
    done: int
    total: int
    figures: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


class Progress(Protocol):
    """Anything that can be called with a report."""

    def __call__(self, report: Report, /) -> object: ...


def silent(report: Report, /) -> None:
    """Progress that tells nobody."""
