"""All long tasks report their progress in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import musicvae
from musicvae import checkpoint
from musicvae.adapt.fit_attributes import fit_attributes
from musicvae.midi.writer import write_midi
from musicvae.progress import Progress, Report
from musicvae.theory.meter import Meter

from .miniatures import little_tune, shorten_commands, tiny_checkpoint, tiny_prior, write_dataset


@pytest.fixture(scope="module", autouse=True)
def short() -> Iterator[None]:
    """Little work in each step: the reports are the same."""
    with pytest.MonkeyPatch.context() as patch:
        shorten_commands(patch)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data set, a model with a prior and attributes, and MIDI files."""
    folder = tmp_path_factory.mktemp("folder")
    data = write_dataset(folder / "data")
    checkpoint.save(folder / "model", fit_attributes(tiny_prior(tiny_checkpoint()), data))
    (folder / "midi").mkdir()
    for seed in range(4):
        write_midi(little_tune(Meter(), seed, bars=8), folder / "midi" / f"{seed}.mid")
    return folder


Task = Callable[[Path, Path, Progress], object]
TASKS: dict[str, tuple[Task, set[str]]] = {
    "train": (
        lambda folder, out, progress: musicvae.train(
            start_from=folder / "model", data=folder / "data", out=out, steps=12, progress=progress
        ),
        {"batch", "windows"},
    ),
    "fit-prior": (
        lambda folder, out, progress: musicvae.fit_prior(
            folder / "model", data=folder / "data", steps=12, progress=progress
        ),
        {"batch", "windows"},
    ),
    "fit-attributes": (
        lambda folder, out, progress: musicvae.fit_attributes(
            folder / "model", data=folder / "data", progress=progress
        ),
        {"attributes"},
    ),
    "attributes": (
        lambda folder, out, progress: musicvae.measure_attributes(
            folder / "model", data=folder / "data", limit=3, progress=progress
        ),
        {"windows"},
    ),
    "evaluate": (
        lambda folder, out, progress: musicvae.evaluate(
            folder / "model", data=folder / "data", limit=3, pairs=2, progress=progress
        ),
        {"pairs"},
    ),
    "personalize": (
        lambda folder, out, progress: musicvae.personalize(
            [folder / "midi"], model=folder / "model", out=out, progress=progress
        ),
        {"files"},
    ),
    "prepare": (
        lambda folder, out, progress: musicvae.prepare(
            [folder / "midi"], out, workers=1, progress=progress
        ),
        set(),
    ),
}
"""Each task, and the names of the sizes in its first report."""


@pytest.mark.parametrize("task", TASKS)
def test_a_task_reports_from_start_to_end(task: str, folder: Path, tmp_path: Path) -> None:
    """The first report has the sizes and no figures; `done` never falls and ends at `total`."""
    run, sizes = TASKS[task]
    reports: list[Report] = []
    run(folder, tmp_path / "out", reports.append)
    first, *rest = reports
    assert (first.done, first.figures) == (0, {})
    assert first.sizes.keys() == sizes
    assert all(size > 0 for size in first.sizes.values())
    assert {(report.task, report.total) for report in reports} == {(task, first.total)}
    assert all(before.done <= after.done for before, after in pairwise(reports))
    assert reports[-1].done == first.total > 0
    assert not any(report.sizes for report in rest)
    trained = task in ("train", "fit-prior")
    assert [report.ended for report in reports if report.ended] == ["done"] * trained
