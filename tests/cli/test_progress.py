"""Progress at the terminal: one line, however many figures there are."""

from __future__ import annotations

from itertools import pairwise

import pytest
import typer
from rich.console import Console

from musicvae.cli.progress import ProgressBar, format_duration, progress_bar
from musicvae.presets import PRESETS
from musicvae.progress import Report

TERMS = ("loss", "nats", "kl", "accuracy")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")


def training_report(task: str, done: int, total: int, nats: float) -> Report:
    """A training report with every possible figure."""
    figures = dict.fromkeys(TERMS, nats) | {"accuracy": 0.98765}
    figures |= {f"valid_{name}": value for name, value in figures.items()}
    return Report(task, done, total, figures | {"phrases/s": 1234.5, "busy": 0.98765})


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines on standard error."""
    return [line.rstrip() for line in capsys.readouterr().err.splitlines() if line.strip()]


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("nats", [1.23456, 12.3456, 123.456, 1234.56, float("nan")])
@pytest.mark.parametrize("task", ["train", "fit-prior"])
@pytest.mark.parametrize("steps", sorted({config.train.steps for config in PRESETS.values()}))
def test_a_training_fits_in_80_columns(
    task: str, steps: int, nats: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line shows steps, time left, loss, nats and accuracy, none of them cut off."""
    with progress_bar(task, "steps") as progress:
        progress(Report(task, 0, steps, sizes={"batch": 64, "windows": 123_456}))
        progress(training_report(task, 10, steps, nats))
        progress(training_report(task, steps, steps, nats))
    first, line = lines_of(capsys)
    assert first == f"{task}: {steps:,} steps, batch 64, windows 123,456"
    assert len(line) <= 80
    assert line.startswith(task)
    assert f"{steps:,}/{steps:,}" in line
    assert "0:00" in line
    words = line.split()
    shown = dict(pairwise(words))
    assert float(shown["loss"].replace(",", "")) == pytest.approx(nats, rel=0.01, nan_ok=True)
    assert shown["nats"] == shown["loss"]
    assert shown["accuracy"] == "0.988"
    assert "…" not in line


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_a_line_is_never_broken(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wider the terminal, the more figures it shows."""
    monkeypatch.setenv("COLUMNS", str(columns))
    with progress_bar("train", "steps") as progress:
        progress(training_report("train", 32_000, 32_000, 12.3456))
    (line,) = lines_of(capsys)
    assert len(line) <= columns
    assert "loss 12.3" in line
    assert ("accuracy" in line) == (columns >= 80)
    assert ("busy" in line) == (columns >= 200)


def test_a_validation_figure_stays_until_the_next_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Validation happens only now and then."""
    monkeypatch.setenv("COLUMNS", "200")
    with progress_bar("train", "steps") as progress:
        progress(Report("train", 10, 20, {"loss": 3.0, "valid_loss": 4.0}))
        progress(Report("train", 20, 20, {"loss": 2.0}))
    (line,) = lines_of(capsys)
    assert "loss 2  valid_loss 4" in line


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that the pace is measured with."""
    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock)
    return clock


@pytest.mark.parametrize(
    ("start", "limit", "message"),
    [
        (0, float("inf"), "about 2 h at this pace"),
        (0, 180.0, "about 2 h at this pace"),
        (0, 30.0, "about 2 h at this pace; --max-minutes 30 stops it earlier"),
        (600, float("inf"), "about 1 h at this pace"),
    ],
)
def test_the_duration_is_printed_once_the_pace_is_known(
    start: int, limit: float, message: str, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """The time left is printed once; before that, only the amount of work."""
    lines = []
    progress = ProgressBar("train", "steps", limit)
    for seconds, done in ((0, 0), (2, 0), (6, 1), (60, 10), (120, 20)):
        clock.now = 100.0 + seconds
        progress(Report("train", start + done, 1200, sizes={} if done else {"batch": 64}))
        lines.append([line for line in lines_of(capsys) if line.startswith("train: ")])
    progress.stop()
    work = "1,200 steps" if not start else "600 of 1,200 steps are done"
    assert lines == [[f"train: {work}, batch 64"], [], [f"train: {message}"], [], []]


def test_short_work_is_not_estimated(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """Work that is done by the time the pace is known is not estimated either."""
    with progress_bar("evaluate", "windows") as progress:
        for seconds, done in ((0, 0), (4, 500), (6, 1000)):
            clock.now = 100.0 + seconds
            progress(Report("evaluate", done, 1000, sizes={} if done else {"pairs": 8}))
    assert "at this pace" not in capsys.readouterr().err


def test_a_folder_is_read_before_it_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    """Reading and measuring each have their own total and unit."""
    with progress_bar("evaluate", "windows") as progress:
        progress(Report("prepare", 0, 12))
        progress(Report("prepare", 12, 12, {"files/s": 8.0}))
        progress(Report("evaluate", 0, 300, sizes={"pairs": 100}))
        progress(Report("evaluate", 300, 300))
    first, second, line = lines_of(capsys)
    assert (first, second) == ("prepare: 12 files", "evaluate: 300 windows, pairs 100")
    assert line.startswith("evaluate")
    assert "300/300 windows" in line


def test_ctrl_c_prints_what_was_done_and_saved(capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence on how far the work came, one on what was saved, and exit code 130."""

    def work(reports: list[Report]) -> None:
        with progress_bar(
            "fit-prior", "steps", on_interrupt=lambda: "All is as it was."
        ) as progress:
            for report in reports:
                progress(report)
            raise KeyboardInterrupt

    for reports, message in (
        ([], "Interrupted before the work began."),
        ([Report("fit-prior", 20, 300)], "Interrupted after 20 of 300 steps."),
    ):
        with pytest.raises(typer.Exit) as exit_info:
            work(reports)
        assert exit_info.value.exit_code == 130
        assert lines_of(capsys)[-1] == f"musicvae: {message} All is as it was."


@pytest.mark.parametrize("seconds", [0.4, 59, 61, 99.9, 100, 3_599, 3_601, 7_800, 172_700, 10**7])
def test_a_duration_is_right_to_a_few_percent(seconds: float) -> None:
    """The units that it names are counted; below a second the error may be larger."""
    units = {"s": 1, "min": 60, "h": 3600, "days": 86_400}
    words = format_duration(seconds).split()
    total = sum(int(n) * units[unit] for n, unit in zip(words[::2], words[1::2], strict=True))
    assert total == pytest.approx(seconds, rel=0.25, abs=0.5)


def test_the_width_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich reads it from COLUMNS, which is how these tests set it."""
    monkeypatch.setenv("COLUMNS", "77")
    assert Console(stderr=True).width == 77
