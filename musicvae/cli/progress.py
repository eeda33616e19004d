"""Progress at the terminal, in one line: work done, time left, current figures."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import typer

from ..errors import Terminated
from ..progress import Report

SETTLED_SECONDS = 5.0
"""The duration is estimated after this time; shorter work needs no estimate."""

MIN_BAR, MAX_BAR = 4, 40
"""Width of the bar, in characters."""

TIME_WIDTH = 8
COLUMNS = 5
"""Columns of the line: task, bar, count, time left, figures."""

FIRST_FIGURES = ("loss", "nats", "accuracy", "valid_loss", "valid_nats", "valid_accuracy", "kl")
"""Figures shown first, in this order, where a line has no room for all."""


class ProgressBar:
    """Draws reports on standard error, in one line however narrow the terminal is.

    It announces the work before it starts, and estimates its duration once the pace is known.

    Attributes:
        last: the latest report; None before the first.
    """

    def __init__(self, task: str, unit: str, max_minutes: float = math.inf) -> None:
        from rich import progress as rich
        from rich.console import Console

        self.last: Report | None = None
        self._task, self._unit, self._max_minutes = task, unit, max_minutes
        self._figures: dict[str, float] = {}
        self._start: tuple[float, int] | None = None
        self._bar = rich.BarColumn()
        self._live = rich.Progress(
            rich.TextColumn("{task.description}"),
            self._bar,
            rich.TextColumn("{task.fields[count]}"),
            rich.TimeRemainingColumn(compact=True),
            rich.TextColumn("{task.fields[figures]}"),
            console=Console(stderr=True),
        )

    def __call__(self, report: Report) -> None:
        task, unit = self._task, self._unit
        if report.task == "prepare":  # `evaluate` reads a folder of MIDI first
            task, unit = "prepare", "files"
        if self.last is None or self.last.task != report.task:
            self._start = time.monotonic(), report.done
            if report.sizes or not report.done:
                self._print(announcement(task, unit, report))
        self._estimate(task, report)
        self._figures |= report.figures
        self._draw(task, unit, report)
        self.last = report

    def stop(self) -> None:
        """Stop drawing and leave the line in place; print nothing if none was drawn."""
        if self._live.live.is_started:
            self._live.stop()

    def _estimate(self, task: str, report: Report) -> None:
        """Print once how long the work will take, as soon as the pace is known."""
        if self._start is None:
            return
        start_time, start_count = self._start
        elapsed, done = time.monotonic() - start_time, report.done - start_count
        if elapsed < SETTLED_SECONDS or done <= 0 or report.done >= report.total:
            return
        self._start = None
        estimate = elapsed * (report.total - start_count) / done
        limit = ""
        if estimate > 60 * self._max_minutes:
            limit = f"; --max-minutes {self._max_minutes:g} stops it earlier"
        self._print(f"{task}: about {format_duration(estimate)} at this pace{limit}")

    def _draw(self, task: str, unit: str, report: Report) -> None:
        count = f"{report.done:,}/{report.total:,}"
        if len(self._figures) < 2:  # with more figures, the announcement has named the unit
            count += f" {unit}"
        used = len(task) + len(count) + TIME_WIDTH + COLUMNS - 1
        room = self._live.console.width - used
        figures = fit_figures(self._figures, room - MIN_BAR)
        self._bar.bar_width = max(MIN_BAR, min(MAX_BAR, room - len(figures)))
        if not self._live.task_ids:
            self._live.start()
            self._live.add_task(task, figures="", count="")
        self._live.update(
            self._live.task_ids[0],
            description=task,
            completed=report.done,
            total=report.total,
            count=count,
            figures=figures,
        )

    def _print(self, line: str) -> None:
        self._live.console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress_bar(
    task: str,
    unit: str,
    *,
    max_minutes: float = math.inf,
    on_interrupt: Callable[[], str] = lambda: "",
) -> Iterator[ProgressBar]:
    """Show a progress bar while the work runs; it stays on the screen afterwards.

    Ctrl-C ends the command with exit code 130, SIGTERM with 143. It prints how far the work came,
    and the text that *on_interrupt* returns: what was saved, and how to continue.
    """
    progress = ProgressBar(task, unit, max_minutes)
    try:
        yield progress
    except KeyboardInterrupt as stop:
        progress.stop()
        typer.echo(
            f"musicvae: {interruption(unit, progress.last)} {on_interrupt()}".rstrip(), err=True
        )
        raise typer.Exit(exit_code(stop)) from None
    finally:
        progress.stop()


def exit_code(stop: KeyboardInterrupt) -> int:
    """130 for Ctrl-C and 143 for SIGTERM, as shells report them."""
    return 143 if isinstance(stop, Terminated) else 130


def announcement(task: str, unit: str, report: Report) -> str:
    """The amount of work, before it starts.

    >>> announcement("train", "steps", Report("train", 0, 32_000, sizes={"batch": 64}))
    'train: 32,000 steps, batch 64'
    >>> announcement("prepare", "files", Report("prepare", 640, 1_200))
    'prepare: 640 of 1,200 files are done'
    """
    total = f"{report.total:,} {unit}"
    items = [f"{report.done:,} of {total} are done" if report.done else total]
    items += [f"{name} {size:,}" for name, size in report.sizes.items()]
    return f"{task}: {', '.join(items)}"


def interruption(unit: str, report: Report | None) -> str:
    """How far the work had come when it was interrupted.

    >>> interruption("steps", Report("train", 320, 32_000))
    'Interrupted after 320 of 32,000 steps.'
    """
    if report is None:
        return "Interrupted before the work began."
    return f"Interrupted after {report.done:,} of {report.total:,} {unit}."


def format_duration(seconds: float) -> str:
    """A rough duration in words.

    >>> [format_duration(seconds) for seconds in (40, 400, 7_200, 7_800, 400_000)]
    ['40 s', '7 min', '2 h', '2 h 10 min', '5 days']
    """
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, minutes = divmod(minutes, 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes / (24 * 60):.0f} days"


def fit_figures(figures: Mapping[str, float], width: int) -> str:
    """As many figures as fit into *width* characters, the most important ones first.

    >>> fit_figures({"busy": 0.5, "accuracy": 0.912, "loss": 123.4}, 28)
    'loss 123  accuracy 0.912'
    """
    names = [name for name in FIRST_FIGURES if name in figures]
    names += [name for name in figures if name not in FIRST_FIGURES]
    text = ""
    for name in names:
        value = figures[name]
        number = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
        extended = f"{text}  {name} {number}".strip()
        if len(extended) > width:
            break
        text = extended
    return text
