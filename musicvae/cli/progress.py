"""Reports drawn as a rich bar: how far, how fast, how long to go, and the figures of the moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..progress import Progress, Report


@contextmanager
def bar(task: str, unit: str) -> Iterator[Progress]:
    """A progress that draws on standard error and stays there when it is done."""
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.TextColumn("{task.completed:,.0f}/{task.total:,.0f} " + unit),
        rich.TimeRemainingColumn(compact=True),
        rich.TextColumn("{task.fields[figures]}"),
    )
    drawn = rich.Progress(*columns, console=Console(stderr=True))

    def show(report: Report) -> None:
        if not drawn.task_ids:  # who reports nothing draws nothing, not even an empty line
            drawn.start()
            drawn.add_task(task, figures="")
        (line,) = drawn.task_ids
        figures = "  ".join(f"{name} {value:.4g}" for name, value in report.figures.items())
        drawn.update(line, completed=report.done, total=report.total, figures=figures)

    try:
        yield show
    finally:
        if drawn.task_ids:
            drawn.stop()
