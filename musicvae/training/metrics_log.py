"""What a training tells and leaves behind: metrics.csv, curves.png and, if installed, TensorBoard.

metrics.csv     one row a report; after a resume the file is as of an unbroken run
curves.png      the same as curves, where matplotlib is installed
tensorboard/    the same as TensorBoard reads it, where that is installed
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..atomic_files import write_whole
from ..errors import MissingExtra, OutputError
from ..plotting import draw_curves

METRICS = "metrics.csv"
CURVES = "curves.png"
TERMS = ("loss", "nats", "kl", "accuracy")
COLUMNS = ("step", "learning_rate", "beta", *TERMS, *(f"valid_{term}" for term in TERMS))


class MetricsLogger:
    """The journal of a run in the folder `out`.

    Its methods raise OutputError where the folder cannot be written.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self._board: Any = None

    def open(self, step: int) -> None:
        """Begin, or go on from a step: what was written later is dropped."""
        kept = [row for row in read_metrics(self.out) if row["step"] <= step]
        lines = [",".join(COLUMNS), *(_line(row) for row in kept)]
        write_whole(self.out / METRICS, "".join(f"{line}\n" for line in lines).encode())
        with _writing(self.out):
            self._board = _tensorboard(self.out, step)

    def add(self, row: Mapping[str, float]) -> None:
        """One report: figures by the names of their columns, those of valid where there are any."""
        with _writing(self.out / METRICS):
            with (self.out / METRICS).open("a") as file:
                file.write(_line(row) + "\n")
            if self._board:
                for name in row.keys() - {"step"}:
                    self._board.add_scalar(name, row[name], row["step"])

    def draw(self) -> None:
        """Bring the curves up to date."""
        rows = list(read_metrics(self.out))
        try:
            draw_curves(rows, TERMS, self.out / CURVES)
        except MissingExtra:
            return

    def close(self) -> None:
        """Let go of the files."""
        if self._board:
            with _writing(self.out):
                self._board.close()


def read_metrics(out: Path) -> Iterator[dict[str, float]]:
    """The rows of a run's metrics.csv; a line that was cut off is none."""
    try:
        text = (out / METRICS).read_text()
    except OSError:
        return
    whole = text[: text.rfind("\n") + 1]
    for row in csv.DictReader(io.StringIO(whole)):
        yield {name: float(value) for name, value in row.items() if value}


def _line(row: Mapping[str, float]) -> str:
    return ",".join(f"{row[name]:.7g}" if name in row else "" for name in COLUMNS)


def _tensorboard(out: Path, step: int) -> Any:  # its writer has no types
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
