"""Every long work reports in the same way: what is to be done, how far it is, that it is done."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

import musicvae
from musicvae import checkpoint
from musicvae.adapt import personalize as personal
from musicvae.adapt import sliders
from musicvae.adapt.fit_attributes import fit_attributes
from musicvae.midi.writer import write_midi
from musicvae.progress import Progress, Report
from musicvae.theory.meter import Meter
from musicvae.training import fit_prior as prior

from .miniatures import little_tune, make_data, tiny_checkpoint, tiny_prior


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data set, a model with a prior and attributes, and MIDI files."""
    place = tmp_path_factory.mktemp("place")
    data = make_data(place / "data")
    checkpoint.save(place / "model", fit_attributes(tiny_prior(tiny_checkpoint()), data))
    (place / "midi").mkdir()
    for seed in range(4):
        write_midi(little_tune(Meter(), seed, bars=8), place / "midi" / f"{seed}.mid")
    return place


Work = Callable[[Path, Path, Progress], object]
WORKS: dict[str, tuple[Work, set[str]]] = {
    "train": (
        lambda place, out, told: musicvae.train(
            start_from=place / "model", data=place / "data", out=out, steps=12, progress=told
        ),
        {"batch", "windows"},
    ),
    "fit-prior": (
        lambda place, out, told: musicvae.fit_prior(
            place / "model", data=place / "data", steps=12, progress=told
        ),
        {"batch", "windows"},
    ),
    "fit-attributes": (
        lambda place, out, told: musicvae.fit_attributes(
            place / "model", data=place / "data", progress=told
        ),
        {"attributes"},
    ),
    "attributes": (
        lambda place, out, told: musicvae.measure_attributes(
            place / "model", data=place / "data", limit=3, progress=told
        ),
        {"windows"},
    ),
    "evaluate": (
        lambda place, out, told: musicvae.evaluate(
            place / "model", data=place / "data", limit=3, pairs=2, progress=told
        ),
        {"pairs"},
    ),
    "personalize": (
        lambda place, out, told: musicvae.personalize(
            [place / "midi"], model=place / "model", out=out, progress=told
        ),
        {"files"},
    ),
    "prepare": (
        lambda place, out, told: musicvae.prepare([place / "midi"], out, workers=1, progress=told),
        set(),
    ),
}


@pytest.mark.parametrize("task", WORKS)
def test_a_work_says_what_is_to_be_done_and_comes_to_its_end(
    task: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first report comes before the work, with its sizes; none goes back; the last is full."""
    monkeypatch.setattr(prior, "HIDDEN", 8)
    monkeypatch.setattr(personal, "SAMPLES", 8)
    monkeypatch.setattr(sliders, "MAX_SLIDER_WINDOWS", 4)
    work, sizes = WORKS[task]
    reports: list[Report] = []
    work(place, tmp_path / "out", reports.append)
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
