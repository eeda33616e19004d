"""The log of a training run.

metrics.csv     one row per report; a resumed run writes the same rows as an uninterrupted one
curves.png      a plot of them, if matplotlib is installed
tensorboard/    the same figures for TensorBoard, if it is installed
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..atomic_files import write_atomic
from ..errors import MissingExtra, OutputError
from ..plotting import draw_curves

METRICS_FILE = "metrics.csv"
CURVES_FILE = "curves.png"
TERMS = ("loss", "nats", "kl", "accuracy")
COLUMNS = ("step", "learning_rate", "beta", *TERMS, *(f"valid_{term}" for term in TERMS))


class MetricsLogger:
    """Writes the log of a run to the folder `out`.

    Its methods raise OutputError if the folder cannot be written.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self._tensorboard: Any = None

    def open(self, step: int) -> None:
        """Start the log, or continue it from a step: rows of later steps are dropped."""
        rows = [row for row in read_metrics(self.out) if row["step"] <= step]
        lines = [",".join(COLUMNS), *(_csv_line(row) for row in rows)]
        write_atomic(self.out / METRICS_FILE, "".join(f"{line}\n" for line in lines).encode())
        with _writing(self.out):
            self._tensorboard = _tensorboard_writer(self.out, step)

    def add(self, row: Mapping[str, float]) -> None:
        """Log one report: figures by column name; columns without a figure stay empty."""
        with _writing(self.out / METRICS_FILE):
            with (self.out / METRICS_FILE).open("a", encoding="utf-8", newline="\n") as file:
                file.write(_csv_line(row) + "\n")
            if self._tensorboard:
                for name in row.keys() - {"step"}:
                    self._tensorboard.add_scalar(name, row[name], row["step"])

    def draw(self) -> None:
        """Redraw the curves; does nothing without matplotlib."""
        rows = list(read_metrics(self.out))
        try:
            draw_curves(rows, TERMS, self.out / CURVES_FILE)
        except MissingExtra:
            return

    def close(self) -> None:
        """Close the files."""
        if self._tensorboard:
            with _writing(self.out):
                self._tensorboard.close()


def read_metrics(out: Path) -> Iterator[dict[str, float]]:
    """Yield the rows of a run's metrics.csv, except an incomplete last line."""
    try:
        text = (out / METRICS_FILE).read_text(encoding="utf-8")
    except OSError:
        return
    complete_lines = text[: text.rfind("\n") + 1]
    for row in csv.DictReader(io.StringIO(complete_lines)):
        yield {name: float(value) for name, value in row.items() if value}


def _csv_line(row: Mapping[str, float]) -> str:
    return ",".join(f"{row[name]:.7g}" if name in row else "" for name in COLUMNS)


def _tensorboard_writer(out: Path, step: int) -> Any:  # the writer has no types
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(out / "tensorboard"), purge_step=step + 1)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
