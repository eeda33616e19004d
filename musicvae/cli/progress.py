"""Reports drawn in one line of the terminal: how far, how long to go, the figures of the moment."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import typer

from ..progress import Report

SETTLED_SECONDS = 5.0
"""The pace is told once it was kept for so long; what takes less needs no telling."""

MIN_BAR, MAX_BAR = 4, 40
TIME_WIDTH = 8
COLUMNS = 5

FIRST_FIGURES = ("loss", "nats", "accuracy", "valid_loss", "valid_nats", "valid_accuracy", "kl")
"""Where a line has no room for all figures it has these, in this order; then the others."""


class Bar:
    """A progress that draws on standard error, in one line however narrow the terminal is.

    Before the work it says what is to be done, and soon how long that will take.

    Attributes:
        last: the last report; None before the first.
    """

    def __init__(self, task: str, unit: str, max_minutes: float = math.inf) -> None:
        from rich import progress as rich
        from rich.console import Console

        self.last: Report | None = None
        self._task, self._unit, self._max_minutes = task, unit, max_minutes
        self._figures: dict[str, float] = {}
        self._first: tuple[float, int] | None = None
        self._bar = rich.BarColumn()
        self._drawn = rich.Progress(
            rich.TextColumn("{task.description}"),
            self._bar,
            rich.TextColumn("{task.fields[count]}"),
            rich.TimeRemainingColumn(compact=True),
            rich.TextColumn("{task.fields[figures]}"),
            console=Console(stderr=True),
        )

    def __call__(self, report: Report) -> None:
        task, unit = self._task, self._unit
        if report.task == "prepare":  # to evaluate a folder of MIDI begins with reading it
            task, unit = "prepare", "files"
        if self.last is None or self.last.task != report.task:
            self._first = time.monotonic(), report.done
            if report.sizes or not report.done:
                self._say(announcement(task, unit, report))
        self._tell_pace(task, report)
        self._figures |= report.figures
        self._draw(task, unit, report)
        self.last = report

    def stop(self) -> None:
        """Leave the line as it is; where none was drawn, there is not even an empty one."""
        if self._drawn.live.is_started:
            self._drawn.stop()

    def _tell_pace(self, task: str, report: Report) -> None:
        """Say how long the work will take, as soon as that can be told and if it is not done."""
        if self._first is None:
            return
        then, before = self._first
        took, done = time.monotonic() - then, report.done - before
        if took < SETTLED_SECONDS or done <= 0 or report.done >= report.total:
            return
        self._first = None
        whole = took * (report.total - before) / done
        limit = ""
        if whole > 60 * self._max_minutes:
            limit = f"; --max-minutes {self._max_minutes:g} ends it before"
        self._say(f"{task}: about {duration(whole)} at this pace{limit}")

    def _draw(self, task: str, unit: str, report: Report) -> None:
        count = f"{report.done:,}/{report.total:,}"
        if len(self._figures) < 2:  # where there are more, the line before has told the unit
            count += f" {unit}"
        taken = len(task) + len(count) + TIME_WIDTH + COLUMNS - 1
        room = self._drawn.console.width - taken
        figures = fitting(self._figures, room - MIN_BAR)
        self._bar.bar_width = max(MIN_BAR, min(MAX_BAR, room - len(figures)))
        if not self._drawn.task_ids:
            self._drawn.start()
            self._drawn.add_task(task, figures="", count="")
        self._drawn.update(
            self._drawn.task_ids[0],
            description=task,
            completed=report.done,
            total=report.total,
            count=count,
            figures=figures,
        )

    def _say(self, line: str) -> None:
        self._drawn.console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def bar(
    task: str,
    unit: str,
    *,
    max_minutes: float = math.inf,
    kept: Callable[[], str] = lambda: "",
) -> Iterator[Bar]:
    """A bar that stays there when the work is done.

    Ctrl-C ends the command with exit code 130 and a sentence: how far the work came, and what is
    left of it, which *kept* is asked for then.
    """
    drawn = Bar(task, unit, max_minutes)
    try:
        yield drawn
    except KeyboardInterrupt:
        drawn.stop()
        typer.echo(f"musicvae: {interruption(unit, drawn.last)} {kept()}".rstrip(), err=True)
        raise typer.Exit(130) from None
    finally:
        drawn.stop()


def announcement(task: str, unit: str, report: Report) -> str:
    """What is to be done.

    >>> announcement("train", "steps", Report("train", 0, 32_000, sizes={"batch": 64}))
    'train: 32,000 steps, batch 64'
    >>> announcement("prepare", "files", Report("prepare", 640, 1_200))
    'prepare: 640 of 1,200 files are done'
    """
    whole = f"{report.total:,} {unit}"
    words = [f"{report.done:,} of {whole} are done" if report.done else whole]
    words += [f"{name} {size:,}" for name, size in report.sizes.items()]
    return f"{task}: {', '.join(words)}"


def interruption(unit: str, report: Report | None) -> str:
    """How far the work had come.

    >>> interruption("steps", Report("train", 320, 32_000))
    'Interrupted after 320 of 32,000 steps.'
    """
    if report is None:
        return "Interrupted before the work began."
    return f"Interrupted after {report.done:,} of {report.total:,} {unit}."


def duration(seconds: float) -> str:
    """A time that is known roughly, in words.

    >>> [duration(seconds) for seconds in (40, 400, 7_200, 7_800, 400_000)]
    ['40 s', '7 min', '2 h', '2 h 10 min', '5 days']
    """
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{minutes / (24 * 60):.0f} days"


def fitting(figures: Mapping[str, float], room: int) -> str:
    """As many figures as a number of columns holds, the most telling ones first.

    >>> fitting({"busy": 0.5, "accuracy": 0.912, "loss": 123.4}, 28)
    'loss 123  accuracy 0.912'
    """
    names = [name for name in FIRST_FIGURES if name in figures]
    names += [name for name in figures if name not in FIRST_FIGURES]
    text = ""
    for name in names:
        value = figures[name]
        number = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
        longer = f"{text}  {name} {number}".strip()
        if len(longer) > room:
            break
        text = longer
    return text
